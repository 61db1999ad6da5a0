/** Finds what marks a JWT as another kind than the one that is wanted (RFC 8725 section 3.11). */

type ReadClaims = Readonly<Record<string, unknown>>

/** The kind of JWT that is accepted. `'at+jwt'`: an access token that says so (RFC 9068). `'id'`: an ID token, by choice. */
export type TokenType = 'access' | 'at+jwt' | 'id'

interface OtherKind {
  readonly claim: string
  readonly kind: string
}

/** Finds the first mark; undefined for what may be of the kind that is wanted. It is no table: looking claims up by names in variables would cost more. */
export function otherKindOf(claims: ReadClaims, wanted: TokenType = 'access'): OtherKind | undefined {
  const { token_use, typ, events, htm, token_introspection } = claims
  const other = wanted === 'id' ? notId(claims) : notAccess(claims)
  if (other !== undefined) return other
  if (token_use !== undefined && token_use !== 'access' && token_use !== 'id') return { claim: 'token_use', kind: 'another kind of token' }
  if (typ === 'Refresh' || typ === 'Offline' || typ === 'Logout') return { claim: 'typ', kind: 'a refresh or logout token' } // Keycloak
  if (events !== undefined) return { claim: 'events', kind: 'a security event or logout token' } // RFC 8417, Back-Channel Logout section 2.4
  if (htm !== undefined) return { claim: 'htm', kind: 'a DPoP proof' } // RFC 9449 section 4.2
  if (token_introspection !== undefined) return { claim: 'token_introspection', kind: 'an introspection response' } // RFC 9701 section 5
  return undefined
}

function notAccess({ at_hash, c_hash, token_use, typ }: ReadClaims): OtherKind | undefined {
  if (at_hash !== undefined) return { claim: 'at_hash', kind: 'an ID token' } // OIDC Core section 3.1.3.6
  if (c_hash !== undefined) return { claim: 'c_hash', kind: 'an ID token' } // OIDC Core section 3.3.2.11
  if (token_use === 'id') return { claim: 'token_use', kind: 'an ID token' } // Amazon Cognito
  if (typ === 'ID') return { claim: 'typ', kind: 'an ID token' } // Keycloak
  return undefined
}

function notId(claims: ReadClaims): OtherKind | undefined {
  const { token_use, typ, scope, scp, client_id } = claims
  if (token_use === 'access') return { claim: 'token_use', kind: 'an access token' } // Amazon Cognito
  if (typ === 'Bearer') return { claim: 'typ', kind: 'an access token' } // Keycloak
  // What says that it is an ID token is one, whatever else its issuer puts in.
  if (notAccess(claims) !== undefined) return undefined
  if (isThere(scope)) return { claim: 'scope', kind: 'an access token' } // RFC 9068 section 2.2.3
  if (isThere(scp)) return { claim: 'scp', kind: 'an access token' } // Microsoft, Okta
  if (isThere(client_id)) return { claim: 'client_id', kind: 'an access token' } // RFC 9068 section 2.2; an ID token has it in aud
  return undefined
}

function isThere(claim: unknown): boolean {
  return claim !== undefined && claim !== null
}
