/** Names the claims that nobody but the issuer may set: whose token it is, for whom, until when, bound to what, and how its holder signed in. */
export const PROTECTED_CLAIMS = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sid', 'client_id', 'azp', 'cnf', 'act', 'auth_time', 'acr', 'amr'] as const
