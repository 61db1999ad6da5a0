/** What an introspection answer must say about a token (RFC 7662 section 2.2): checked like a JWT, and not believed. */
import { otherKindOf } from '../../jwt/rules/token-kind.js'
import { rulesFor } from '../../jwt/rules/rules.js'
import { withoutEmptyNames } from '../../lib/empty-claims.js'
import { reject } from '../../verdict.js'
import type { Claims } from '../../access-token.js'
import type { Expectations, RuleFailure, Rule } from '../../jwt/rules/rules.js'
import type { Rejected, RejectReason } from '../../verdict.js'

/** The answer's members, or null where it says that the token is not active. */
export type IntrospectionResponse = Readonly<Record<string, unknown>> | null

export interface AnswerRulesOptions {
  readonly expected: Expectations
  /** False: any issuer that the endpoint names. */
  readonly knowsIssuer: boolean
  /** True: an answer without `exp` is taken. */
  readonly allowNoExpiry: boolean
}

/**
 * Lists the rules that options say, in the order they are looked at; those that are functions of the user's come after.
 * There is no header here, and what says what kind a token is has its own spelling.
 */
export function answerRules({ expected, knowsIssuer, allowNoExpiry }: AnswerRulesOptions): readonly Rule[] {
  const { claims } = rulesFor(expected)
  const ofJwts = claims.filter(({ name }) => name !== 'kind').map((rule) => where(rule, knowsIssuer, allowNoExpiry))
  return [tokenType, kind, ...ofJwts.map(explained)]
}

// RFC 7662 section 2.2: `iss` may be left out, and the endpoint is the issuer's own. What it says must be right.
function where(rule: Rule, knowsIssuer: boolean, allowNoExpiry: boolean): Rule {
  const isOptional = rule.name === 'iss' || (rule.name === 'exp' && allowNoExpiry)
  if (!isOptional) return rule
  return {
    name: rule.name,
    check: (answer, expected, now) => {
      const absent = answer.claims[rule.name] === undefined
      return absent || (rule.name === 'iss' && !knowsIssuer) ? undefined : rule.check(answer, expected, now)
    },
  }
}

/** What is taken as a bearer token. RFC 7662 says `Bearer`; Glewlwyd and Salesforce `access_token`. */
const BEARER_TYPES: ReadonlySet<string> = new Set(['bearer', 'access_token', 'access', 'jwt', 'at+jwt', 'urn:ietf:params:oauth:token-type:access_token'])

const tokenType: Rule = {
  name: 'token_type',
  check: ({ claims: { token_type: type, cnf } }) => {
    if (type === undefined) return undefined
    if (typeof type !== 'string') return failure('invalid_claim', 'token_type', 'a string', type)
    if (BEARER_TYPES.has(type.toLowerCase())) return undefined
    // RFC 9449 section 6.2: the key is in `cnf`, and the gate asks for its proof. Without one there is nothing to ask for.
    if (type.toLowerCase() === 'dpop' && typeof cnf === 'object') return undefined
    return failure('wrong_type', 'token_type', [...BEARER_TYPES], type, OTHER_KIND)
  },
}

const kind: Rule = {
  name: 'kind',
  check: ({ claims }) => {
    const { token_use: use, ...rest } = claims
    // Ory's spelling of what Cognito calls `access`.
    const other = otherKindOf(use === undefined || use === 'access_token' ? rest : claims)
    return other && failure('wrong_type', other.claim, 'an access token', other.kind, OTHER_KIND)
  },
}

// Glewlwyd writes the scope into `aud`.
function explained(rule: Rule): Rule {
  if (rule.name !== 'aud') return rule
  return {
    name: rule.name,
    check: (answer, expected, now) => {
      const found = rule.check(answer, expected, now)
      const { aud, scope } = answer.claims
      if (found?.reason !== 'wrong_audience' || aud === undefined || aud !== scope) return found
      return { ...found, detail: { ...found.detail, hint: SCOPE_AS_AUDIENCE } }
    },
  }
}

/** The claims that an active answer makes: a client without a user speaks for itself. */
export function claimsOf(answer: Readonly<Record<string, unknown>>): Claims {
  const claims: Claims = withoutEmptyNames(withoutNulls(answer))
  if (claims.sub !== undefined || claims.username !== undefined || typeof claims.client_id !== 'string') return claims
  return { ...claims, sub: claims.client_id }
}

/** The members that are there: `null` counts as absent, and `active` says nothing more. */
export function withoutNulls(answer: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(answer).filter(([name, value]) => value !== null && name !== 'active'))
}

/** The endpoint does not deal in tokens of this kind, which it said without a look at this one. */
export function unsupportedTokenType(): Rejected {
  return reject('unknown_token', { claim: 'kind', expected: 'a token of theirs', actual: undefined, hint: NOT_THEIRS })
}

/** True for a `unsupportedTokenType`, in whatever words. */
export function isUnsupportedTokenType({ reason, detail }: Rejected): boolean {
  return reason === 'unknown_token' && detail?.claim === 'kind'
}

/** What is worth telling about an answer that was taken. */
export function oddityOf({ sub, username }: Claims): string | undefined {
  return sub === undefined && username !== undefined ? USERNAME_ONLY : undefined
}

export const INACTIVE =
  'the authorization server says inactive: ended, revoked, never issued, or not for this client to ask about. Some tell a token only to the client that got it, and some to every client but that one: ask as the other'
const NOT_THEIRS = 'the authorization server answers no questions about tokens of this kind; verify its JWTs with JwksProvider'
const OTHER_KIND = 'this is another kind of token; send the access token'
const SCOPE_AS_AUDIENCE = 'the authorization server writes the scope into "aud"; name another claim in "audienceClaims"'
const USERNAME_ONLY = 'the answer names a user by "username" only, which may be given to somebody else; the token has no subject'

function failure(reason: RejectReason, claim: string, expected: unknown, actual: unknown, hint?: string): RuleFailure {
  return { reason, detail: { claim, expected, actual, ...(hint !== undefined && { hint }) } }
}
