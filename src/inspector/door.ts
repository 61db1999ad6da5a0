/** Decides who may look: by a cookie that was given out here, by a key in the request, or by signing in. */
import { isUnavailable } from '../errors.js'
import { isBoundedText } from '../lib/bearer-token.js'
import { ownProperty } from '../lib/own-property.js'
import { withoutToken } from '../lib/without-token.js'
import { readCredentials } from '../gate/request/gate-request.js'
import { json, problem } from './inspector-answers.js'
import { OneTimeLink } from './one-time-link.js'
import { isOfThePage, isSecure } from './same-origin.js'
import { Viewers } from './viewers.js'
import type { AccessToken } from '../access-token.js'
import type { Answer } from '../answer.js'
import type { BearerAuthProvider } from '../provider.js'
import type { GateRequest } from '../gate/request/gate-request.js'
import type { CheckedOptions } from './inspector-options.js'

export class Door {
  readonly #options: CheckedOptions
  readonly #viewers = new Viewers()

  constructor(options: CheckedOptions) {
    this.#options = options
  }

  /** Whether a link or a key opens it: the page asks for that. */
  get opensBy(): 'link' | 'key' {
    return this.#options.access instanceof OneTimeLink ? 'link' : 'key'
  }

  newLink(): void {
    const { access, mount, now } = this.#options
    if (access instanceof OneTimeLink) access.renew(mount, now())
  }

  /** True for whoever signed in before, and for a key in `Authorization`. @throws AuthUnavailableError where nobody knows. */
  async isOpenFor(request: GateRequest): Promise<boolean> {
    const { access, now } = this.#options
    if (this.#viewers.knows(request.header('cookie'), now())) return true
    const presented = access instanceof OneTimeLink ? undefined : readCredentials(request, IN_AUTHORIZATION)
    if (access instanceof OneTimeLink || presented?.kind !== 'token') return false
    return (await answerOf(access, presented.token)) !== null
  }

  /** `POST`: signs in by `{ "key": "…" }`, and gives a cookie. `DELETE`: signs out. From the page itself only. */
  async session(request: GateRequest): Promise<Answer> {
    const refused = notFromThePage(request)
    if (refused !== undefined) return refused
    if (request.method === 'DELETE') return json(200, '{}', { 'Set-Cookie': this.#viewers.leave(request.header('cookie')) })
    const key = await keyIn(request)
    const { access, now } = this.#options
    if (key === undefined) return problem(400, 'The body must be { "key": "…" }')
    if (!(access instanceof OneTimeLink)) return this.#byKey(await answerOf(access, key), request)
    return access.take(key, now()) ? this.#letIn(request) : problem(403, LINK_USED)
  }

  close(): void {
    this.#viewers.clear()
  }

  #byKey(token: AccessToken | null, request: GateRequest): Answer {
    return token === null ? problem(403, 'This key is not good here') : this.#letIn(request, token)
  }

  #letIn(request: GateRequest, token?: AccessToken): Answer {
    const { access, now, lookFor } = this.#options
    const at = now()
    const until = Math.min(at + lookFor, token?.expiresAt ?? Number.POSITIVE_INFINITY)
    // What revokes the key ends what it opened.
    const watching = access instanceof OneTimeLink || token === undefined ? undefined : (end: () => void) => access.watch?.(token, end)
    return json(200, '{}', { 'Set-Cookie': this.#viewers.add(at, until, isSecure(request), watching) })
  }
}

const IN_AUTHORIZATION = { header: undefined, cookie: undefined, schemes: ['Bearer'] } as const
const LINK_USED = 'This link was used before, is older than ten minutes, or is not the last one that was told'

/** Bytes: the longest token, and what stands around it. */
const LONGEST_BODY = 65_536

async function keyIn({ body }: GateRequest): Promise<string | undefined> {
  const key = ownProperty(await jsonIn(body, LONGEST_BODY), 'key')
  return typeof key === 'string' && isBoundedText(key) ? key : undefined
}

/** What a body says in JSON; undefined for one that is too large, unreadable, or none. */
export async function jsonIn(body: GateRequest['body'], most: number): Promise<unknown> {
  const read = await body?.(most)
  if (read === undefined || 'problem' in read) return undefined
  if ('parsed' in read) return read.parsed
  try {
    return JSON.parse(read.text) as unknown
  } catch {
    return undefined
  }
}

/** What is told to whoever is not the page itself, or sends what a form of another page could. */
export function notFromThePage(request: GateRequest): Answer | undefined {
  if (!isOfThePage(request)) return problem(403, 'Only the page itself can ask this')
  return /^application\/json\b/i.test(request.header('content-type').join()) ? undefined : problem(415, 'The body must be JSON')
}

/** The operator reads of a bug, and of no key. */
async function answerOf(access: BearerAuthProvider, key: string): Promise<AccessToken | null> {
  try {
    return await access.verifyToken(key)
  } catch (error) {
    throw isUnavailable(error) ? error : withoutToken(error, key)
  }
}
