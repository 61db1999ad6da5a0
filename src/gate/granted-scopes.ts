/** What a client already has, and would lose with a new token that it asks for without it (MCP authorization, step-up). */
import { mapScopes, standardScopes } from '../scopes/mappers.js'
import type { AccessToken } from '../access-token.js'

/** In characters: a challenge must fit into the headers that clients take. */
const MAX_LENGTH = 2_048

/**
 * The scopes that are needed, and behind them those that the authorization server granted, by its own names; not those that
 * were made of roles here, for which nobody can ask. Without `offline_access`, which is no resource's to ask for.
 */
export function withGranted(needed: readonly string[], token: AccessToken | null): readonly string[] {
  const granted = token === null ? [] : mapScopes([standardScopes], token.claims)
  const all = [...new Set([...needed, ...granted.filter((scope) => scope !== 'offline_access')])]
  return all.join(' ').length > MAX_LENGTH ? needed : all
}
