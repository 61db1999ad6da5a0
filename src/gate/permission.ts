/** This file says whether a caller may do what the request asks for: by the scopes of every request, and those of the operations in it. */
import { hasScopes } from '../access-token.js'
import { errorAnswer, isAnswer } from '../answer.js'
import { andThen } from '../lib/awaitable.js'
import { NOBODY, unlessUnavailable } from './caller.js'
import { scopesToAskFor } from './challenge/granted-scopes.js'
import { sessionIdsOf } from './request/session-ids.js'
import { calledOperations } from './operations/called-operations.js'
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
  const { operations } = policy
  if (operations === undefined) return withScopes(request, caller, policy.requiredScopes, policy)
  const rest = policy.reportsAll || operations.length === 0 ? 'kept' : undefined
  return andThen(calledOperations(request, rest), (called) => {
    if (isAnswer(called)) return unreadable(request, called, caller, policy)
    return andThen(permittedOperations(request, needOf(called, operations), caller, policy), (permitted) =>
      isAnswer(permitted) ? permitted : reportedOperations(request, called, permitted, policy),
    )
  })
}

/** What cannot be read asks for nothing beyond what every request needs. */
function unreadable(request: GateRequest, answer: Answer, caller: Caller, policy: GatePolicy): Caller | Answer {
  const { requiredScopes, operations } = policy
  if (lacks(caller, requiredScopes)) return lacksScope(request, caller, requiredScopes, policy)
  return operations?.length === 0 ? { ...caller, reported: caller.reported ?? { answer } } : answer
}

function permittedOperations(request: GateRequest, need: Need, caller: Caller, policy: GatePolicy): Awaitable<Caller | Answer> {
  const { caller: mustBeKnown, scopes, maxAge } = need
  const { requiredScopes } = policy
  const needed = scopes.length === 0 ? requiredScopes : [...new Set([...requiredScopes, ...scopes])]
  if (caller.token === null) return mustBeKnown ? policy.answers[caller.scheme].unauthenticated(needed) : caller
  if (maxAge === undefined) return withScopes(request, caller, needed, policy)
  return andThen(renewed(caller, maxAge, policy), (current) => {
    if (!isAnswer(current)) return withScopes(request, current, needed, policy)
    // Whom the authorization server does not vouch for any more is nobody.
    return policy.reportsAll ? { ...NOBODY, reported: { answer: current } } : current
  })
}

/** The same caller, with what the rules would deny him that are only reported. */
function reportedOperations(request: GateRequest, called: readonly Operation[], caller: Caller, policy: GatePolicy): Awaitable<Caller> {
  if (policy.reportedOperations.length === 0 || caller.reported !== undefined) return caller
  const need = needOf(called, policy.reportedOperations)
  return andThen(permittedOperations(request, need, caller, { ...policy, reportsAll: false }), (permitted) =>
    isAnswer(permitted) ? { ...caller, reported: { answer: permitted } } : caller,
  )
}

function withScopes(request: GateRequest, caller: Caller, needed: readonly string[], policy: GatePolicy): Caller | Answer {
  return lacks(caller, needed) ? lacksScope(request, caller, needed, policy) : caller
}

function lacksScope(request: GateRequest, { token, scheme }: Caller, needed: readonly string[], policy: GatePolicy): Answer {
  return policy.answers[scheme].insufficientScope(scopesToAskFor(needed, token, request, policy))
}

// MCP, Streamable HTTP: 404 tells a client to begin a new session.
export const NO_SESSION = errorAnswer(404, 'invalid_session', 'There is no such session', {})

function isOwnSession(request: GateRequest, { token }: Caller, { sessions }: GatePolicy): boolean {
  if (sessions === undefined) return true
  const ids = sessionIdsOf(request)
  return ids !== 'several' && ids.every((id) => sessions.belongsTo(id, token))
}

/** Whether the caller may use one operation: to show only what may be used. */
export function mayCall({ token }: Pick<Caller, 'token'>, method: string, name: string, { operations = [], reportsAll }: GatePolicy): boolean {
  if (reportsAll) return true
  const { caller, scopes } = needOf([{ method, names: [name], uris: [] }], operations)
  return !caller || (token !== null && hasScopes(token, scopes))
}

function renewed({ verify, scheme }: Caller, maxAge: number, policy: GatePolicy): Awaitable<Caller | Answer> {
  return unlessUnavailable(policy, async () => {
    const token = (await verify?.(maxAge)) ?? null
    return token === null ? policy.answers[scheme].invalidToken() : { token, scheme, verify }
  })
}

function lacks({ token }: Caller, scopes: readonly string[]): boolean {
  return token !== null && !hasScopes(token, scopes)
}
