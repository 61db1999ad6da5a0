/** What a test issuer says about itself (RFC 8414 section 2, OIDC Discovery section 3) and where its endpoints are. */
import { ALGORITHMS } from '../../jwt/signature/algorithms.js'
import { discoveryUrls } from '../../jwt/keys/discovery.js'
import { METHODS } from './clients.js'
import type { Facts } from './facts.js'

/** The URL of each endpoint; keys last, which may be at the root. */
export function endpointUrls({ base, jwksUri }: Facts) {
  return {
    authorization: `${base}/authorize`,
    token: `${base}/token`,
    registration: `${base}/register`,
    introspection: `${base}/introspect`,
    revocation: `${base}/revoke`,
    userinfo: `${base}/userinfo`,
    jwks: jwksUri,
  } as const
}

/** Where the metadata is: as OIDC has it, and as RFC 8414 has it. */
export function metadataUrls({ issuer, base }: Facts): readonly string[] {
  return discoveryUrls(URL.canParse(issuer) && issuer.startsWith('http') ? issuer : base)
}

export function metadataOf(
  facts: Facts,
  { alg, scopes, issuer = facts.issuer }: { readonly alg: string; readonly scopes: readonly string[]; readonly issuer: string | undefined },
): object {
  const { jwks, authorization, token, registration, introspection, revocation, userinfo } = endpointUrls(facts)
  const confidential = METHODS.filter((method) => method !== 'none')
  return {
    issuer,
    jwks_uri: jwks,
    authorization_endpoint: authorization,
    token_endpoint: token,
    registration_endpoint: registration,
    introspection_endpoint: introspection,
    revocation_endpoint: revocation,
    userinfo_endpoint: userinfo,
    scopes_supported: [...new Set(['openid', 'offline_access', ...scopes])],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_methods_supported: METHODS,
    introspection_endpoint_auth_methods_supported: confidential,
    revocation_endpoint_auth_methods_supported: METHODS,
    code_challenge_methods_supported: ['S256'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [alg],
    dpop_signing_alg_values_supported: Object.keys(ALGORITHMS),
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  }
}
