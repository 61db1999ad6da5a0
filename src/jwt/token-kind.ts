/** What plainly marks a JWT as something else than an access token (RFC 8725 section 3.11). */

type ReadClaims = Readonly<Record<string, unknown>>

interface OtherKind {
  readonly claim: string
  /** Named in code: nine look-ups by a name in a variable would cost more than all other rules. */
  readonly is: (claims: ReadClaims) => boolean
  readonly kind: string
}

/** The first mark found, or undefined for what may be an access token. */
export function otherKindOf(claims: ReadClaims): OtherKind | undefined {
  for (const other of OTHER_KINDS) if (other.is(claims)) return other
  return undefined
}

const OTHER_KINDS: readonly OtherKind[] = [
  { claim: 'at_hash', is: ({ at_hash }) => at_hash !== undefined, kind: 'an ID token' }, // OIDC Core section 3.1.3.6
  { claim: 'c_hash', is: ({ c_hash }) => c_hash !== undefined, kind: 'an ID token' }, // OIDC Core section 3.3.2.11
  { claim: 'token_use', is: ({ token_use }) => token_use === 'id', kind: 'an ID token' }, // Amazon Cognito
  { claim: 'token_use', is: ({ token_use }) => token_use !== undefined && token_use !== 'access', kind: 'another kind of token' },
  { claim: 'typ', is: ({ typ }) => typ === 'ID', kind: 'an ID token' }, // Keycloak
  { claim: 'typ', is: ({ typ }) => ['Refresh', 'Offline', 'Logout'].includes(typ as string), kind: 'a refresh or logout token' }, // Keycloak
  { claim: 'events', is: ({ events }) => events !== undefined, kind: 'a security event or logout token' }, // RFC 8417, Back-Channel Logout section 2.4
  { claim: 'htm', is: ({ htm }) => htm !== undefined, kind: 'a DPoP proof' }, // RFC 9449 section 4.2
  { claim: 'token_introspection', is: (claims) => claims.token_introspection !== undefined, kind: 'an introspection response' }, // RFC 9701 section 5
]
