/** What a JWT access token must say, as a list of named rules. Reads only; the signature is somebody else's business. */
import { isAlgorithm } from './algorithms.js'
import type { RejectReason, Mismatch } from '../verdict.js'
import type { DecodedJwt } from './decode.js'

/** Verified issuer, audience and clock: what the rules compare with. */
export interface Expectations {
  readonly issuer: string
  /** Undefined: any audience. */
  readonly audiences: readonly string[] | undefined
  readonly algorithms: readonly string[]
  /** Seconds. */
  readonly clockTolerance: number
}

export interface Finding {
  readonly reason: RejectReason
  readonly detail: Mismatch
}

/** One rule: nothing to say, or what does not fit. `now` in seconds since the epoch. */
export interface Rule {
  readonly name: string
  readonly find: (jwt: DecodedJwt, expected: Expectations, now: number) => Finding | undefined
}

/** The first rule's finding, or undefined when every rule is content. */
export function firstFinding(jwt: DecodedJwt, expected: Expectations, now: number): Finding | undefined {
  for (const rule of RULES) {
    const finding = rule.find(jwt, expected, now)
    if (finding !== undefined) return finding
  }
  return undefined
}

/** In this order. */
export const RULES: readonly Rule[] = [
  {
    name: 'alg',
    find: ({ header }, { algorithms }) =>
      isAlgorithm(header.alg) && algorithms.includes(header.alg)
        ? undefined
        : finding('unsupported_algorithm', 'alg', algorithms, header.alg),
  },
  {
    // RFC 7515 section 4.1.11: we understand no extension, so every critical one is a reason to refuse.
    name: 'crit',
    find: ({ header }) =>
      header.crit === undefined && header.b64 === undefined ? undefined : finding('malformed', 'crit', 'absent', header.crit),
  },
  {
    // RFC 8725 section 3.11: one kind of JWT must not pass for another.
    name: 'typ',
    find: ({ header }) =>
      header.typ === undefined || (typeof header.typ === 'string' && ACCESS_TOKEN_TYPES.has(header.typ.toLowerCase()))
        ? undefined
        : finding('wrong_type', 'typ', [...ACCESS_TOKEN_TYPES], header.typ),
  },
  {
    name: 'kind',
    find: ({ claims }) => {
      const sign = OTHER_KINDS.find(({ claim, is }) => is(claims[claim]))
      return sign && finding('wrong_type', sign.claim, 'an access token', sign.kind)
    },
  },
  {
    name: 'iss',
    find: ({ claims }, { issuer }) => (claims.iss === issuer ? undefined : finding('wrong_issuer', 'iss', issuer, claims.iss)),
  },
  {
    name: 'aud',
    find: ({ claims }, { audiences }) => {
      if (claims.aud !== undefined && !isStringOrStrings(claims.aud)) return finding('invalid_claim', 'aud', 'a string or strings', claims.aud)
      if (audiences === undefined || [claims.aud ?? []].flat().some((audience) => audiences.includes(audience))) return undefined
      return finding('wrong_audience', 'aud', audiences, claims.aud)
    },
  },
  {
    name: 'exp',
    find: ({ claims: { exp } }, { clockTolerance }, now) => {
      if (exp === undefined) return finding('missing_claim', 'exp', 'a number', exp)
      if (!isInstant(exp)) return finding('invalid_claim', 'exp', 'a finite number', exp)
      return exp + clockTolerance > now ? undefined : finding('expired', 'exp', now, exp)
    },
  },
  {
    name: 'nbf',
    find: ({ claims: { nbf } }, { clockTolerance }, now) => {
      if (nbf === undefined) return undefined
      if (!isInstant(nbf)) return finding('invalid_claim', 'nbf', 'a finite number', nbf)
      return nbf - clockTolerance <= now ? undefined : finding('not_yet_valid', 'nbf', now, nbf)
    },
  },
  {
    name: 'iat',
    find: ({ claims: { iat } }) => (iat === undefined || isInstant(iat) ? undefined : finding('invalid_claim', 'iat', 'a finite number', iat)),
  },
  ...['sub', 'client_id', 'azp', 'jti'].map(
    (claim): Rule => ({
      name: claim,
      find: ({ claims }) =>
        claims[claim] === undefined || typeof claims[claim] === 'string'
          ? undefined
          : finding('invalid_claim', claim, 'a string', claims[claim]),
    }),
  ),
]

// RFC 9068 section 2.1 asks for at+jwt; most issuers write JWT or nothing.
const ACCESS_TOKEN_TYPES = new Set(['jwt', 'application/jwt', 'at+jwt', 'application/at+jwt'])

interface OtherKind {
  readonly claim: string
  readonly is: (value: unknown) => boolean
  readonly kind: string
}

/** What plainly marks a JWT as something else than an access token. */
const OTHER_KINDS: readonly OtherKind[] = [
  { claim: 'at_hash', is: present, kind: 'an ID token' }, // OIDC Core section 3.1.3.6
  { claim: 'c_hash', is: present, kind: 'an ID token' }, // OIDC Core section 3.3.2.11
  { claim: 'token_use', is: (value) => present(value) && value !== 'access', kind: 'an ID or refresh token' }, // Amazon Cognito
  { claim: 'typ', is: (value) => OTHER_PAYLOAD_TYPES.has(value), kind: 'an ID, refresh or logout token' }, // Keycloak
  { claim: 'events', is: present, kind: 'a security event or logout token' }, // RFC 8417, Back-Channel Logout section 2.4
  { claim: 'htm', is: present, kind: 'a DPoP proof' }, // RFC 9449 section 4.2
  { claim: 'token_introspection', is: present, kind: 'an introspection response' }, // RFC 9701 section 5
]

const OTHER_PAYLOAD_TYPES: ReadonlySet<unknown> = new Set(['ID', 'Refresh', 'Offline', 'Logout'])

function present(value: unknown): boolean {
  return value !== undefined
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isStringOrStrings(value: unknown): value is string | string[] {
  return typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'))
}

function finding(reason: RejectReason, claim: string, expected: unknown, actual: unknown): Finding {
  return { reason, detail: { claim, expected, actual } }
}
