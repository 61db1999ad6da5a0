/** Checks what a logout token must say (OIDC Back-Channel Logout 1.0 sections 2.4 and 2.6), by a list of named rules. */
import { ownProperty } from '../lib/own-property.js'
import { firstFailure, rulesFor } from './rules/rules.js'
import type { RejectReason } from '../verdict.js'
import type { DecodedJwt } from './token/decode.js'
import type { Expectations, RuleFailure, Rule } from './rules/rules.js'

/** Who was logged out. At least one of `subject` and `sessionId` is there. */
export interface LogoutToken {
  readonly issuer: string
  readonly subject: string | undefined
  readonly sessionId: string | undefined
  readonly jti: string
  /** When it was issued, in seconds since the epoch, by the issuer's clock, as in its access tokens. */
  readonly issuedAt: number
  /** When it is refused as too old, however late its own `exp` is; in seconds since the epoch. */
  readonly expiresAt: number
}

/** What these rules compare with: the issuers and algorithms of the provider, and the client's own name. */
export function logoutExpectations(expected: Expectations, audience: string): Expectations {
  if (typeof audience !== 'string' || audience.trim() === '') {
    throw new TypeError('"audience" must be the client id that the issuer knows this application by')
  }
  const ours = { audiences: [audience], audienceClaims: ['aud'], audienceMode: 'any', maxTokenAge: MAX_AGE } as const
  return { ...expected, ...ours, requiredClaims: [], rules: [], reported: [] }
}

/** The first rule's finding, or undefined when every rule is content. Does NOT look at the signature. */
export function logoutFinding(jwt: DecodedJwt, expected: Expectations, now: number): RuleFailure | undefined {
  const { header, claims } = rulesFor(expected)
  const ofJwts = [...header, ...claims]
  const shared = SHARED.map((name) => ofJwts.find((rule) => rule.name === name) ?? missing(name))
  // `exp` is required since December 2023 only, and many do not write it. The age of the token bounds it in any case.
  const rules = [...shared, ...OWN].filter(({ name }) => name !== 'exp' || jwt.claims.exp !== undefined)
  return firstFailure(rules, jwt, expected, now)
}

/** Reads the logout token from a JWT that passed the rules and whose signature is good. */
export function logoutTokenOf({ claims }: DecodedJwt, { clockTolerance }: Expectations): LogoutToken {
  // The casts are what the rules saw to.
  const issuedAt = claims.iat as number
  return {
    issuer: claims.iss as string,
    subject: claims.sub as string | undefined,
    sessionId: claims.sid as string | undefined,
    jti: claims.jti as string,
    issuedAt,
    expiresAt: Math.min((claims.exp as number | undefined) ?? Number.POSITIVE_INFINITY, issuedAt + MAX_AGE) + clockTolerance,
  }
}

/** Oldest logout token, in seconds since `iat`. The specification asks for an `exp` two minutes on; this leaves time for a second delivery. */
const MAX_AGE = 300

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

// Section 2.4 recommends logout+jwt; Keycloak and others write JWT or nothing.
const TYPES = ['logout+jwt', 'application/logout+jwt', 'jwt', 'application/jwt']

/** The rules that hold for every JWT of the issuer; `iat` with its age. */
const SHARED = ['alg', 'crit', 'iss', 'aud', 'exp', 'nbf', 'iat'] as const

const OWN: readonly Rule[] = [
  {
    name: 'typ',
    check: ({ header: { typ } }) => {
      if (typ === undefined || (typeof typ === 'string' && TYPES.includes(typ.toLowerCase()))) return undefined
      return finding('wrong_type', 'typ', TYPES, typ)
    },
  },
  {
    name: 'events',
    check: ({ claims: { events } }) =>
      isObject(ownProperty(events, EVENT)) ? undefined : finding('wrong_type', 'events', EVENT, events),
  },
  // Section 2.4: with a nonce it could pass for an ID token somewhere. The others are marks of ID tokens, too.
  ...['nonce', 'at_hash', 'c_hash'].map(
    (claim): Rule => ({
      name: `no ${claim}`,
      check: ({ claims }) => (Object.hasOwn(claims, claim) ? finding('wrong_type', claim, undefined, claims[claim]) : undefined),
    }),
  ),
  {
    // Keycloak names the kind of each token in a claim.
    name: 'kind',
    check: ({ claims: { typ } }) => (typ === undefined || typ === 'Logout' ? undefined : finding('wrong_type', 'typ', 'Logout', typ)),
  },
  ...['sub', 'sid'].map(
    (claim): Rule => ({
      name: claim,
      check: ({ claims: { [claim]: value } }) =>
        value === undefined || isText(value) ? undefined : finding('invalid_claim', claim, 'a string', value),
    }),
  ),
  {
    name: 'sub or sid',
    check: ({ claims: { sub, sid } }) =>
      sub === undefined && sid === undefined ? finding('missing_claim', 'sub', 'sub or sid', undefined) : undefined,
  },
  {
    name: 'jti',
    check: ({ claims: { jti } }) =>
      isText(jti) ? undefined : finding(jti === undefined ? 'missing_claim' : 'invalid_claim', 'jti', 'a string', jti),
  },
]

// Whoever renames a rule over there hears of it here.
function missing(name: string): never {
  throw new TypeError(`there is no rule "${name}" for JWTs`)
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function finding(reason: RejectReason, claim: string, expected: unknown, actual: unknown): RuleFailure {
  return { reason, detail: { claim, expected, actual } }
}
