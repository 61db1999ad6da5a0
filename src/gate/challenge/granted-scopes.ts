/** This file says which scopes a client is to ask for: those that are needed, and those that it has and would lose (MCP authorization, step-up). */
import { mapScopes, standardScopes } from '../../scopes/mappers.js'
import type { AccessToken } from '../../access-token.js'
import type { GateRequest } from '../request/gate-request.js'
import type { RequestNames } from './request-names.js'

/** What the challenge for more scopes names: `'needed'` for those of the request alone, `'accumulated'` for what was granted before too. */
export type StepUp = 'needed' | 'accumulated'

/** In characters: a challenge must fit into the headers that clients take. */
const MAX_LENGTH = 2_048

/** What the client of this request is to ask for. `stepUp`: as the gate has it, or else by the revision of MCP that the request names. */
export function scopesToAskFor(
  needed: readonly string[],
  token: AccessToken | null,
  { header }: Pick<GateRequest, 'header'>,
  { stepUp, requestNames }: { readonly stepUp: StepUp | undefined; readonly requestNames: RequestNames },
): readonly string[] {
  if (token === null || (stepUp ?? stepUpOf(header)) === 'needed') return requestNames(needed)
  return withGranted(needed, token, requestNames)
}

/**
 * The scopes that are needed, and behind them those that the authorization server granted, by its own names; not those that
 * were made of roles here, for which nobody can ask. Without `offline_access`, which is no resource's to ask for.
 */
function withGranted(needed: readonly string[], token: AccessToken, requestNames: RequestNames): readonly string[] {
  const granted = mapScopes([standardScopes], token.claims).filter((scope) => scope !== 'offline_access')
  const all = requestNames([...new Set([...needed, ...granted])])
  return all.join(' ').length > MAX_LENGTH ? requestNames(needed) : all
}

/** By the revision that the request names, once and as a date. Clients of an older one, and of none, would lose what is not named. */
function stepUpOf(header: GateRequest['header']): StepUp {
  const [revision = '', ...others] = header('mcp-protocol-version')
  return others.length === 0 && REVISION.test(revision) && revision >= CLIENTS_ACCUMULATE ? 'needed' : 'accumulated'
}

const REVISION = /^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/

/** The first revision of MCP by which clients themselves keep what they were granted before (SEP-2350). */
const CLIENTS_ACCUMULATE = '2026-07-28'
