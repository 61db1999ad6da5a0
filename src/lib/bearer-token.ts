/** Recognises what can be a bearer token at all: `b64token` of RFC 6750 section 2.1, of bounded length. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/

/** Three parts of it, as most tokens are: V8 of Node 20 and 22 looks at these twice as fast. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Longest token in characters. The largest tokens seen, with hundreds of groups in them, have about 12 000. */
const MAX_LENGTH = 32_768

export function isBearerToken(value: unknown): value is string {
  return isBoundedText(value) && (JWT.test(value) || B64TOKEN.test(value))
}

/** What a proxy may write into a header of its own: the same letters, and padding wherever it likes (AWS load balancers). */
export function isAssertion(value: unknown): value is string {
  return isBoundedText(value) && /^[A-Za-z0-9\-._~+/=]+$/.test(value)
}

/** True for text that is short enough to be looked at further. */
export function isBoundedText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_LENGTH
}
