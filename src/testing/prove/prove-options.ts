/** Says what a proof can be told. */
import { checkOptions, optionalFunction, spanInSeconds } from '../../lib/options.js'
import { TestIssuer } from '../issuer/test-issuer.js'
import type { JWK } from 'jose'
import type { MintJwtOptions } from '../issuer/token-claims.js'

/** A request that a good token lets in: `'/notes'`, `'POST /mcp'`, or one with a body. */
export type ProveRoute =
  | string
  | { readonly path: string; readonly method?: string; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }

/** Tokens of an issuer that the server trusts, for a server that trusts no test issuer. */
export interface ProveTokens {
  /** A token that is good at every route. Forgeries are made of it, where it is a JWT. */
  readonly good: string
  /** A good one of somebody else, for sessions. */
  readonly another?: string | undefined
  /** Each has this one fault. Default: not tried. */
  readonly expired?: string | undefined
  readonly notYetValid?: string | undefined
  readonly noExpiry?: string | undefined
  readonly otherAudience?: string | undefined
  readonly otherIssuer?: string | undefined
  readonly otherType?: string | undefined
  readonly otherTenant?: string | undefined
  readonly missingScope?: string | undefined
  readonly bound?: string | undefined
  /** The public key of the good one, which is no secret. Default: HS256 by it is not tried. */
  readonly publicKey?: JWK | undefined
}

interface CommonOptions {
  /** Requests that need a token. Default: those that are found, at `/mcp` and where the metadata says. */
  readonly routes?: readonly ProveRoute[] | undefined
  /** Paths that are meant to be open to everybody, each with all that is below. Default: none. */
  readonly open?: readonly string[] | undefined
  /** Seconds until an answer is given up. Default 5. */
  readonly timeout?: number | undefined
}

interface WithIssuer extends CommonOptions {
  /** An issuer that the server trusts. */
  readonly issuer: TestIssuer
  readonly tokens?: never
  /** What a good token says, beyond what the issuer writes by itself. */
  readonly token?: MintJwtOptions | undefined
  /** Scopes that every route needs, as the gate's option. Good tokens have them. Default: a missing scope is not tried. */
  readonly requiredScopes?: readonly string[] | undefined
  /** Scopes of single operations of MCP, as the gate's option: `{ 'tools/call': { purge: 'notes:write' } }`. Default: not tried. */
  readonly operations?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>> | undefined
  /** True for a server that requires DPoP: every token is bound to a key, and presented with a proof for the audience's origin. Default: as Bearer. */
  readonly dpop?: boolean | undefined
  /** Claims of a tenant that is not this server's: `{ org_id: 'globex' }`. Default: not tried. */
  readonly otherTenant?: Readonly<Record<string, unknown>> | undefined
  /** Moves the clock of server and issuer on, by seconds, to see that no verdict outlives its token. Default: not tried. */
  readonly elapse?: ((seconds: number) => unknown) | undefined
}

interface WithTokens extends CommonOptions {
  readonly issuer?: never
  readonly tokens: ProveTokens
  readonly token?: never
  readonly requiredScopes?: never
  readonly operations?: never
  readonly dpop?: never
  readonly otherTenant?: never
  readonly elapse?: never
}

export type ProveOptions = WithIssuer | WithTokens

const NAMES = {
  ...{ issuer: true, tokens: true, routes: true, open: true, timeout: true },
  ...{ token: true, requiredScopes: true, operations: true, dpop: true, otherTenant: true, elapse: true },
} as const satisfies Readonly<Record<keyof WithIssuer | keyof WithTokens, true>>

const TOKENS = {
  ...{ good: true, another: true, expired: true, notYetValid: true, noExpiry: true, otherAudience: true, otherIssuer: true },
  ...{ otherType: true, otherTenant: true, missingScope: true, bound: true, publicKey: true },
} as const satisfies Readonly<Record<keyof ProveTokens, true>>

/** @throws TypeError for an option that does not exist, or has a value that it cannot have. Gives the timeout. */
export function checkedProveOptions(options: ProveOptions): { readonly timeout: number } {
  checkOptions('proveGuarded', options, Object.keys(NAMES))
  const { issuer, tokens, routes = [], open = [], timeout = 5 } = options
  if ((issuer === undefined) === (tokens === undefined)) throw new TypeError('proveGuarded takes "issuer", which createTestIssuer() makes, or "tokens": { good: … }, and not both')
  if (issuer !== undefined && !(issuer instanceof TestIssuer)) throw new TypeError('"issuer" must be what createTestIssuer() gives')
  if (tokens !== undefined) checkTokens(tokens)
  const isPath = (path: unknown): boolean => typeof path === 'string' && path.startsWith('/')
  const isRoute = (route: ProveRoute): boolean => (typeof route === 'string' ? /^(?:[A-Z-]+ )?\/\S*$/.test(route) : isPath(route?.path))
  if (!Array.isArray(routes) || !routes.every(isRoute)) throw new TypeError('"routes" must be an array such as ["/mcp", "POST /notes", { path: "/notes", method: "POST", body: "{}" }]')
  if (!Array.isArray(open) || !open.every(isPath)) throw new TypeError('"open" must be an array of paths such as ["/health"]')
  if (typeof (options.dpop ?? false) !== 'boolean') throw new TypeError('"dpop" must be true for a server that requires DPoP')
  optionalFunction('elapse', options.elapse)
  return { timeout: spanInSeconds('timeout', timeout, { min: 0.1, max: 300 }) }
}

function checkTokens(tokens: ProveTokens): void {
  checkOptions('"tokens"', tokens, Object.keys(TOKENS))
  if (typeof tokens.good !== 'string' || tokens.good === '') throw new TypeError('"tokens.good" must be a token that the server takes')
}
