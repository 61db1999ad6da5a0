/** What `GitHubProvider` can be told about GitHub. */
import type { allowInsecureHttp } from '../jwt/jwt-options.js'
import type { OptionNames } from '../lib/options.js'
import type { Fetch } from '../lib/net/bounded-fetch.js'
import type { anyApp, GitHubApp } from './api/apps.js'
import type { GitHubTokenKind } from './tokens/token-kinds.js'

/** Whose tokens are taken, which kinds of them, and what else is asked about their users. */
export type GitHubOptions = {
  /** Asks for the organizations of the user: the claim `organizations`, of `{ id, login }`. Needs `read:org`. */
  organizations?: boolean | undefined
  /** Asks for the teams of the user: the claim `teams`, of `{ id, name: 'acme/admins', organization_id }`. Needs `read:org`. */
  teams?: boolean | undefined
  /** Asks for the enterprises of the user: the claim `enterprises`, of `{ id, slug }`. Needs `read:enterprise`. */
  enterprises?: boolean | undefined
  /**
   * Default `https://api.github.com`. `https://api.SUBDOMAIN.ghe.com` for data residency, `https://HOST/api/v3` for a
   * GitHub Enterprise Server.
   */
  apiBaseUrl?: string | undefined
  /** Seconds for each call, its wait for a turn included; all memberships together get as many. Default 3, at most 30. */
  timeout?: number | undefined
  /** Replaces the global `fetch`. */
  fetch?: Fetch | undefined
  [allowInsecureHttp]?: true
} & (
  | {
      /** Your application, or several: only tokens that one of them got are taken. They are asked in this order. */
      app: GitHubApp | readonly [GitHubApp, ...GitHubApp[]]
      /** Default both. */
      kinds?: readonly Extract<GitHubTokenKind, 'gho_' | 'ghu_'>[] | undefined
    }
  | {
      /** Takes the tokens of everybody's applications. Read at `anyApp` what that means. */
      app: typeof anyApp
      /** Default `gho_` and `ghu_`. Personal access tokens and those of installations are taken only where they are named. */
      kinds?: readonly GitHubTokenKind[] | undefined
    }
)

/** The names of `GitHubOptions`. */
export const GITHUB_OPTIONS = {
  app: true, kinds: true, organizations: true, teams: true, enterprises: true, apiBaseUrl: true, timeout: true, fetch: true,
} as const satisfies OptionNames<GitHubOptions>
