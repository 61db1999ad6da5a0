/** This file tells an observer what a gate decides, and why. Without an observer none of it runs. */
import { toAccessToken } from '../access-token.js'
import { INSUFFICIENT_USER_AUTHENTICATION } from '../authentication.js'
import { notify } from '../events.js'
import { BUG, isForAudience } from './caller.js'
import { decide } from './decide.js'
import { isGuarded } from './paths.js'
import { NO_SESSION } from './permission.js'
import { ToldRequest } from './report/told-request.js'
import { Shadow } from './report/shadow.js'
import { IMPOSSIBLE_HOST } from './request/host.js'
import type { Answer } from '../answer.js'
import type { AuthenticationLack } from '../authentication.js'
import type { AuthEvent, DenialReason } from '../events.js'
import type { BearerAuthProvider, Refusal } from '../provider.js'
import type { Answers } from './challenge/challenge.js'
import type { OwnDecision } from './decide.js'
import type { DpopFailure } from './dpop/dpop.js'
import type { GateObserve } from './gate-options.js'
import type { OperationTable } from './operations/operations.js'
import type { GatePolicy } from './policy.js'
import type { Reported } from './report/reported.js'
import type { Look } from './report/shadow.js'
import type { GateRequest } from './request/gate-request.js'

type Rule = OperationTable[number]

/** What was found out on the way to one decision. */
interface Notes {
  reason?: DenialReason
  refusal?: Refusal
  /** What kept a token from passing that the provider took. */
  taken?: 'bound_to_key' | 'wrong_audience' | undefined
  /** Which proof of its holder was missing, or did not fit. */
  failure?: DpopFailure | undefined
  /** What is wrong with how the caller signed in. */
  lack?: AuthenticationLack
  /** Those that are about the request. */
  readonly rules: Set<Rule>
  /** What was said of the tokens, for the shadow. */
  readonly looks: Map<string, Look> | undefined
  /** Of those that are only reported. */
  readonly reportedRules: Set<Rule>
}

/** Decides as `decide` does, and tells of a denial, of one that is only reported, and of a caller who was admitted. */
export function observed(provider: BearerAuthProvider, policy: GatePolicy, observe: GateObserve): (request: GateRequest) => Promise<OwnDecision> {
  const shadow = policy.shadow && new Shadow(policy.shadow.provider, policy.shadow)
  return (request) => decideObserved(request, { provider, policy, observe, shadow })
}

interface Surroundings {
  readonly provider: BearerAuthProvider
  readonly policy: GatePolicy
  readonly observe: GateObserve
  readonly shadow: Shadow | undefined
}

async function decideObserved(request: GateRequest, { provider, policy, observe, shadow }: Surroundings): Promise<OwnDecision> {
  const notes: Notes = { rules: new Set(), reportedRules: new Set(), looks: shadow && new Map() }
  const decision = await decide(request, noting(provider, policy, notes), notingPolicy(policy, notes))
  for (const look of notes.looks?.values() ?? []) shadow?.compare(look)
  const beside = new ToldRequest(request)
  for (const event of eventsOf(request, decision, policy, notes)) notify((told) => observe(told, beside), event)
  return decision
}

function eventsOf(request: GateRequest, decision: OwnDecision, policy: GatePolicy, notes: Notes): readonly AuthEvent[] {
  const where = { provider: 'gate', method: methodOf(request.method), ...prefixOf(request, policy) }
  if (!decision.pass) return denials({ type: 'denied', ...where }, { answer: decision.answer }, notes)
  const { reported, context: { token } } = decision
  const denied = reported === undefined ? [] : denials({ type: 'would_deny', ...where }, reported, notes)
  return token === null ? denied : [...denied, { type: 'admitted', ...where, by: token.provider }]
}

type Denial = Extract<AuthEvent, { type: 'denied' | 'would_deny' }>

/** None for what is no denial: metadata, the answer to a preflight. */
function denials(where: Omit<Denial, 'status' | 'reason'>, reported: Reported, notes: Notes): readonly Denial[] {
  if ('reason' in reported) return [{ ...where, ...reported }]
  const { answer } = reported
  const reason = reasonOf(answer, notes)
  if (reason === undefined) return []
  const { reason: because } = (reason === 'invalid_token' && notes.refusal) || {}
  const { check } = (reason === 'bound_to_key' && notes.failure) || {}
  const { claim, hint }: Told = NOTED[reason]?.(notes) ?? {}
  const why = { ...(because && { because }), ...(claim && { claim }), ...(check && { check }), ...(hint && { hint }) }
  const rules = [...(notes.reportedRules.size > 0 ? notes.reportedRules : notes.rules)].filter((rule) => ASKS[reason]?.(rule)).map(({ key }) => key)
  return [{ ...where, status: answer.status, reason, ...why, ...(rules.length > 0 && { rules }) }]
}

interface Told {
  readonly claim?: string | undefined
  readonly hint?: string | undefined
}

/** What is told of a denial beside its reason. */
const NOTED: Readonly<Partial<Record<DenialReason, (notes: Notes) => Told | undefined>>> = {
  invalid_token: ({ refusal }) => refusal,
  bound_to_key: ({ failure }) => failure && { hint: failure.hint },
  insufficient_user_authentication: ({ lack }) => lack,
}

