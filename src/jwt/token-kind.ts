/** What plainly marks a JWT as something else than an access token (RFC 8725 section 3.11). */

type ReadClaims = Readonly<Record<string, unknown>>

interface OtherKind {
  readonly claim: string
  readonly kind: string
}

/** The first mark found, or undefined for what may be an access token. No table: looking claims up by names in variables would cost more. */
export function otherKindOf({ at_hash, c_hash, token_use, typ, events, htm, token_introspection }: ReadClaims): OtherKind | undefined {
  if (at_hash !== undefined) return { claim: 'at_hash', kind: 'an ID token' } // OIDC Core section 3.1.3.6
  if (c_hash !== undefined) return { claim: 'c_hash', kind: 'an ID token' } // OIDC Core section 3.3.2.11
  if (token_use === 'id') return { claim: 'token_use', kind: 'an ID token' } // Amazon Cognito
  if (token_use !== undefined && token_use !== 'access') return { claim: 'token_use', kind: 'another kind of token' }
  if (typ === 'ID') return { claim: 'typ', kind: 'an ID token' } // Keycloak
  if (typ === 'Refresh' || typ === 'Offline' || typ === 'Logout') return { claim: 'typ', kind: 'a refresh or logout token' } // Keycloak
  if (events !== undefined) return { claim: 'events', kind: 'a security event or logout token' } // RFC 8417, Back-Channel Logout section 2.4
  if (htm !== undefined) return { claim: 'htm', kind: 'a DPoP proof' } // RFC 9449 section 4.2
  if (token_introspection !== undefined) return { claim: 'token_introspection', kind: 'an introspection response' } // RFC 9701 section 5
  return undefined
}
