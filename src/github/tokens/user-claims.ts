/** What GitHub says about the user of a token, as claims. */
import { ownProperty } from '../../lib/own-property.js'
import { isScopeToken } from '../../lib/scope-token.js'
import type { Claims } from '../../access-token.js'

/** The number as text, never the login: logins are renamed, and given to somebody else. Undefined where it is none. */
export function idOf(account: unknown): string | undefined {
  const id = ownProperty(account, 'id')
  return Number.isSafeInteger(id) && Number(id) > 0 ? String(id) : undefined
}

/** `sub`, and what is there of `login`, `name` and `email`; undefined for what is no account. */
export function userClaims(user: unknown): Claims | undefined {
  const sub = idOf(user)
  if (sub === undefined) return undefined
  const about = ['login', 'name', 'email'].map((name) => [name, ownProperty(user, name)] as const)
  return { sub, ...Object.fromEntries(about.filter(([, value]) => typeof value === 'string' && value !== '')) }
}

/** A list of scopes as the claim `scope`. Nothing answered is no claim, and so no scope. */
export function scopeClaim(scopes: unknown): { readonly scope?: string } {
  return Array.isArray(scopes) ? { scope: scopes.filter(isScopeToken).join(' ') } : {}
}

/** Who may write may read. */
const LEVELS: Readonly<Record<string, readonly string[]>> = { read: ['read'], write: ['read', 'write'], admin: ['read', 'write', 'admin'] }

/** A GitHub App's permissions, such as `{ issues: 'write' }`, as `['issues:read', 'issues:write']`. */
export function permissionsClaim(permissions: unknown): { readonly permissions?: readonly string[] } {
  if (typeof permissions !== 'object' || permissions === null) return {}
  const granted = Object.entries(permissions).flatMap(([name, level]) => {
    const levels: unknown = ownProperty(LEVELS, String(level))
    return Array.isArray(levels) ? levels.map((one) => `${name}:${one}`) : []
  })
  return { permissions: granted }
}
