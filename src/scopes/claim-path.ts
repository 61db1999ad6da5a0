/** Finds a claim by name or by path, among own properties only. */
import type { Claims } from '../access-token.js'
import { ownProperty } from '../lib/own-property.js'

/** `'a.b'`: the claim called "a.b" if there is one, else member b of claim a. `['a.b', 'c']`: member c of claim "a.b". */
export function readClaim(claims: Claims, path: string | readonly string[]): unknown {
  if (typeof path !== 'string') return path.reduce<unknown>(ownProperty, claims)
  const literal = ownProperty(claims, path)
  return literal !== undefined ? literal : path.split('.').reduce<unknown>(ownProperty, claims)
}
