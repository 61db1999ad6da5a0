/** What a stand-in of GitHub knows: applications, users, and the tokens that it gave them. */
import type { GitHubTokenKind } from '../../github/tokens/token-kinds.js'

export interface StandInApp {
  readonly clientId: string
  readonly clientSecret: string
  /** Default: `'Notes'`. */
  readonly name?: string | undefined
}

export interface StandInOrganization {
  readonly id: number
  readonly login: string
  /** Enforces SAML: seen only with tokens that were authorized for it. */
  readonly saml?: boolean | undefined
}

export interface StandInUser {
  readonly id: number
  readonly login: string
  readonly name?: string | undefined
  /** As it stands on the public profile. */
  readonly email?: string | undefined
  readonly organizations?: readonly StandInOrganization[] | undefined
  readonly teams?: readonly { readonly id: number; readonly slug: string; readonly organization: StandInOrganization }[] | undefined
  readonly enterprises?: readonly { readonly id: number; readonly slug: string }[] | undefined
}

/** A token to be. */
export interface Issue {
  /** Default `gho_`. */
  readonly kind?: GitHubTokenKind | undefined
  /** The client ID of its application. Default: the first one, for the kinds that have one. */
  readonly app?: string | undefined
  /** Default: octocat. */
  readonly user?: StandInUser | undefined
  /** Of `gho_` and `ghp_`. Default none. */
  readonly scopes?: readonly string[] | undefined
  /** Of `ghu_` and `ghs_`, such as `{ members: 'read' }`. Default none. */
  readonly permissions?: Readonly<Record<string, 'read' | 'write' | 'admin'>> | undefined
  /** Seconds since the epoch. Default: no end. */
  readonly expiresAt?: number | undefined
  /** Of `ghs_`: how many repositories its installation has. Default 1. */
  readonly repositories?: number | undefined
  /** False: not authorized for organizations with SAML. Default true. */
  readonly authorized?: boolean | undefined
}

/** A token that was given out. */
export interface IssuedToken {
  readonly token: string
  readonly kind: GitHubTokenKind
  readonly app: StandInApp | undefined
  readonly user: StandInUser
  readonly scopes: readonly string[] | null
  readonly permissions: Readonly<Record<string, string>>
  readonly expiresAt: number | undefined
  readonly repositories: number
  readonly authorized: boolean
}

const OCTOCAT: StandInUser = Object.freeze({ id: 583231, login: 'octocat', name: 'The Octocat' })

export class GitHubWorld {
  readonly #apps: readonly StandInApp[]
  readonly #tokens = new Map<string, IssuedToken>()

  /** @throws TypeError where there is no application. */
  constructor(apps: readonly StandInApp[]) {
    if (!Array.isArray(apps) || apps.length === 0) throw new TypeError('"apps" must list at least one: [{ clientId, clientSecret }]')
    this.#apps = apps
  }

  /** @throws TypeError for an application that there is not. */
  issue({ kind = 'gho_', app, user = OCTOCAT, scopes = [], permissions = {}, expiresAt, repositories = 1, authorized = true }: Issue = {}): string {
    const isOfApp = kind === 'gho_' || kind === 'ghu_'
    const owner = isOfApp ? this.#apps.find(({ clientId }) => app === undefined || clientId === app) : undefined
    if (isOfApp && owner === undefined) throw new TypeError('"app" must be the client ID of one of the apps of the stand-in')
    const hasScopes = kind === 'gho_' || kind === 'ghp_'
    const token = `${kind}${letters(36)}`
    this.#tokens.set(token, { token, kind, app: owner, user, scopes: hasScopes ? scopes : null, permissions, expiresAt, repositories, authorized })
    return token
  }

  /** A token that is still good. */
  token(token: string, now: number): IssuedToken | undefined {
    const issued = this.#tokens.get(token)
    return issued?.expiresAt !== undefined && issued.expiresAt <= now ? undefined : issued
  }

  end(token: string): void {
    this.#tokens.delete(token)
  }

  app(clientId: string, clientSecret: string): StandInApp | undefined {
    return this.#apps.find((app) => app.clientId === clientId && app.clientSecret === clientSecret)
  }
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function letters(count: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(count)), (byte) => ALPHABET[byte % ALPHABET.length]).join('')
}
