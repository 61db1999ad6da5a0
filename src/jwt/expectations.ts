/** Checks what a token is expected to say, once, where the verifier is built. */
import { oneOf, spanInSeconds } from '../lib/options.js'
import { isReported } from '../lib/report-only.js'
import { ALGORITHMS, isAlgorithm } from './signature/algorithms.js'
import { issuersOf } from './rules/issuers.js'
import { PLAINLY_OTHER } from './rules/rules.js'
import { anyAudience } from './jwt-options.js'
import type { Algorithm } from './signature/algorithms.js'
import type { ReportedAudience } from '../lib/report-only.js'
import type { JwtOptions } from './jwt-options.js'
import type { ClaimRule, Expectations } from './rules/rules.js'

/** @throws TypeError for an option that is wrong; says what to write instead. */
export function expectationsOf(options: JwtOptions, clockTolerance: number): Expectations {
  const { audience, audienceClaims = 'aud', requiredClaims = [], rules = [], maxTokenAge } = options
  const { algorithms: given = ALL_ALGORITHMS } = options
  const algorithms = Array.isArray(given) ? [...given] : [] // a hole becomes an entry, and is refused
  if (algorithms.length === 0 || !algorithms.every(isAlgorithm)) {
    throw new TypeError(`"algorithms" must be an array with some of ${ALL_ALGORITHMS.join(', ')}`)
  }
  if (!Array.isArray(requiredClaims) || ![...requiredClaims].every((claim) => typeof claim === 'string')) {
    throw new TypeError('"requiredClaims" must be an array of names of claims')
  }
  const tokenType = oneOf('tokenType', options.tokenType ?? 'access', ['access', 'at+jwt', 'id'])
  return {
    issuers: issuersOf(options.issuer),
    audiences: audience === anyAudience ? undefined : names(audience, NO_AUDIENCE),
    audienceClaims: names(audienceClaims, '"audienceClaims" must name a claim, such as "client_id"'),
    audienceMode: oneOf('audienceMode', options.audienceMode ?? 'any', ['any', 'exclusive']),
    algorithms,
    tokenType,
    types: typesOf(options.types),
    clockTolerance,
    maxTokenAge: maxTokenAge === undefined ? undefined : spanInSeconds('maxTokenAge', maxTokenAge, { min: 1, max: 31_536_000 }),
    // OIDC Core section 2; `iss`, `aud` and `exp` are needed in any case.
    requiredClaims: tokenType === 'id' ? [...new Set(['sub', 'iat', ...requiredClaims])] : [...requiredClaims],
    ...rulesOf(rules),
  }
}

function rulesOf(rules: unknown): Pick<Expectations, 'rules' | 'reported'> {
  if (!Array.isArray(rules)) throw new TypeError(NO_RULES)
  const list: readonly unknown[] = [...rules] // a hole becomes an entry, and is refused
  const held: ClaimRule[] = []
  const reported: Expectations['reported'][number][] = []
  for (const rule of list) {
    if (isAudience(rule)) reported.push({ ...rule, audience: names(rule.audience, 'the "audience" of a rule must name this server as the issuer writes it into "aud"') })
    else if (!isClaimRule(rule)) throw new TypeError(NO_RULES)
    else if (isReported(`the rule for "${rule.claim}"`, rule)) reported.push(rule)
    else held.push(rule)
  }
  return { rules: held, reported }
}

function isAudience(rule: unknown): rule is ReportedAudience {
  if (typeof rule !== 'object' || rule === null || !('audience' in rule)) return false
  if (isReported('a rule for the audience', rule)) return true
  throw new TypeError('an audience in "rules" is reported only: { audience: "https://mcp.example.com", [reportOnly]: true }; what is demanded stands in "audience"')
}

function isClaimRule(rule: unknown): rule is ClaimRule {
  return typeof rule === 'object' && rule !== null && 'claim' in rule && 'accepts' in rule && typeof rule.claim === 'string' && typeof rule.accepts === 'function'
}

const NO_RULES = '"rules" must be an array of { claim, accepts: (value, claims) => boolean }'

function typesOf(types: unknown = []): readonly string[] {
  const list: readonly unknown[] = Array.isArray(types) ? [...types] : [types]
  const isType = (type: unknown): type is string => typeof type === 'string' && /^[\w.+/-]{1,64}$/.test(type)
  if (!list.every(isType)) throw new TypeError('"types" must list values of "typ" that access tokens of this issuer have, such as "acme-access"')
  const other = list.find((type) => PLAINLY_OTHER.test(type))
  if (other !== undefined) throw new TypeError(`"types" must not have "${other}": that is another kind of token`)
  return list.map((type) => type.toLowerCase())
}

const NO_AUDIENCE = '"audience" must name this server as the issuer writes it into "aud"; write anyAudience to accept any'

function names(value: unknown, message: string): readonly string[] {
  const list = Array.isArray(value) ? [...value] : [value]
  if (list.length > 0 && list.every((one) => typeof one === 'string' && one.trim() !== '')) return list
  throw new TypeError(value === undefined ? `${message}; is a variable not set?` : message)
}

const ALL_ALGORITHMS = Object.keys(ALGORITHMS) as Algorithm[] // the keys of a constant of ours
