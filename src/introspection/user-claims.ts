/** What an answer of userinfo may add to what is known of a token (OIDC Core section 5.3): attributes of a person, and no grants. */
import { PROTECTED_CLAIMS } from '../scopes/protected-claims.js'
import type { Claims } from '../access-token.js'

type Answer = Readonly<Record<string, unknown>>

/** OIDC Core section 5.1. A list of what may: one of what may not would forget some. */
const STANDARD = [
  ...['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture', 'website'],
  ...['email', 'email_verified', 'gender', 'birthdate', 'zoneinfo', 'locale', 'phone_number', 'phone_number_verified', 'address', 'updated_at'],
]

/** An address, and whether it was verified, are true together only: of one answer, or of none. */
const PAIRS = [
  ['email', 'email_verified'],
  ['phone_number', 'phone_number_verified'],
]

/** What is read as scopes, whoever writes it. */
const GRANTS = ['scope', 'scp', 'scopes']

/**
 * Both answers together; null where userinfo is about somebody else, or does not say about whom (section 5.3.2).
 * `about`: what the token itself is known to say, undefined where nobody was asked.
 */
export function claimsOf(about: Claims | undefined, user: Answer | undefined, more: readonly string[]): Claims | null {
  if (user === undefined) return about ?? {}
  const { sub } = user
  if (typeof sub !== 'string' || sub === '') return null
  if (about?.sub !== undefined && about.sub !== sub) return null
  const own = about ?? {}
  const taken = PAIRS.filter((pair) => pair.some((name) => own[name] !== undefined)).flat()
  const added = ['sub', ...STANDARD, ...more].filter((name) => Object.hasOwn(user, name) && !taken.includes(name))
  return { ...Object.fromEntries(added.map((name) => [name, user[name]])), ...own }
}

/** @throws TypeError for what is no list of names, and for claims that only a token or its issuer can say. */
export function checkedUserInfoClaims(names: unknown): readonly string[] {
  if (names === undefined) return []
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string' && name !== '')) {
    throw new TypeError('"userInfoClaims" must name claims: ["groups"]')
  }
  const taken = names.find((name) => GRANTS.includes(name) || PROTECTED_CLAIMS.some((one) => one === name))
  if (taken !== undefined) throw new TypeError(`"userInfoClaims" must not name "${taken}": that is for the token to say, and userinfo is about a person`)
  return [...names]
}
