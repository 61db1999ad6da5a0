/** What a JWT access token must say, as a list of named rules. Reads only; the signature is somebody else's business. */
import { gatesOwnHint } from '../../authentication.js'
import { saidAtOnce } from '../../lib/awaitable.js'
import { isThere } from '../../lib/empty-claims.js'
import { isInMilliseconds } from '../../lib/milliseconds.js'
import { reportOnly } from '../../lib/report-only.js'
import { warnOfBug } from '../../lib/warn.js'
import { issuerMiss, nearMiss } from './near-miss.js'
import { otherKindOf } from './token-kind.js'
import type { Claims } from '../../access-token.js'
import type { ReportedAudience } from '../../lib/report-only.js'
import type { Mismatch, RejectReason } from '../../verdict.js'
import type { JwtContents } from '../token/decode.js'
import type { Issuers } from './issuers.js'
import type { Hint } from './near-miss.js'
import type { TokenType } from './token-kind.js'

/** What the rules compare with. It is checked where the provider is built. */
export interface Expectations {
  readonly issuers: Issuers
  /** The audiences that name this server. Undefined: any audience. */
  readonly audiences: readonly string[] | undefined
  /** The claims that hold the audience. */
  readonly audienceClaims: readonly string[]
  /** `'exclusive'`: no audience beside ours. */
  readonly audienceMode: 'any' | 'exclusive'
  readonly algorithms: readonly string[]
  readonly tokenType: TokenType
  /** More values of `typ` that are taken, in small letters. */
  readonly types: readonly string[]
  /** Seconds. */
  readonly clockTolerance: number
  /** Seconds since `iat`; undefined: any age. */
  readonly maxTokenAge: number | undefined
  readonly requiredClaims: readonly string[]
  readonly rules: readonly ClaimRule[]
  /** Those that refuse nothing. */
  readonly reported: readonly (ClaimRule | ReportedAudience)[]
}

/** A rule of your own. */
export interface ClaimRule {
  /** The claim it is about; appears in events and explanations. */
  readonly claim: string
  /** True when the token may pass. Gets claims that the issuer signed. */
  readonly accepts: (value: unknown, claims: Claims) => boolean
  /** What to do when it does not fit, for events and explanations. A constant text: never put a value into it. */
  readonly hint?: string | undefined
  /** A token that does not fit is taken all the same, and `would_reject` tells of it. */
  readonly [reportOnly]?: true
}

export interface RuleFailure {
  readonly reason: RejectReason
  readonly detail: Mismatch
  /** True where another look could find otherwise. */
  readonly provisional?: true | undefined
}

/** One rule: nothing to say, or what does not fit. `now` in seconds since the epoch. */
export interface Rule {
  readonly name: string
  readonly check: (jwt: JwtContents, expected: Expectations, now: number) => RuleFailure | undefined
}

/** Lists the rules in the order in which they are checked: those that need no signature, then those that do, then those that refuse nothing. */
export interface RuleSet {
  readonly header: readonly Rule[]
  readonly claims: readonly Rule[]
  readonly signed: readonly Rule[]
  readonly reported: readonly Rule[]
}

export function rulesFor({ requiredClaims, rules, reported }: Expectations): RuleSet {
  // Code of the user's sees only claims that the issuer signed: a forged value must not make it throw. (D30)
  return { header: OF_HEADER, claims: [...OF_CLAIMS, ...requiredClaims.map(present)], signed: rules.map(ownRule), reported: reported.map(reportedRule) }
}

/** The first rule's finding, or undefined when every rule is content. */
export function firstFailure(rules: readonly Rule[], jwt: JwtContents, expected: Expectations, now: number): RuleFailure | undefined {
  for (const rule of rules) {
    const found = rule.check(jwt, expected, now)
    if (found !== undefined) return found
  }
  return undefined
}

const OF_HEADER: readonly Rule[] = [
  {
    name: 'alg',
    check: ({ header: { alg } }, { algorithms }) => {
      if (algorithms.includes(alg as string)) return undefined // a list of names, which holds nothing else
      const shared = typeof alg === 'string' && /^HS\d{3}$/.test(alg)
      return failure('unsupported_algorithm', 'alg', algorithms, alg, shared ? SHARED_SECRET : undefined)
    },
  },
  {
    // RFC 7515 section 4.1.11: we understand no extension, so every critical one is a reason to refuse.
    name: 'crit',
    check: ({ header: { crit, b64 } }) => (crit === undefined && b64 === undefined ? undefined : failure('malformed', 'crit', undefined, crit)),
  },
  {
    // RFC 8725 section 3.11: one kind of JWT must not pass for another.
    name: 'typ',
    check: ({ header: { typ }, claims }, { tokenType, types: others }) => {
      const types = TYPES[tokenType]
      if (
        typ === undefined
          ? tokenType !== 'at+jwt'
          : typeof typ === 'string' && (types.includes(typ) || types.includes(typ.toLowerCase()) || others.includes(typ.toLowerCase()))
      )
        return undefined
      const isOdd = tokenType === 'access' && typeof typ === 'string' && !PLAINLY_OTHER.test(typ) && otherKindOf(claims, tokenType) === undefined
      return failure('wrong_type', 'typ', [...types, ...others], typ, isOdd ? ODD_TYPE : OTHER_KIND[tokenType])
    },
  },
]

