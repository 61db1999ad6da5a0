/** This file says whether a caller may do what the request asks for: by scopes, of every request and of the operations in it, and by how he signed in. */
import { hasScopes } from '../access-token.js'
import { errorAnswer, isAnswer } from '../answer.js'
import { authenticationLack, authenticationTogether } from '../authentication.js'
import { andThen } from '../lib/awaitable.js'
import { NOBODY, unlessUnavailable } from './caller.js'
import { scopesToAskFor } from './challenge/granted-scopes.js'
import { sessionIdsOf } from './request/session-ids.js'
import { needOf } from './operations/operations.js'
import type { Answer } from '../answer.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { Caller } from './caller.js'
import type { Need, Operation } from './operations/operations.js'
import type { GatePolicy } from './policy.js'
import type { GateRequest } from './request/gate-request.js'

/** The caller, on an answer as young as the operations need; or the denial. All that is needed stands in one challenge. */
export function permittedCaller(request: GateRequest, caller: Caller, policy: GatePolicy): Awaitable<Caller | Answer> {
  if (!isOwnSession(request, caller, policy)) return NO_SESSION
  const { operations, called: reader } = policy
  if (operations === undefined) return denialOf(request, caller, policy, policy) ?? caller
  const rest = policy.reportsAll || operations.length === 0 ? 'kept' : undefined
  return andThen(andThen(reader(), ({ calledOperations }) => calledOperations(request, rest)), (called) => {
    if (isAnswer(called)) return unreadable(request, called, caller, policy)
    return andThen(permittedOperations(request, needOf(called, operations), caller, policy), (permitted) =>
      isAnswer(permitted) ? permitted : reportedOperations(request, called, permitted, policy),
    )
  })
}

/** What cannot be read asks for nothing beyond what every request needs. */
function unreadable(request: GateRequest, answer: Answer, caller: Caller, policy: GatePolicy): Caller | Answer {
  const denial = denialOf(request, caller, policy, policy)
  if (denial !== undefined) return denial
  return policy.operations?.length === 0 ? { ...caller, reported: caller.reported ?? { answer } } : answer
}

function permittedOperations(request: GateRequest, need: Need, caller: Caller, policy: GatePolicy): Awaitable<Caller | Answer> {
  // Most calls are of something that no rule is about.
  if (!need.caller) return denialOf(request, caller, policy, policy) ?? caller
  const requiredScopes = need.scopes.length === 0 ? policy.requiredScopes : [...new Set([...policy.requiredScopes, ...need.scopes])]
  if (caller.token === null) return policy.answers[caller.scheme].unauthenticated(requiredScopes)
  const needed = { requiredScopes, authentication: authenticationTogether([need.authentication, policy.authentication]) }
  if (need.maxAge === undefined) return denialOf(request, caller, needed, policy) ?? caller
  return andThen(renewed(caller, need.maxAge, policy), (current) => {
    if (!isAnswer(current)) return denialOf(request, current, needed, policy) ?? current
    // Whom the authorization server does not vouch for any more is nobody.
    return policy.reportsAll ? { ...NOBODY, reported: { answer: current } } : current
  })
}

/** The same caller, with what the rules would deny him that are only reported. */
function reportedOperations(request: GateRequest, called: readonly Operation[], caller: Caller, policy: GatePolicy): Awaitable<Caller> {
  if (policy.reportedOperations.length === 0 || caller.reported !== undefined) return caller
  const need = needOf(called, policy.reportedOperations)
  // Of a failure too it is only reported.
  return andThen(permittedOperations(request, need, caller, { ...policy, reportsAll: true }), (permitted) =>
    isAnswer(permitted) ? { ...caller, reported: { answer: permitted } } : { ...caller, ...(permitted.reported && { reported: permitted.reported }) },
  )
}

/** What a request needs of its caller: what every request does, and maybe more. */
type Needed = Pick<GatePolicy, 'authentication' | 'requiredScopes'>

/** The denial for what a caller lacks. How he signed in is asked first, and its challenge names the scopes too: one sign-in brings both. (D97) */
function denialOf(request: GateRequest, { token, scheme }: Caller, { requiredScopes, authentication }: Needed, policy: GatePolicy): Answer | undefined {
  if (token === null) return undefined
  const lack = authenticationLack(token.claims, authentication, policy.now)
  if (lack === undefined && hasScopes(token, requiredScopes)) return undefined
  const answers = policy.answers[scheme]
  const scopes = scopesToAskFor(requiredScopes, token, request, policy)
  return lack === undefined ? answers.insufficientScope(scopes) : answers.insufficientUserAuthentication(lack, scopes)
}

// MCP, Streamable HTTP: 404 tells a client to begin a new session.
export const NO_SESSION = errorAnswer(404, 'invalid_session', 'There is no such session', {})

function isOwnSession(request: GateRequest, { token }: Caller, { sessions }: GatePolicy): boolean {
  if (sessions === undefined) return true
  const ids = sessionIdsOf(request)
  return ids !== 'several' && ids.every((id) => sessions.belongsTo(id, token))
}

/** Whether the caller may use one operation: to show only what may be used. How he signed in hides nothing: he would never be asked to do so again. */
export function mayCall({ token }: Pick<Caller, 'token'>, method: string, name: string, { operations = [], reportsAll }: GatePolicy): boolean {
  if (reportsAll) return true
  const { caller, scopes } = needOf([{ method, names: [name], uris: [] }], operations)
  return !caller || (token !== null && hasScopes(token, scopes))
}

function renewed(caller: Caller, maxAge: number, policy: GatePolicy): Awaitable<Caller | Answer> {
  return unlessUnavailable(policy, async () => {
    const token = (await caller.verify?.(maxAge)) ?? null
    return token === null ? policy.answers[caller.scheme].invalidToken() : { ...caller, token }
  })
}
