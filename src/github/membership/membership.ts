/** A membership of the user of a token, and what is at hand to find out about it. */
import type { ConditionalGets } from '../api/conditional-gets.js'
import type { GitHubCalls } from '../api/github-calls.js'
import type { GitHubDeployment } from '../api/deployment.js'

/** What is asked for. */
export type Membership = 'organizations' | 'teams' | 'enterprises'

/** By number and by name: names can be changed, and given to somebody else. */
export interface MembershipEntry {
  readonly id: string
  readonly [name: string]: string
}

export interface MembershipTools {
  readonly place: GitHubDeployment
  readonly calls: GitHubCalls
  readonly gets: ConditionalGets
  /** What is odd, or not to be seen. */
  readonly tell: (news: MembershipNews) => void
}

/** `sso`: GitHub holds back what an organization with SAML shows to tokens that were authorized for it. */
export type MembershipNews =
  | { readonly what: 'sso'; readonly of: Membership; readonly partial: boolean }
  | { readonly what: 'not allowed' | 'too many'; readonly of: Membership }

/** Null for a token that is no longer good. @throws NoAnswerError */
export type AskMembers = (token: string, tools: MembershipTools) => Promise<readonly MembershipEntry[] | null>
