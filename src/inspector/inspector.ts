/** A page in a running server that shows how its providers are doing; guarded by itself, and without any token or claim. */
import { isUnavailable } from '../errors.js'
import { incomingRequest, sendAnswer } from '../http/node-message.js'
import { webRequest } from '../http/web-request.js'
import { warnOfBug } from '../lib/warn.js'
import { checkedProvider, inheritObserver } from '../provider.js'
import { Door, notFromThePage } from './door.js'
import { isOfAnotherPage } from './same-origin.js'
import { pageDocument, signInDocument } from './document.js'
import { html, inspectorAnswer, json, problem } from './inspector-answers.js'
import { checkedOptions } from './inspector-options.js'
import { History } from './history.js'
import { LiveView } from './live.js'
import { PageFiles } from './page-files.js'
import { STYLE } from './style.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from '../answer.js'
import type { Observe } from '../events.js'
import type { GateRequest } from '../gate/request/gate-request.js'
import type { BearerAuthProvider } from '../provider.js'
import type { InspectorOptions } from './inspector-options.js'

/** What `inspector` gives: a handler of `Request`, and what else a server needs. */
export interface Inspector {
  /** Answers what is asked at its path, and 404 for any other: for Hono, Next.js, Deno, Bun and whatever takes `Request`. */
  (request: Request): Promise<Response>
  /** For `node:http`, Express and their kin: answers what is asked at its path, and hands the rest to `next`. */
  readonly node: (req: IncomingMessage, res: ServerResponse, next?: (error?: Error) => void) => void
  /** For the gate's `observe`: what it denies is counted too. The provider's own events are heard anyway. */
  readonly observe: Observe
  /** Tells another link, where `access` is `oneTimeLink`. The one of before is good no longer. */
  newLink(): void
  /** Ends what everybody who looks was let in by. */
  close(): void
}

/** What is handed in from inside of this package. */
export interface InspectorParts {
  readonly files?: PageFiles | undefined
  /** What is asked below `/api/`, with `POST`, beside what is live: by the last part of the path. */
  readonly questions?: Readonly<Record<string, (request: GateRequest) => Promise<Answer>>> | undefined
  /** Whether a request was meant for this server, by the host that it names. Default: it was. */
  readonly isOurHost?: ((host: string) => boolean) | undefined
}

/**
 * Mounts the inspector: off unless asked for, and open to nobody but those of `access`, with a gate around it or without. Shows
 * keys, memories, breakers and refusals by reason. Does NOT show a token or the value of a claim, and takes none to look at: for
 * that there is `npx bearer-auth-providers inspect` on your own machine. Knows of this process alone.
 *
 * @throws TypeError for an option that is wrong.
 */
export function inspector(provider: BearerAuthProvider, options: InspectorOptions): Inspector {
  return inspectorWith(provider, options, {})
}

/** As `inspector`, with parts of its own. Not public. */
export function inspectorWith(provider: BearerAuthProvider, options: InspectorOptions, parts: InspectorParts): Inspector {
  checkedProvider('inspector', provider)
  const checked = checkedOptions(options)
  const { mount, now } = checked
  const { files = new PageFiles(), questions = {}, isOurHost = () => true } = parts
  const history = new History(now)
  const live = new LiveView(provider, history, now)
  const door = new Door(checked)
  provider[inheritObserver]?.(history.observe, 'beside')
  door.newLink()

  async function answer(request: GateRequest): Promise<Answer> {
    const { path, method, host = '' } = request
    // A name of somebody else's that leads here (DNS rebinding): their page would be of one origin with this.
    if (!isOurHost(host.toLowerCase())) return problem(421, 'This host is not known here')
    if (path === mount) return inspectorAnswer(308, 'text/plain', '', { Location: `${mount.slice(mount.lastIndexOf('/') + 1)}/` })
    const place = path.slice(mount.length)
    if (place === '/session') return ['POST', 'DELETE'].includes(method) ? door.session(request) : only('POST, DELETE')
    const question = place.startsWith('/api/') ? ownQuestion(place.slice('/api/'.length)) : undefined
    if (question === undefined && method !== 'GET' && method !== 'HEAD') return only('GET')
    if (place === '/style.css') return inspectorAnswer(200, 'text/css; charset=utf-8', STYLE)
    if (TO_ENTER.has(place)) return code(place.slice('/page/'.length))
    // Nothing changes by reading, and no other page can read it; but it need not be asked either.
    if (place !== '/' && isOfAnotherPage(request)) return problem(403, 'Only the page itself can ask')
    if (!(await door.isOpenFor(request))) return place === '/' ? html(401, signInDocument(door.opensBy), CHALLENGE) : problem(401, 'Sign in first', CHALLENGE)
    if (question !== undefined) return method === 'POST' ? (notFromThePage(request) ?? question(request)) : only('POST')
    if (place === '/') return html(200, pageDocument(Object.keys(questions).length > 0 ? 'tokens too' : 'live only'))
    if (place === '/api/live') return json(200, live.json())
    return place.startsWith('/page/') ? code(place.slice('/page/'.length)) : problem(404, 'There is nothing here')
  }

  function ownQuestion(name: string): ((request: GateRequest) => Promise<Answer>) | undefined {
    return Object.hasOwn(questions, name) ? questions[name] : undefined
  }

  async function code(path: string): Promise<Answer> {
    const text = await files.code(path)
    return text === undefined ? problem(404, 'There is nothing here') : inspectorAnswer(200, 'text/javascript; charset=utf-8', text)
  }

  const isOurs = ({ path }: GateRequest): boolean => path === mount || path.startsWith(`${mount}/`)

  async function answerTo(request: GateRequest): Promise<Answer> {
    if (!isOurs(request)) return problem(404, 'There is nothing here')
    try {
      return await answer(request)
    } catch (error) {
      return failed(error)
    }
  }

  async function handler(request: Request): Promise<Response> {
    const { status, headers, body } = await answerTo(webRequest(request))
    return new Response(body === '' || request.method === 'HEAD' ? null : body, { status, headers })
  }

  function node(req: IncomingMessage, res: ServerResponse, next?: (error?: Error) => void): void {
    const request = incomingRequest(req)
    if (!isOurs(request) && next !== undefined) return next()
    void answerTo(request).then((found) => sendAnswer(res, found))
  }

  return Object.assign(handler, { node, observe: history.observe, newLink: () => door.newLink(), close: () => door.close() })
}

// RFC 9110 section 15.5.2 wants one. Browsers ask nobody for it.
const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="inspector"' }

/** What a stranger's browser needs to sign in. */
const TO_ENTER: ReadonlySet<string> = new Set(['/page/enter.js', '/page/dom.js'])

/** Where nobody knows whether a key is good, or a provider has a bug: the operator reads of that, and not who asked. */
function failed(error: unknown): Answer {
  if (isUnavailable(error)) return problem(error.answer.status, 'Nobody knows now whether this key is good; try again later', waitOf(error.answer))
  warnOfBug(error instanceof Error ? error : new Error('the provider in "access" threw something that is no error'))
  return problem(500, 'The inspector failed: the process has a warning about it')
}

function waitOf({ headers }: Answer): Readonly<Record<string, string>> {
  const wait = headers['Retry-After']
  return wait === undefined ? {} : { 'Retry-After': wait }
}

const only = (methods: string): Answer => problem(405, `This takes ${methods}`, { Allow: methods })
