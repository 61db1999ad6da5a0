/** What plainly marks a JWT as something else than the kind that is wanted (RFC 8725 section 3.11). */

type ReadClaims = Readonly<Record<string, unknown>>

/** What kind of JWT is taken. `'at+jwt'`: an access token that says so (RFC 9068). `'id'`: an ID token, by choice. */
export type TokenType = 'access' | 'at+jwt' | 'id'

interface OtherKind {
  readonly claim: string
  /** Named in code: nine look-ups by a name in a variable would cost more than all other rules. */
  readonly is: (claims: ReadClaims) => boolean
  readonly kind: string
}

/** The first mark found, or undefined for what may be of the kind that is wanted. */
export function otherKindOf(claims: ReadClaims, wanted: TokenType = 'access'): OtherKind | undefined {
  for (const other of OTHER_KINDS[wanted]) if (other.is(claims)) return other
  return undefined
}

const NEITHER: readonly OtherKind[] = [
  { claim: 'token_use', is: ({ token_use }) => token_use !== undefined && token_use !== 'access' && token_use !== 'id', kind: 'another kind of token' },
  { claim: 'typ', is: ({ typ }) => ['Refresh', 'Offline', 'Logout'].includes(typ as string), kind: 'a refresh or logout token' }, // Keycloak
  { claim: 'events', is: ({ events }) => events !== undefined, kind: 'a security event or logout token' }, // RFC 8417, Back-Channel Logout section 2.4
  { claim: 'htm', is: ({ htm }) => htm !== undefined, kind: 'a DPoP proof' }, // RFC 9449 section 4.2
  { claim: 'token_introspection', is: (claims) => claims.token_introspection !== undefined, kind: 'an introspection response' }, // RFC 9701 section 5
]

const NOT_ACCESS: readonly OtherKind[] = [
  { claim: 'at_hash', is: ({ at_hash }) => at_hash !== undefined, kind: 'an ID token' }, // OIDC Core section 3.1.3.6
  { claim: 'c_hash', is: ({ c_hash }) => c_hash !== undefined, kind: 'an ID token' }, // OIDC Core section 3.3.2.11
  { claim: 'token_use', is: ({ token_use }) => token_use === 'id', kind: 'an ID token' }, // Amazon Cognito
  { claim: 'typ', is: ({ typ }) => typ === 'ID', kind: 'an ID token' }, // Keycloak
  ...NEITHER,
]

const NOT_ID: readonly OtherKind[] = [
  { claim: 'token_use', is: ({ token_use }) => token_use === 'access', kind: 'an access token' }, // Amazon Cognito
  { claim: 'typ', is: ({ typ }) => typ === 'Bearer', kind: 'an access token' }, // Keycloak
  ...NEITHER,
]

const OTHER_KINDS: Readonly<Record<TokenType, readonly OtherKind[]>> = { access: NOT_ACCESS, 'at+jwt': NOT_ACCESS, id: NOT_ID }
