/** Names for values that are almost right: most refusals in the first hour of a set-up are one of these. */
import { isLocalAddress } from '../../lib/net/local-address.js'

/** A name for a near miss. These are constant texts, so that they can go into events. */
export type Hint =
  | 'a slash at the end makes the difference'
  | 'http and https make the difference'
  | 'upper and lower case make the difference'
  | 'the token is of version 1, the setting of version 2, or the other way round'
  | 'the prefix api:// makes the difference'
  | 'the clocks differ by a little more than is forgiven'
  | 'the authorization server writes milliseconds where RFC 7519 has seconds'
  | 'this is an ID token; send the access token'
  | 'this is another kind of token; send the access token'
  | 'this is another kind of token; send the ID token'
  | 'the token has no audience; the authorization server needs to be told to write one'
  | 'the token is signed with a shared secret; give the application an asymmetric signing key'
  | 'the token is opaque; ask the authorization server for a JWT, or use introspection'
  | 'the token is encrypted; ask the authorization server for a signed one'
  | 'the token looks like a JWT and is none: it was cut off or changed on the way'
  | 'the token does not say who issued it'
  | 'the token has another audience beside ours, and audienceMode is exclusive; ask for a token for this server alone, or leave audienceMode out'
  | 'the token has no "aud", and the issuer writes the client instead; set audienceClaims: "client_id" and "audience" to the clients that you take'
  | 'the clocks differ, or the token was made for later: compare the clock of this server with the authorization server\u2019s'
  | 'an access token with an odd "typ", perhaps; if this issuer writes it into access tokens, name it in "types"'
  | 'no provider here takes tokens of this issuer; compare "iss" with "issuer"'
  | 'no client can mend this; ask at the gate, bearerAuth(provider, { acr, maxAuthAge }), which tells clients how to sign in'
  | 'the issuer is reached by two host names; set "issuer" to what its tokens say, and "jwksUri" to where this server finds the keys'

/** Hints that say exactly what is wrong: an issuer's own words could not say it better. */
export const EXACT: ReadonlySet<unknown> = new Set<Hint>([
  'a slash at the end makes the difference',
  'http and https make the difference',
  'upper and lower case make the difference',
  'the prefix api:// makes the difference',
  'the clocks differ by a little more than is forgiven',
  'the authorization server writes milliseconds where RFC 7519 has seconds',
  'no client can mend this; ask at the gate, bearerAuth(provider, { acr, maxAuthAge }), which tells clients how to sign in',
  'the issuer is reached by two host names; set "issuer" to what its tokens say, and "jwksUri" to where this server finds the keys',
])

/** The ways to be almost right: both sides are the same once this is done to them. */
const SAME_ONCE: readonly { readonly hint: Hint; readonly fold: (text: string) => string }[] = [
  { hint: 'a slash at the end makes the difference', fold: (text) => text.replace(/\/$/, '') },
  { hint: 'http and https make the difference', fold: (text) => text.replace(/^http:/, 'https:') },
  { hint: 'upper and lower case make the difference', fold: (text) => text.toLowerCase() },
  { hint: 'the prefix api:// makes the difference', fold: (text) => text.replace(/^api:\/\//, '') },
  { hint: 'the token is of version 1, the setting of version 2, or the other way round', fold: withoutVersion },
]

/** Most values that are looked at, and their length: whoever sent the token wrote them, and nothing is verified yet. */
const MAX_VALUES = 8
const MAX_LENGTH = 256

/** Tells why none of the actual values is one of those expected, where that has a name. */
export function nearMiss(expected: readonly string[], actual: unknown): Hint | undefined {
  const values = (Array.isArray(actual) ? actual : [actual]).slice(0, MAX_VALUES)
  const texts = values.filter((value): value is string => typeof value === 'string' && value.length <= MAX_LENGTH)
  return SAME_ONCE.find(({ fold }) => {
    const folded = new Set(texts.map(fold))
    return expected.some((one) => folded.has(fold(one)))
  })?.hint
}

// Microsoft's two: https://sts.windows.net/{tid}/ and https://login.microsoftonline.com/{tid}/v2.0.
function withoutVersion(issuer: string): string {
  return issuer
    .replace('https://sts.windows.net/', 'https://login.microsoftonline.com/')
    .replace(/\/(v[12](\.0)?\/?)?$/, '')
}

/** Tells why an issuer is none of ours; for one that is nearly ours, what makes the difference. */
export function issuerMiss(ours: readonly string[], actual: unknown): Hint | undefined {
  if (typeof actual !== 'string' || actual === '') return 'the token does not say who issued it'
  return nearMiss(ours, actual) ?? (ours.some((one) => isSameElsewhere(one, actual)) ? TWO_HOSTS : undefined)
}

export const NOT_OURS: Hint = 'no provider here takes tokens of this issuer; compare "iss" with "issuer"'

const TWO_HOSTS: Hint = 'the issuer is reached by two host names; set "issuer" to what its tokens say, and "jwksUri" to where this server finds the keys'

/** The same path at two hosts, one of which only this machine or its network knows: as in a compose file. */
function isSameElsewhere(one: string, other: string): boolean {
  if (other.length > MAX_LENGTH || !URL.canParse(one) || !URL.canParse(other)) return false
  const [a, b] = [new URL(one), new URL(other)]
  const plain = (url: URL): string => url.pathname.replace(/\/$/, '')
  return plain(a) === plain(b) && a.host !== b.host && (isWithin(a) || isWithin(b))
}

// `localhost`, `keycloak`, `host.docker.internal`, an address.
function isWithin(url: URL): boolean {
  const { hostname } = url
  return !hostname.includes('.') || /\.(internal|local|localhost|svc|test)$/.test(hostname) || isLocalAddress(url)
}

/** Guesses what a token that is no JWT at all may be. */
export function shapeOf(token: string): Hint {
  const dots = token.split('.', 6).length - 1
  if (dots === 4) return 'the token is encrypted; ask the authorization server for a signed one'
  return dots === 2 ? 'the token looks like a JWT and is none: it was cut off or changed on the way' : 'the token is opaque; ask the authorization server for a JWT, or use introspection'
}
