/** What plainly marks a JWT as something else than an access token (RFC 8725 section 3.11). */

interface OtherKind {
  readonly claim: string
  readonly is: (value: unknown) => boolean
  readonly kind: string
}

/** The first mark found, or undefined for what may be an access token. */
export function otherKindOf(claims: Readonly<Record<string, unknown>>): OtherKind | undefined {
  return OTHER_KINDS.find(({ claim, is }) => Object.hasOwn(claims, claim) && is(claims[claim]))
}

const OTHER_KINDS: readonly OtherKind[] = [
  { claim: 'at_hash', is: anything, kind: 'an ID token' }, // OIDC Core section 3.1.3.6
  { claim: 'c_hash', is: anything, kind: 'an ID token' }, // OIDC Core section 3.3.2.11
  { claim: 'token_use', is: (value) => value === 'id', kind: 'an ID token' }, // Amazon Cognito
  { claim: 'token_use', is: (value) => value !== 'access', kind: 'another kind of token' },
  { claim: 'typ', is: (value) => value === 'ID', kind: 'an ID token' }, // Keycloak
  { claim: 'typ', is: (value) => ['Refresh', 'Offline', 'Logout'].includes(value as string), kind: 'a refresh or logout token' }, // Keycloak
  { claim: 'events', is: anything, kind: 'a security event or logout token' }, // RFC 8417, Back-Channel Logout section 2.4
  { claim: 'htm', is: anything, kind: 'a DPoP proof' }, // RFC 9449 section 4.2
  { claim: 'token_introspection', is: anything, kind: 'an introspection response' }, // RFC 9701 section 5
]

function anything(): boolean {
  return true
}