const audience: Rule = {
  name: 'aud',
  check: ({ claims }, { audiences, audienceClaims, audienceMode }) => {
    const actual = stringsOf(claims, audienceClaims)
    if (actual === undefined) return failure('invalid_claim', 'aud', 'a string or strings', audienceClaims.map((claim) => claims[claim]))
    if (audiences === undefined) return undefined
    const ours = (one: string): boolean => audiences.includes(one)
    if (audienceMode === 'any' ? actual.some(ours) : actual.length > 0 && actual.every(ours)) return undefined
    return failure('wrong_audience', audienceClaims.join(' or '), audiences, actual, audienceMiss(claims, audiences, actual))
  },
}

const OF_CLAIMS: readonly Rule[] = [
  {
    name: 'kind',
    check: ({ claims }, { tokenType }) => {
      const other = otherKindOf(claims, tokenType)
      return other && failure('wrong_type', other.claim, WANTED[tokenType], other.kind, other.kind === 'an ID token' ? ID_TOKEN : OTHER_KIND[tokenType])
    },
  },
  {
    name: 'iss',
    check: ({ claims }, { issuers }) => {
      const { iss } = claims
      if (typeof iss !== 'string' || !issuers.has(iss)) {
        const expected = [...issuers.keys()]
        return failure('wrong_issuer', 'iss', expected, iss, issuerMiss(expected, iss))
      }
      const tenant = issuers.get(iss)
      if (tenant === undefined || claims[tenant.claim] === tenant.value) return undefined
      return failure('wrong_issuer', tenant.claim, tenant.value, claims[tenant.claim])
    },
  },
  audience,
  {
    name: 'exp',
    check: ({ claims: { exp } }, { clockTolerance }, now) => {
      if (exp === undefined) return failure('missing_claim', 'exp', 'a number', exp)
      if (!isInstant(exp)) return noInstant('exp', exp)
      return exp + clockTolerance > now ? undefined : failure('expired', 'exp', now, exp, clockHint(now - exp))
    },
  },
  {
    name: 'nbf',
    check: ({ claims: { nbf } }, { clockTolerance }, now) => {
      if (nbf === undefined || nbf === null) return undefined
      if (!isInstant(nbf)) return noInstant('nbf', nbf)
      return nbf - clockTolerance <= now ? undefined : failure('not_yet_valid', 'nbf', now, nbf, clockHint(nbf - now) ?? AHEAD)
    },
  },
  {
    name: 'iat',
    check: ({ claims: { iat } }, { clockTolerance, maxTokenAge }, now) => {
      if (iat === undefined && maxTokenAge === undefined) return undefined
      if (iat === undefined) return failure('missing_claim', 'iat', 'a number', iat)
      if (!isInstant(iat)) return noInstant('iat', iat)
      // `revoke({ sub })` goes by it: one that is yet to come would outlive its own revocation.
      const ahead = maxTokenAge === undefined ? MOST_AHEAD : clockTolerance
      if (iat - ahead > now) return failure('not_yet_valid', 'iat', now, iat, clockHint(iat - now) ?? AHEAD)
      if (maxTokenAge === undefined) return undefined
      return now - iat < maxTokenAge + clockTolerance ? undefined : failure('expired', 'iat', now - maxTokenAge, iat)
    },
  },
  text('sub', ({ sub }) => sub),
  // .NET writes null for those that it does not have.
  text('client_id', ({ client_id }) => client_id ?? undefined),
  text('azp', ({ azp }) => azp ?? undefined),
  text('jti', ({ jti }) => jti ?? undefined),
]

/** Makes the rule about a claim that must be text where it is there. `read` names it in code, which is faster than a variable. */
function text(claim: string, read: (claims: Claims) => unknown): Rule {
  return {
    name: claim,
    check: ({ claims }) => {
      const value = read(claims)
      return value === undefined || typeof value === 'string' ? undefined : failure('invalid_claim', claim, 'a string', value)
    },
  }
}

function present(claim: string): Rule {
  return {
    name: `${claim} is there`,
    check: ({ claims }) => {
      if (Object.hasOwn(claims, claim) && isThere(claim, claims[claim])) return undefined
      return failure('missing_claim', claim, 'any value', claims[claim], gatesOwnHint(claim))
    },
  }
}

function ownRule({ claim, accepts, hint }: ClaimRule): Rule {
  return {
    name: `own rule for ${claim}`,
    check: ({ claims }) => {
      const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
      // oxlint-disable-next-line no-unnecessary-boolean-literal-compare -- a rule in JavaScript may give anything, and only `true` is a yes
      return saidAtOnce(accepts(value, claims)) === true ? undefined : failure('invalid_claim', claim, 'what your rule takes', value, hint ?? gatesOwnHint(claim))
    },
  }
}

