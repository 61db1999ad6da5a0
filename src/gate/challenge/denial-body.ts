/** This file gives denials a body of the house's own: problem+json, JSON-RPC, another language. Status and challenge stay ours. */
import { saidAtOnce } from '../../lib/awaitable.js'
import { ownProperty } from '../../lib/own-property.js'
import { parseJson } from '../../lib/parse-json.js'
import { warn } from '../../lib/warn.js'
import type { Answer } from '../../answer.js'
import type { Scheme } from '../request/gate-request.js'
import type { Answers } from './challenge.js'

/** What a client may know of a denial. Never why a token was refused. */
export interface Denial {
  readonly status: number
  /** The OAuth error code (RFC 6750 section 3.1), or that of ours where it has none: `unauthorized`, `temporarily_unavailable`. */
  readonly error: string
  /**
   * The parameters of the challenge, such as `scope` and `resource_metadata`; undefined where there is none. Where both schemes
   * are challenged with, of the first: that says what is wrong, and the other the same of where to go.
   */
  readonly challenge: Readonly<Record<string, string>> | undefined
  /** Whose parameters they are. */
  readonly scheme: Scheme | undefined
  /** Seconds, of `Retry-After`; undefined where there is none. */
  readonly retryAfter: number | undefined
}

export interface DenialBody {
  /** `Content-Type` above all. Those that the denial itself has stay as they are. */
  readonly headers?: Readonly<Record<string, string>>
  /** Already serialized. */
  readonly body: string
}

/** Writes the body of a denial. At once, and not as a promise. */
export type WriteBody = (denial: Denial) => DenialBody

/** What one gate sends in the place of its own denials. */
export interface Bodies {
  readonly written: (answer: Answer) => Answer
  /** For those that handlers throw. */
  readonly thrown: Readonly<Record<Scheme, Answers>>
}

export function bodiesBy(write: WriteBody, { Bearer, DPoP }: Readonly<Record<Scheme, Answers>>): Bodies {
  return { written: (answer) => withBody(answer, write), thrown: { Bearer: answersWithBody(Bearer, write), DPoP: answersWithBody(DPoP, write) } }
}

/** The denial with a body of one's own. Any other answer as it is, and so is ours where the function throws, or gives something else. */
function withBody(answer: Answer, write: WriteBody): Answer {
  const error = answer.status >= 400 ? ownProperty(parseJson(answer.body), 'error') : undefined
  if (typeof error !== 'string') return answer
  try {
    const { headers = {}, body } = saidAtOnce(write(denialOf(answer, error)))
    if (typeof body !== 'string') throw new TypeError('"body" must give { headers, body }, with the body as text, and not a promise')
    return { ...answer, headers: headersOf(answer.headers, new Headers(headers)), body }
  } catch (thrown) {
    // The error may hold anything, and is not told.
    tellOnce(thrown instanceof TypeError ? thrown.message : 'the function failed')
    return answer
  }
}

/** The same for answers that handlers throw. */
function answersWithBody(answers: Answers, write: WriteBody): Answers {
  return {
    unauthenticated: (scopes) => withBody(answers.unauthenticated(scopes), write),
    malformed: (header) => withBody(answers.malformed(header), write),
    invalidToken: () => withBody(answers.invalidToken(), write),
    severalCallers: () => withBody(answers.severalCallers(), write),
    unproven: (error) => withBody(answers.unproven(error), write),
    insufficientScope: (scopes) => withBody(answers.insufficientScope(scopes), write),
    insufficientUserAuthentication: (lack, scopes) => withBody(answers.insufficientUserAuthentication(lack, scopes), write),
    unavailable: (why) => withBody(answers.unavailable(why), write),
  }
}

function denialOf({ status, headers }: Answer, error: string): Denial {
  const { 'WWW-Authenticate': challenge, 'Retry-After': wait } = headers
  const first = challenge === undefined ? undefined : firstChallenge(challenge)
  return { status, error, challenge: first?.parameters, scheme: first?.scheme, retryAfter: wait === undefined ? undefined : Number(wait) }
}

/** Of our own making: no value has a quote or a backslash. The name of the next scheme ends it, and not one within a value. */
function firstChallenge(header: string): { readonly scheme: Scheme; readonly parameters: Readonly<Record<string, string>> } {
  const scheme = header.startsWith('DPoP') ? 'DPoP' : 'Bearer'
  const pairs = [...header.slice(scheme.length).matchAll(/[ ,]+(\w+)="([^"]*)"/gy)]
  return { scheme, parameters: Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value])) }
}

/** What frames the message is the server's to say, and these two the gate's, where they are missing too. */
const NEVER: readonly string[] = ['content-length', 'transfer-encoding', 'connection', 'www-authenticate', 'retry-after']

/** Those of the denial, and of the body's own what these leave open; the type is the body's. */
function headersOf(ours: Answer['headers'], own: Headers): Record<string, string> {
  const { 'Content-Type': type = 'application/json', ...kept } = ours
  const taken = new Set([...Object.keys(ours).map((name) => name.toLowerCase()), ...NEVER])
  const added = [...own].filter(([name]) => !taken.has(name))
  return { ...Object.fromEntries(added), ...kept, 'Content-Type': own.get('content-type') ?? type }
}

let told = false

function tellOnce(what: string): void {
  if (!told) warn(`the option "body" of the gate gave no body, and the gate's own was sent: ${what}`)
  told = true
}
