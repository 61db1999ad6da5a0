/** Recognises one scope by its alphabet: RFC 6749 section 3.3, %x21 / %x23-5B / %x5D-7E. */
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/

/** True for exactly one scope: no blank, no quote, no backslash, ASCII only. */
export function isScopeToken(value: unknown): value is string {
  return typeof value === 'string' && SCOPE_TOKEN.test(value)
}
