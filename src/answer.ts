/** This file makes HTTP answers as data: one constant text for each denial. */

/** Every header is a literal of ours or was checked against the header's alphabet. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Already serialized; empty for an answer without a body. */
  readonly body: string
  /** True where pages on other origins must not be given access by it (CORS): the answer to a preflight. */
  readonly grantsNothing?: true
}

/** Tells an answer from whatever else a step of the gate may give. */
export function isAnswer(value: object): value is Answer {
  return 'status' in value && 'headers' in value && 'body' in value
}

/** An answer with an OAuth error as its body. */
export function errorAnswer(status: number, error: string, description: string, headers: Record<string, string>): Answer {
  return jsonAnswer(status, { error, error_description: description }, headers)
}

/** Never stored, and its challenge can be read by pages on other origins. */
export function jsonAnswer(status: number, body: object, headers: Record<string, string> = {}): Answer {
  return Object.freeze({ status, headers: Object.freeze({ ...ALWAYS, ...headers }), body: JSON.stringify(body) })
}

/** Seconds that a client is asked to wait when nobody said how long, and at most. */
const RETRY_AFTER = 5
const LONGEST_WAIT = 86_400

/** What is known about why nobody knows. */
export interface Unavailable {
  /** Seconds. */
  readonly retryAfter?: number | undefined
  /** True where it is this caller who asks too often. */
  readonly tooManyRequests?: boolean | undefined
  /** True where too many tokens that nobody knows came at once, whoever sent them: what stands in the way is no fault of ours. */
  readonly overloaded?: boolean | undefined
}

/** 503, or 429, and the time to wait. No challenge: the token may be good, and the client must keep it. */
export function unavailableAnswer(why: Unavailable, description = TRY_AGAIN): Answer {
  const { retryAfter, tooManyRequests, overloaded } = why
  // Whoever threw the error wrote this number, and it goes into a header.
  const known = typeof retryAfter === 'number' && Number.isFinite(retryAfter) && retryAfter > 0
  const seconds = known ? Math.min(Math.ceil(retryAfter), LONGEST_WAIT) : RETRY_AFTER
  const key = `${tooManyRequests === true} ${overloaded === true} ${seconds} ${description}`
  if (lastUnavailable?.key !== key) lastUnavailable = { key, answer: madeUnavailable(why, seconds, description) }
  return lastUnavailable.answer
}

/** A flood is told the same for a second, twice for each request: by the error, and by the gate. */
let lastUnavailable: { readonly key: string; readonly answer: Answer } | undefined

function madeUnavailable({ tooManyRequests, overloaded }: Unavailable, seconds: number, description: string): Answer {
  const wait = { 'Retry-After': String(seconds) }
  if (tooManyRequests === true) return errorAnswer(429, 'too_many_requests', 'Too many requests with this token; keep it and try again later', wait)
  // Never a 5xx for what strangers send: a load balancer would take the server out. And nobody is blamed: the token may be good.
  if (overloaded === true) return errorAnswer(429, 'temporarily_unavailable', 'Too many unknown tokens are waiting to be checked; keep yours and try again', wait)
  return errorAnswer(503, 'temporarily_unavailable', description, wait)
}

const TRY_AGAIN = 'The token cannot be checked right now; keep it and try again'

const ALWAYS = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  'Access-Control-Expose-Headers': 'WWW-Authenticate, Retry-After',
}
