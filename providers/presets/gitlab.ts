/** GitLab: OAuth access tokens, and the ID tokens of CI jobs. @see https://docs.gitlab.com/api/oauth2/#retrieve-token-information */
import { baseOf, checkPreset } from './preset.js'
import type { Claims } from '../../src/access-token.js'
import type { TokenInfo } from '../../src/introspection/token-info.js'
import type { ProviderOptions } from '../../src/provider-options.js'
import type { OneOrMore } from './preset.js'

export interface GitlabOptions {
  /** Your own GitLab. Default `https://gitlab.com`. */
  url?: string
  /** The Application IDs of the OAuth applications whose tokens are taken. */
  applications: OneOrMore
}

/** Options of `UserInfoProvider`. */
export type GitlabPreset = ProviderOptions & { tokenInfo: TokenInfo; audience: OneOrMore }

/**
 * Access tokens of OAuth applications, which are opaque, for `new UserInfoProvider(gitlab({ … }))`: GitLab's introspection does
 * not say whose a token is, its token info does. Scopes are GitLab's own, such as `read_api`: map them. Does NOT take personal
 * or project access tokens, which belong to no application.
 */
export function gitlab(options: GitlabOptions): GitlabPreset {
  checkPreset('gitlab', options, ['url', 'applications'])
  const issuer = baseOf('url', options.url ?? 'https://gitlab.com', 'https://gitlab.example.com')
  const tokenInfo: TokenInfo = {
    url: `${issuer}/oauth/token/info`,
    send: 'header',
    refusedWith: [401],
    issuer,
    claims: (answer, now) => claimsOf(answer, issuer, now),
  }
  return { name: 'gitlab', tokenInfo, audience: options.applications }
}

// Doorkeeper's words. `expires_in` are the seconds that are left, and null for a token without an end, which is refused.
function claimsOf({ resource_owner_id: owner, application, scope, expires_in: left }: Readonly<Record<string, unknown>>, iss: string, now: number): Claims {
  const uid = typeof application === 'object' && application !== null && 'uid' in application ? application.uid : undefined
  return {
    iss,
    ...(Number.isInteger(owner) && { sub: String(owner) }),
    ...(typeof uid === 'string' && { aud: uid, client_id: uid }),
    ...(Array.isArray(scope) && { scope: scope.filter((one) => typeof one === 'string').join(' ') }),
    ...(typeof left === 'number' && Number.isFinite(left) && { exp: now + left }),
  }
}
