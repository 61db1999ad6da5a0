/** The alphabet of a bearer token: `b64token` of RFC 6750 section 2.1. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/

/** Longest token that a provider looks at, in characters. */
export const MAX_TOKEN_LENGTH = 32_768

/** True for text that may stand behind `Bearer `. Length is not looked at. */
export function isBearerToken(value: unknown): value is string {
  return typeof value === 'string' && B64TOKEN.test(value)
}
