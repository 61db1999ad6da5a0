/** This file names the clause of the standard behind each check. */

/** @returns undefined for checks of nobody's standard, such as a rule of the user's. */
export function clauseOf(check: string): string | undefined {
  return CLAUSES.get(check)
}

const CLAUSES: ReadonlyMap<string, string> = new Map([
  ['shape', 'RFC 6750 section 2.1, RFC 7515 section 7.1'],
  ['alg', 'RFC 8725 section 3.1'],
  ['crit', 'RFC 7515 section 4.1.11'],
  ['typ', 'RFC 8725 section 3.11'],
  ['kind', 'RFC 8725 section 3.12'],
  ['iss', 'RFC 7519 section 4.1.1'],
  ['sub', 'RFC 7519 section 4.1.2'],
  ['aud', 'RFC 7519 section 4.1.3'],
  ['exp', 'RFC 7519 section 4.1.4'],
  ['nbf', 'RFC 7519 section 4.1.5'],
  ['iat', 'RFC 7519 section 4.1.6'],
  ['jti', 'RFC 7519 section 4.1.7'],
  ['client_id', 'RFC 9068 section 2.2'],
  ['azp', 'OpenID Connect Core section 2'],
  ['signature', 'RFC 7515 section 5.2'],
  ['introspection', 'RFC 7662 section 2.2'],
  ['introspect', 'RFC 7662 section 2.2'],
  ['userinfo', 'OpenID Connect Core section 5.3'],
  ['revoked', 'RFC 7009 section 2'],
  ['proof', 'RFC 7800 section 3'],
])
