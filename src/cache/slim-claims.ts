/** Keeps fewer claims, for a slim memory. */
import type { Claims } from '../access-token.js'

/**
 * What the gate, `AccessToken` and the MCP bridge read. Without `cnf`, a token bound to a key would pass for an unbound
 * one; without `username`, a person without a subject for a client that acts for itself; without `acr` and `auth_time`, nobody
 * would have signed in well enough.
 */
const ALWAYS = ['iss', 'sub', 'aud', 'exp', 'client_id', 'azp', 'cnf', 'username', 'acr', 'auth_time']

/** Makes a frozen object of these claims and those that are always needed. Takes claims that are deeply frozen. */
export function slimClaims(claims: Claims, keep: readonly string[]): Claims {
  const kept = [...ALWAYS, ...keep].filter((name) => Object.hasOwn(claims, name))
  return Object.freeze(Object.fromEntries(kept.map((name) => [name, claims[name]])))
}
