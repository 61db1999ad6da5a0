/** Where a GitHub is: github.com, a company's own on ghe.com, or a GitHub Enterprise Server. */
import { webUrl } from '../../lib/net/web-url.js'

export interface GitHubDeployment {
  /** The REST API, without a slash at its end. */
  readonly rest: string
  readonly graphql: string
  /** Who issues its tokens, as GitHub's own metadata (RFC 8414) writes it. */
  readonly issuer: string
}

/** Of a GitHub Enterprise Server. */
const SERVER_PATH = '/api/v3'

/** @throws TypeError for what is no base URL of the API. */
export function deploymentOf(apiBaseUrl: unknown, insecure: boolean): GitHubDeployment {
  const { protocol, host, pathname, search } = webUrl('apiBaseUrl', apiBaseUrl, { insecure })
  const origin = `${protocol}//${host}`
  const path = pathname.replace(/\/$/, '')
  if (path === SERVER_PATH && search === '') return { rest: `${origin}${path}`, graphql: `${origin}/api/graphql`, issuer: `${origin}/login/oauth` }
  if (path !== '' || search !== '' || !host.startsWith('api.')) {
    throw new TypeError(`"apiBaseUrl" must be https://api.github.com, https://api.SUBDOMAIN.ghe.com, or https://HOST${SERVER_PATH} of a GitHub Enterprise Server`)
  }
  return { rest: origin, graphql: `${origin}/graphql`, issuer: `${protocol}//${host.slice('api.'.length)}/login/oauth` }
}
