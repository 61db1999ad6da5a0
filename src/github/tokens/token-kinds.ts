/** GitHub's kinds of tokens, by their prefixes. What begins with none of them is never shown to GitHub. */
import { isBearerToken } from '../../lib/bearer-token.js'
import { reject } from '../../verdict.js'
import type { Rejected } from '../../verdict.js'

/**
 * `gho_`: a user's, from an OAuth app. `ghu_`: a user's, from a GitHub App. `ghp_`, `github_pat_`: personal access
 * tokens. `ghs_`: of a GitHub App's installation, without a user.
 */
export type GitHubTokenKind = 'gho_' | 'ghu_' | 'ghp_' | 'github_pat_' | 'ghs_'

/** Whether one application can vouch for tokens of the kind. */
const IS_OF_AN_APP = { gho_: true, ghu_: true, ghp_: false, github_pat_: false, ghs_: false } as const satisfies Record<GitHubTokenKind, boolean>

const KINDS = Object.keys(IS_OF_AN_APP) as readonly GitHubTokenKind[] // the keys of a Record of them

const DEFAULT_KINDS = KINDS.filter((kind) => IS_OF_AN_APP[kind])

/** The kind that a token says it is. Does NOT look further: GitHub asks that nobody depend on length or letters. */
export function kindOf(token: string): GitHubTokenKind | undefined {
  if (!isBearerToken(token)) return undefined
  return KINDS.find((kind) => token.startsWith(kind) && token.length > kind.length)
}

/** @throws TypeError for a kind that there is not, or that the applications cannot vouch for. Returns them. */
export function checkedKinds(kinds: unknown, isAnyApp: boolean): ReadonlySet<GitHubTokenKind> {
  if (kinds === undefined) return new Set(DEFAULT_KINDS)
  if (!Array.isArray(kinds) || kinds.length === 0) throw new TypeError(`"kinds" must list prefixes, such as ['gho_', 'ghu_']`)
  if (kinds.includes('ghr_')) throw new TypeError('"kinds" must not have ghr_: refresh tokens are for GitHub alone')
  const stranger: unknown = kinds.find((kind) => !KINDS.includes(kind))
  if (stranger !== undefined) throw new TypeError(`"kinds" knows ${KINDS.join(', ')}`)
  const wanted = kinds as readonly GitHubTokenKind[] // looked at one by one
  const unbound = wanted.find((kind) => !IS_OF_AN_APP[kind])
  if (unbound !== undefined && !isAnyApp) {
    throw new TypeError(`"kinds": no app vouches for ${unbound}; take it in a provider of its own, with app: anyApp, once you have read what that means`)
  }
  return new Set(wanted)
}

/** True for kinds that an application could vouch for. */
export function areOfApps(kinds: ReadonlySet<GitHubTokenKind>): boolean {
  return [...kinds].some((kind) => IS_OF_AN_APP[kind])
}

/** Why a token is refused without being shown. */
export function kindRefusal(token: string): Rejected {
  const hint = kindOf(token) === undefined ? NOT_GITHUBS : NOT_TAKEN
  return reject('wrong_type', { claim: 'token_kind', expected: undefined, actual: undefined, hint })
}

const NOT_GITHUBS = 'the token does not begin like an access token of GitHub and was not shown to it'
export const NOT_TAKEN = 'GitHub tokens of this kind are not in "kinds"; the token was not shown to GitHub'
