/** Which tokens are shown to an introspection endpoint: opaque ones, and JWTs of its own issuer. Never a stranger's. */
import { decodeJwt, unverifiedIssuer } from '../jwt/token/decode.js'
import { EXACT, issuerMiss, nearMiss } from '../jwt/rules/near-miss.js'
import { isBearerToken } from '../lib/bearer-token.js'
import { reject } from '../verdict.js'
import type { NearMiss } from '../explanation.js'
import type { Ownership, Recognition } from '../provider.js'
import type { Rejected } from '../verdict.js'

export interface ShownTokens {
  readonly issuer: string | undefined
  /** How its opaque tokens begin; empty when that is not known. */
  readonly prefixes: readonly string[]
  /** Whether JWTs that name no issuer are shown, whatever they begin with. */
  readonly withoutIssuer?: boolean
}

/** @throws TypeError for what no token begins with. */
export function checkedPrefixes(prefix: unknown): readonly string[] {
  if (prefix === undefined) return []
  const prefixes = [prefix].flat()
  const isPrefix = (one: unknown): one is string => typeof one === 'string' && /^[\w\-.~+/]+$/.test(one)
  if (prefixes.length === 0 || !prefixes.every(isPrefix)) throw new TypeError('"prefix" must be how the issuer\u2019s tokens begin, such as "ory_at_"')
  if (prefixes.some((one) => GITHUB.test(one))) throw new TypeError('"prefix" is one of GitHub\u2019s, whose tokens are shown to GitHub only')
  return prefixes
}

/** GitHub's own are worth money, and no authorization server can say anything about them. */
const GITHUB = /^(?:gh[opsur]_|github_pat_)/

/** Mine: by prefix or issuer. Maybe: any opaque token, where no prefix is known. */
export function recognition(token: string, { issuer, prefixes, withoutIssuer = false }: ShownTokens): Recognition {
  if (!isBearerToken(token) || GITHUB.test(token)) return 'foreign'
  const hasPrefix = prefixes.some((prefix) => token.startsWith(prefix))
  if (isLikeJwt(token) && !isOpaqueJwe(token)) {
    if (namesNoIssuer(token)) return hasPrefix ? 'mine' : withoutIssuer ? 'maybe' : 'foreign'
    return issuer !== undefined && statedIssuer(token) === issuer ? 'mine' : 'foreign'
  }
  if (prefixes.length === 0) return 'maybe'
  return hasPrefix ? 'mine' : 'foreign'
}

/** What `recognition` calls mine, and whether it calls anything else "maybe". */
export function ownership({ issuer, prefixes }: ShownTokens): Ownership {
  return { issuers: issuer === undefined ? [] : [issuer], prefixes, opaque: prefixes.length === 0 }
}

/** Why a foreign token is refused without being shown. */
export function unshownRefusal(token: string, { issuer }: ShownTokens): Rejected {
  const actual = isLikeJwt(token) ? statedIssuer(token) : undefined
  if (actual === undefined) {
    return reject('unknown_token', { claim: 'shape', expected: undefined, actual: undefined, hint: namesNoIssuer(token) ? NAMES_NOBODY : NOT_SHOWN })
  }
  const hint = issuer === undefined ? NO_ISSUER : nearMiss([issuer], actual)
  return reject('wrong_issuer', { claim: 'iss', expected: issuer, actual, ...(hint !== undefined && { hint }) })
}

/** What is nearly right about a foreign token. */
export function unshownMiss(token: string, { issuer, prefixes }: ShownTokens): NearMiss | undefined {
  const actual = isLikeJwt(token) ? statedIssuer(token) : undefined
  if (actual !== undefined) {
    const hint = issuer === undefined ? NO_ISSUER : issuerMiss([issuer], actual)
    return hint === undefined ? undefined : { hint, claim: 'iss', isExact: EXACT.has(hint) }
  }
  if (namesNoIssuer(token)) return { hint: NAMES_NOBODY, claim: 'iss', isExact: false }
  return prefixes.length === 0 || isLikeJwt(token) ? undefined : { hint: OTHER_PREFIX, claim: 'prefix', isExact: false }
}

const OTHER_PREFIX = 'the token does not begin with "prefix"; compare how the authorization server\u2019s tokens begin'
const NOT_SHOWN = 'the token looks like somebody else\u2019s and was not shown to the endpoint'
const NAMES_NOBODY =
  'the token is a JWT without an issuer and was not shown to the endpoint; where the authorization server writes such tokens, set "prefix" to how they begin, or [allowNoIssuer]'
const NO_ISSUER = 'set "issuer" to have JWTs of the authorization server introspected'

// By its first letter, `{`, read leniently: what our strict reader does not take may still be somebody's JWT.
function isLikeJwt(token: string): boolean {
  const first = token.indexOf('.')
  if (first === -1 || !token.includes('.', first + 1)) return false
  const header = token.slice(0, first)
  const whole = header.slice(0, header.length - (header.length % 4)).replaceAll('-', '+').replaceAll('_', '/')
  try {
    return /^\s*\{/.test(atob(whole))
  } catch {
    return false
  }
}

/** True for a JWT that we can read, and that names nobody: to everybody but its maker it is opaque. */
function namesNoIssuer(token: string): boolean {
  const jwt = decodeJwt(token)
  return jwt !== null && (jwt.claims.iss === undefined || jwt.claims.iss === null)
}

/** Five parts, and a header that names no issuer: to everybody but their makers they are opaque. */
function isOpaqueJwe(token: string): boolean {
  const [header = '', ...others] = token.split('.', 6)
  const jwe = others.length === 4 ? decodeJwt(`${header}.${header}.AAAA`) : null
  return jwe !== null && jwe.claims.iss === undefined
}

/** The `iss` of a JWT, or of the header of an encrypted one (RFC 7519 section 5.3). Unverified. */
function statedIssuer(token: string): string | undefined {
  const [header = '', , , ...encrypted] = token.split('.', 5)
  // The header in the place of the payload, for a reader that reads payloads.
  return encrypted.length === 2 ? unverifiedIssuer(`${header}.${header}.AAAA`) : unverifiedIssuer(token)
}