/** What refuses nothing must not fail a request either. */
function reportedRule(rule: ClaimRule | ReportedAudience): Rule {
  if ('audience' in rule) return { name: 'aud', check: (jwt, expected, now) => audience.check(jwt, { ...expected, audiences: [rule.audience].flat() }, now) }
  const { name, check } = ownRule(rule)
  return {
    name,
    check: (jwt, expected, now) => {
      try {
        return check(jwt, expected, now)
      } catch (cause) {
        warnOfBug(new Error(`the rule for "${rule.claim}", which is only reported, failed`, { cause }))
        return failure('invalid_claim', rule.claim, 'what your rule takes', undefined, rule.hint)
      }
    },
  }
}

// RFC 9068 section 2.1 asks for at+jwt; most issuers write JWT or nothing, and a few the kind of token that it is.
const TYPES = {
  access: ['jwt', 'application/jwt', 'at+jwt', 'application/at+jwt', 'bearer'],
  'at+jwt': ['at+jwt', 'application/at+jwt'],
  id: ['jwt', 'application/jwt'],
} satisfies Record<Expectations['tokenType'], readonly string[]>

const SHARED_SECRET: Hint = 'the token is signed with a shared secret; give the application an asymmetric signing key'
const ID_TOKEN: Hint = 'this is an ID token; send the access token'
const OTHER_KIND: Readonly<Record<TokenType, Hint>> = {
  access: 'this is another kind of token; send the access token',
  'at+jwt': 'this is another kind of token; send the access token',
  id: 'this is another kind of token; send the ID token',
}
const WANTED: Readonly<Record<TokenType, string>> = { access: 'an access token', 'at+jwt': 'an access token', id: 'an ID token' }
const IN_MILLISECONDS: Hint = 'the authorization server writes milliseconds where RFC 7519 has seconds'
const AHEAD: Hint = 'the clocks differ, or the token was made for later: compare the clock of this server with the authorization server\u2019s'
const ODD_TYPE: Hint = 'an access token with an odd "typ", perhaps; if this issuer writes it into access tokens, name it in "types"'
/** Kinds that say of themselves what they are, and that no option should name: ID tokens, logout tokens, proofs, answers. */
export const PLAINLY_OTHER =
  // oxlint-disable-next-line ours/width -- a list, and a regular expression cannot be broken
  /^(application\/)?(id|id_token|logout|refresh|offline|secevent|dpop|token-introspection|oauth-authz-req|client-authentication|entity-statement|statuslist|kb|vc|vp)(\+(sd-)?jwt)?$/i
const TOO_MANY: Hint =
  'the token has another audience beside ours, and audienceMode is exclusive; ask for a token for this server alone, or leave audienceMode out'
const CLIENT_INSTEAD: Hint =
  'the token has no "aud", and the issuer writes the client instead; set audienceClaims: "client_id" and "audience" to the clients that you take'
const NO_AUDIENCE: Hint = 'the token has no audience; the authorization server needs to be told to write one'

function audienceMiss(claims: Claims, ours: readonly string[], actual: readonly string[]): Hint | undefined {
  if (actual.length === 0) return typeof claims.client_id === 'string' ? CLIENT_INSTEAD : NO_AUDIENCE
  return actual.some((audience) => ours.includes(audience)) ? TOO_MANY : nearMiss(ours, actual)
}

/** Most seconds by which clocks differ in practice; beyond them a token is simply too old or too new. */
const CLOCK_TROUBLE = 120

/** Seconds by which `iat` may lie ahead, whatever `clockTolerance` is. */
const MOST_AHEAD = 60

function clockHint(difference: number): Hint | undefined {
  return difference <= CLOCK_TROUBLE ? 'the clocks differ by a little more than is forgiven' : undefined
}

/** RFC 7519 section 2: a NumericDate is in seconds. In milliseconds, a token would not end before the year 10000. */
function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && !isInMilliseconds(value)
}

function noInstant(claim: string, value: unknown): RuleFailure {
  return isInMilliseconds(value) ? failure('invalid_claim', claim, 'seconds', value, IN_MILLISECONDS) : failure('invalid_claim', claim, 'a finite number', value)
}

/** Collects what these claims say; undefined when one of them is neither a string nor strings. */
function stringsOf(claims: Claims, names: readonly string[]): readonly string[] | undefined {
  let found: readonly string[] = []
  for (const name of names) {
    const value = claims[name]
    if (value === undefined || value === null) continue
    if (typeof value !== 'string' && !isStrings(value)) return undefined
    const strings = typeof value === 'string' ? [value] : value
    found = found.length === 0 ? strings : [...found, ...strings]
  }
  return found
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function failure(reason: RejectReason, claim: string, expected: unknown, actual: unknown, hint?: string): RuleFailure {
  return { reason, detail: { claim, expected, actual, ...(hint !== undefined && { hint }) } }
}
