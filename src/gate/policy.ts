/** What a gate demands, checked once where it is built. */
import { checkOptions } from '../lib/options.js'
import { checkedScopes } from '../scopes/match.js'
import { challengeAnswers } from './challenge.js'
import { checkedPaths } from './paths.js'
import { protectedResource } from './resource-metadata.js'
import type { Answers, ErrorProfile } from './challenge.js'
import type { ProtectedResource } from './resource-metadata.js'

export interface GateOptions {
  /** Scopes that every guarded request needs; one that is missing is a 403. Default: none. */
  requiredScopes?: readonly string[] | undefined
  /**
   * This server's public URL, such as `https://mcp.example.com/mcp`. Its RFC 9728 metadata is then served, and every
   * challenge points there. Configured, never taken from `Host`.
   */
  resource?: string | undefined
  /** Scopes named in the metadata, for clients that ask for what they find there. Default: `requiredScopes`. */
  scopesSupported?: readonly string[] | undefined
  /** Issuers named in the metadata. Default: those of the provider. */
  authorizationServers?: readonly string[] | undefined
  /**
   * Paths that need a token, each with all that is below. Default: `/mcp` and the path of `resource` where the whole
   * app is wrapped; everything where a route or a mount was. Elsewhere a good token is known, a bad one ignored.
   */
  protect?: readonly string[] | undefined
  /**
   * Paths where no token is looked at. Default: `/health`, `/docs`, `/inspector`, `/openmcp.json` where the whole app is
   * wrapped; none where a route or a mount was. Wins over `protect`.
   */
  exclude?: readonly string[] | undefined
  /** Guarded requests without a token pass too; one that is presented must be good. Default: false. */
  optional?: boolean | undefined
  /** How denials are worded. Default: `'rfc6750'`. With `'mcp-use'` an outage is a 401, as in the original. */
  errors?: ErrorProfile | undefined
}

export interface GatePolicy {
  readonly requiredScopes: readonly string[]
  readonly resource: ProtectedResource | undefined
  readonly scopesSupported: readonly string[]
  readonly authorizationServers: readonly string[] | undefined
  readonly protect: readonly string[] | undefined
  readonly exclude: readonly string[] | undefined
  readonly optional: boolean
  readonly answers: Answers
}

/** @throws TypeError for an option that is wrong; says what to write instead. */
export function gatePolicy(options: GateOptions = {}): GatePolicy {
  checkOptions('bearerAuth', options, OPTIONS)
  const { requiredScopes = [], protect, exclude, optional = false, errors: profile = 'rfc6750' } = options
  if (typeof optional !== 'boolean') throw new TypeError('"optional" must be true or false')
  if (profile !== 'rfc6750' && profile !== 'mcp-use') throw new TypeError('"errors" must be "rfc6750" or "mcp-use"')
  const resource = options.resource === undefined ? undefined : protectedResource(options.resource)
  const scopes = checkedScopes('requiredScopes', requiredScopes)
  return {
    requiredScopes: scopes,
    resource,
    scopesSupported: checkedScopes('scopesSupported', options.scopesSupported ?? scopes),
    authorizationServers: options.authorizationServers === undefined ? undefined : checkedIssuers(options.authorizationServers),
    protect: protect === undefined ? undefined : checkedPaths('protect', protect),
    exclude: exclude === undefined ? undefined : checkedPaths('exclude', exclude),
    optional,
    answers: challengeAnswers({ profile, requiredScopes: scopes, metadataUrl: resource?.metadataUrl }),
  }
}

function checkedIssuers(issuers: unknown): readonly string[] {
  if (!Array.isArray(issuers) || !issuers.every((issuer) => typeof issuer === 'string' && URL.canParse(issuer))) {
    throw new TypeError('"authorizationServers" must be an array of issuers, such as ["https://id.example.com"]')
  }
  return [...issuers]
}

const OPTIONS = ['requiredScopes', 'resource', 'scopesSupported', 'authorizationServers', 'protect', 'exclude', 'optional', 'errors'] as const