/** The rules of `operations` that a denial is about. */
const ASKS: Readonly<Partial<Record<DenialReason, (rule: Rule) => boolean>>> = {
  insufficient_scope: ({ scopes }) => scopes.length > 0,
  insufficient_user_authentication: ({ authentication: { acr, maxAuthAge } }) => acr !== undefined || maxAuthAge !== undefined,
}

function reasonOf(answer: Answer, { reason, taken, refusal }: Notes): DenialReason | undefined {
  if (answer === IMPOSSIBLE_HOST) return 'impossible_host'
  if (answer === NO_SESSION) return 'another_session'
  if (answer === BUG) return 'bug'
  if (reason === 'invalid_token') return taken ?? (refusal?.reason === 'unproven' ? 'bound_to_key' : reason)
  if (reason !== undefined) return reason
  return answer.status === 400 || answer.status === 413 || answer.status === 415 ? 'unreadable_body' : undefined
}

/** The provider, so that it is noted why it refuses a token, or what makes the gate refuse one that it takes. */
function noting(provider: BearerAuthProvider, { audience, tokenHeader: usual }: GatePolicy, notes: Notes): BearerAuthProvider {
  type Verify = BearerAuthProvider['verifyToken']
  const notingVerify = (own: Pick<BearerAuthProvider, 'recognizes' | 'verifyToken'>, header: string | undefined): Verify => async (text, options) => {
    // Of several members of a chain, the first that has something to say.
    let why: Refusal | undefined
    const refused = (refusal: Refusal): void => {
      why ??= refusal
      if (notes.refusal === undefined || (notes.refusal.hint === undefined && refusal.hint !== undefined)) notes.refusal = refusal
    }
    const given = await own.verifyToken(text, { ...options, refused })
    const token = given === null ? null : toAccessToken(given)
    notes.looks?.set(`${header} ${text}`, { token: text, decided: own.recognizes === undefined ? provider : own, header, taken: token ?? undefined, refusal: why })
    // Of several credentials the one that ends the request is looked at last.
    notes.taken = token === null ? undefined : isForAudience(token, audience) ? 'bound_to_key' : 'wrong_audience'
    return given
  }
  // What a decision reads of a provider, by itself: its methods may know only their own object.
  const { tokenHeader, issuers, scopesSupported } = provider
  const headerSources = provider.headerSources?.map((source) => ({ ...source, provider: { verifyToken: notingVerify(source.provider, source.header) } }))
  return {
    verifyToken: notingVerify(provider, tokenHeader ?? usual),
    ...(tokenHeader !== undefined && { tokenHeader }),
    ...(headerSources && { headerSources }),
    ...(issuers && { issuers }),
    ...(scopesSupported && { scopesSupported }),
  }
}

function notingPolicy(policy: GatePolicy, notes: Notes): GatePolicy {
  const { answers } = policy
  const note = (reason: DenialReason, answer: Answer): Answer => {
    notes.reason = reason
    return answer
  }
  const notedOf = (own: Answers): Answers => ({
    unauthenticated: (scopes) => note('no_token', own.unauthenticated(scopes)),
    malformed: (header) => note('malformed', own.malformed(header)),
    invalidToken: () => note('invalid_token', own.invalidToken()),
    severalCallers: () => note('several_callers', own.severalCallers()),
    unproven: (error) => note('bound_to_key', own.unproven(error)),
    insufficientScope: (scopes) => note('insufficient_scope', own.insufficientScope(scopes)),
    insufficientUserAuthentication: (lack, scopes) => {
      notes.lack = lack
      return note(INSUFFICIENT_USER_AUTHENTICATION, own.insufficientUserAuthentication(lack, scopes))
    },
    unavailable: (why) => note('unavailable', own.unavailable(why)),
  })
  const noted = (table: OperationTable, rules: Set<Rule>): OperationTable =>
    table.map((rule) => ({
      ...rule,
      covers: (names: readonly string[]) => {
        const isCovered = rule.covers(names)
        if (isCovered) rules.add(rule)
        return isCovered
      },
    }))
  return {
    ...policy,
    bindings: notingBindings(policy, notes),
    answers: { Bearer: notedOf(answers.Bearer), DPoP: notedOf(answers.DPoP) },
    operations: policy.operations && noted(policy.operations, notes.rules),
    reportedOperations: noted(policy.reportedOperations, notes.reportedRules),
  }
}

function notingBindings({ bindings }: GatePolicy, notes: Notes): GatePolicy['bindings'] {
  if (bindings === undefined) return undefined
  return {
    isReporting: bindings.isReporting,
    reports: (token) => bindings.reports(token),
    failing: async (...question) => (notes.failure = await bindings.failing(...question)),
  }
}

/** The prefix of `protect` that guards the path, as the operator wrote it. */
function prefixOf({ path, mounted }: GateRequest, { paths }: GatePolicy): { readonly prefix?: string } {
  const { protect } = paths[mounted === true ? 'mount' : 'app']
  const prefix = protect?.find((one) => isGuarded(path, [one]))
  return prefix === undefined ? {} : { prefix }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

function methodOf(method: string): (typeof METHODS)[number] | 'other' {
  return METHODS.find((one) => one === method) ?? 'other'
}
