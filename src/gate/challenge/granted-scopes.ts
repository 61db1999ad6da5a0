/** This file keeps in a challenge what the client has already, and would lose with a new token that it asks for without it (MCP authorization, step-up). */
import { mapScopes, standardScopes } from '../../scopes/mappers.js'
import type { AccessToken } from '../../access-token.js'
import type { RequestNames } from './request-names.js'

/** In characters: a challenge must fit into the headers that clients take. */
const MAX_LENGTH = 2_048

/**
 * What to ask for: the scopes that are needed, and behind them those that the authorization server granted, by its own names;
 * not those that were made of roles here, for which nobody can ask. Without `offline_access`, which is no resource's to ask for.
 */
export function withGranted(needed: readonly string[], token: AccessToken | null, requestNames: RequestNames): readonly string[] {
  const granted = token === null ? [] : mapScopes([standardScopes], token.claims)
  const all = requestNames([...new Set([...needed, ...granted.filter((scope) => scope !== 'offline_access')])])
  return all.join(' ').length > MAX_LENGTH ? requestNames(needed) : all
}
