/** What a gate demands, checked once where it is built. */
import { checkOptions, spanInSeconds } from '../lib/options.js'
import { checkedScopes } from '../scopes/match.js'
import { challengeAnswers } from './challenge.js'
import { operationTable } from './operations.js'
import { checkedPaths, isGuarded } from './paths.js'
import { protectedResource } from './resource-metadata.js'
import { tokenCookie } from './token-cookie.js'
import type { Answers, ErrorProfile } from './challenge.js'
import type { Operations, OperationTable } from './operations.js'
import type { ProtectedResource } from './resource-metadata.js'
import type { TokenCookie, TokenCookieOptions } from './token-cookie.js'

export interface GateOptions {
  /** Scopes that every guarded request needs; one that is missing is a 403. Default: none. */
  requiredScopes?: readonly string[]
  /**
   * This server's public URL, such as `https://mcp.example.com/mcp`. Its RFC 9728 metadata is then served, and every
   * challenge points there. Configured, never taken from `Host`.
   */
  resource?: string
  /** Scopes named in the metadata, for clients that ask for what they find there. Default: `requiredScopes`. */
  scopesSupported?: readonly string[]
  /** Issuers named in the metadata. Default: those of the provider. */
  authorizationServers?: readonly string[]
  /**
   * Paths that need a token, each with all that is below, as the client writes them: below a mount with the mount. Default: `/mcp` and the path of `resource` where the whole
   * app is wrapped; everything where a route or a mount was. Elsewhere a good token is known, a bad one ignored.
   */
  protect?: readonly string[]
  /**
   * Paths where no token is looked at. Default: `/health`, `/docs`, `/inspector`, `/openmcp.json` where the whole app is
   * wrapped; none where a route or a mount was. Wins over `protect`.
   */
  exclude?: readonly string[]
  /** Guarded requests without a token pass too; one that is presented must be good. Default: false. */
  optional?: boolean
  /**
   * Scopes that single operations of MCP need, by method and name: `{ 'tools/call': { 'purge-notes': 'notes:write' } }`.
   * Answered with 403 before the server behind sees the request, so that clients ask for more. The bodies of guarded
   * requests are then read, up to 4 MiB, and must be JSON. With `optional`, what no rule names is open to all.
   */
  operations?: Operations
  /**
   * Seconds: an answer about a token must not be older, whatever the provider remembers. For routes where a token that was
   * revoked a moment ago must not pass. 0 asks each time. Default: as long as the provider remembers.
   */
  maxAge?: number
  /**
   * Where a token may come from beside `Authorization`: `{ cookie: '__Host-token' }`. Tokens in a header of a proxy's own
   * are a matter of the provider: `tokenHeader`. Never the query.
   */
  tokenFrom?: TokenCookieOptions
  /** How denials are worded. Default: `'rfc6750'`. With `'mcp-use'` an outage is a 401, as in the original. */
  errors?: ErrorProfile
}

export interface GatePolicy {
  readonly requiredScopes: readonly string[]
  readonly resource: ProtectedResource | undefined
  readonly scopesSupported: readonly string[]
  readonly authorizationServers: readonly string[] | undefined
  /** Where the whole app is wrapped, and where a route or a mount is. */
  readonly paths: Readonly<Record<'app' | 'mount', PathPolicy>>
  readonly optional: boolean
  readonly operations: OperationTable | undefined
  /** Seconds. */
  readonly maxAge: number | undefined
  readonly tokenCookie: TokenCookie | undefined
  readonly answers: Answers
}

export interface PathPolicy {
  readonly protect: readonly string[]
  readonly exclude: readonly string[]
}

/** @throws TypeError for an option that is wrong; says what to write instead. */
export function gatePolicy(options: GateOptions = {}): GatePolicy {
  checkOptions('bearerAuth', options, OPTIONS)
  for (const name of OPTIONS) {
    const isMissing = Object.hasOwn(options, name) && options[name] === undefined
    if (isMissing) throw new TypeError(`"${name}" is undefined; is a variable not set? leave the option out to do without`)
  }
  const { requiredScopes = [], optional = false, errors: profile = 'rfc6750' } = options
  if (typeof optional !== 'boolean') throw new TypeError('"optional" must be true or false')
  if (profile !== 'rfc6750' && profile !== 'mcp-use') throw new TypeError('"errors" must be "rfc6750" or "mcp-use"')
  const resource = options.resource === undefined ? undefined : protectedResource(options.resource)
  const scopes = checkedScopes('requiredScopes', requiredScopes)
  return {
    requiredScopes: scopes,
    resource,
    scopesSupported: checkedScopes('scopesSupported', options.scopesSupported ?? scopes),
    authorizationServers: options.authorizationServers === undefined ? undefined : checkedIssuers(options.authorizationServers),
    paths: pathPolicies(options, resource),
    optional,
    operations: options.operations === undefined ? undefined : operationTable(options.operations),
    maxAge: options.maxAge === undefined ? undefined : spanInSeconds('maxAge', options.maxAge, { min: 0, max: 3_600 }),
    tokenCookie: options.tokenFrom === undefined ? undefined : tokenCookie(options.tokenFrom, resource?.resource),
    answers: challengeAnswers({ profile, requiredScopes: scopes, metadataUrl: resource?.metadataUrl }),
  }
}

function pathPolicies(options: GateOptions, resource: ProtectedResource | undefined): GatePolicy['paths'] {
  const protect = options.protect === undefined ? undefined : checkedPaths('protect', options.protect)
  const exclude = options.exclude === undefined ? undefined : checkedPaths('exclude', options.exclude)
  const guarded = resource === undefined ? ['/mcp'] : ['/mcp', resource.path]
  // The default opens only what nobody meant: nothing where paths were named, and nothing above or below the resource.
  const meant = guarded.filter((path) => path !== '/')
  const open = NOT_GUARDED.filter((path) => !isGuarded(path, meant) && !meant.some((one) => isGuarded(one, [path])))
  return {
    app: { protect: protect ?? guarded, exclude: exclude ?? (protect === undefined ? open : []) },
    mount: { protect: protect ?? ['/'], exclude: exclude ?? [] },
  }
}

const NOT_GUARDED = ['/health', '/docs', '/inspector', '/openmcp.json']

function checkedIssuers(issuers: unknown): readonly string[] {
  if (!Array.isArray(issuers) || !issuers.every((issuer) => typeof issuer === 'string' && URL.canParse(issuer))) {
    throw new TypeError('"authorizationServers" must be an array of issuers, such as ["https://id.example.com"]')
  }
  return [...issuers]
}

const OPTIONS = ['requiredScopes', 'resource', 'scopesSupported', 'authorizationServers', 'protect', 'exclude', 'optional', 'operations', 'maxAge', 'tokenFrom', 'errors'] as const
