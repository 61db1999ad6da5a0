/** This file lists what a gate can be told. */
import type { AuthEvent } from '../events.js'
import type { allowInsecureHttp } from '../lib/net/web-url.js'
import type { BearerAuthProvider } from '../provider.js'
import type { GateRequest } from './request/gate-request.js'
import type { OptionNames } from '../lib/options.js'
import type { ReportedAudience, ReportedScopes, reportOnly } from '../lib/report-only.js'
import type { StepUp } from './challenge/granted-scopes.js'
import type { WriteBody } from './challenge/denial-body.js'
import type { MirrorOptions } from './metadata/mirror.js'
import type { Operations } from './operations/operations.js'
import type { ProofOptions } from './proof-options.js'
import type { ResourceDescription } from './metadata/resource-metadata.js'
import type { BoundSessions } from './sessions.js'
import type { TokenCookieOptions, TokenHeaderOptions } from './request/token-cookie.js'

/** The system that this library carries over: mcp-use's server for Python. */
export type GateProfile = 'mcp-use'

/** A path that needs no token, said more narrowly. */
export interface ExcludedRoute {
  readonly path: string
  /** For these methods only; HEAD goes with GET. Default: all. */
  readonly methods?: readonly string[]
  /** True: this path alone, without what is below it. Default: false. */
  readonly exact?: boolean
}

export interface GateOptions {
  /**
   * Scopes that every guarded request needs; one that is missing is a 403. `{ scopes, [reportOnly]: true }` among them refuses
   * nobody, and `would_deny` tells who lacks one. Default: none.
   */
  requiredScopes?: readonly (string | ReportedScopes)[]
  /**
   * How whoever stands behind a token must have signed in (RFC 9470): its `acr` must be one of these, the preferred first. Any
   * other is a 401 that tells the client what to ask for. No class counts as higher than another: name all that are enough.
   * Default: any.
   */
  acr?: readonly string[]
  /**
   * Seconds, whole, up to 30 days: the sign-in (the token's `auth_time`) must not be longer ago (RFC 9470); else it is the same
   * 401, with `max_age`. Five seconds are forgiven for clocks. It is looked at when a request comes, and ends no stream. Default: any.
   */
  maxAuthAge?: number
  /**
   * This server's public URL, such as `https://mcp.example.com/mcp`. Its RFC 9728 metadata is then served, and every
   * challenge points there. Configured, never taken from `Host`.
   */
  resource?: string
  /**
   * Where that metadata is really served, as clients see it: for a proxy that forwards its own prefix only, or a gateway with
   * stages. Challenges point there, and the gate answers at its path, with or without the prefix that `resource` has too.
   * Default: `/.well-known/oauth-protected-resource` between the host and the path of `resource` (RFC 9728 section 3.1).
   */
  metadataUrl?: string
  /** Further members of that metadata, by the names of RFC 9728: `{ resource_name: 'Notes' }`. */
  metadata?: ResourceDescription
  /**
   * Serves this authorization server's own metadata at `/.well-known/oauth-authorization-server` too, where clients of MCP
   * before 2025-06-18 look for it. Read when somebody asks for it, and kept for ten minutes.
   */
  mirror?: MirrorOptions
  /**
   * Scopes named in the metadata, for clients that ask for what they find there. Default: `requiredScopes`, those of
   * `operations`, and those that the provider's mapping can give.
   */
  scopesSupported?: readonly string[]
  /**
   * What a client asks the authorization server for to be given a scope; undefined for what no client can ask for. Challenges
   * and metadata name that, and everything else has the scope's own name. Default: as the provider has it, else the scope itself.
   */
  requestAs?: (scope: string) => string | undefined
  /**
   * What a challenge for more scopes names. `'needed'`: those of the request, for clients that keep by themselves what they
   * have. `'accumulated'`: behind them those that the authorization server granted before, for clients that would lose these.
   * Default: as the revision of MCP has it that the request names (`MCP-Protocol-Version`): `'needed'` since 2026-07-28,
   * `'accumulated'` before, and where none is named.
   */
  stepUp?: StepUp
  /** Issuers named in the metadata. Default: those of the provider. */
  authorizationServers?: readonly string[]
  /**
   * Guards these paths only, each with all that is below, as the client writes them; below a mount they may leave it out.
   * Everything else is open then: a good token is known there, a bad one ignored. Default: everything is guarded.
   */
  protect?: readonly string[]
  /**
   * Opens these paths, each with all that is below, as the client writes them; `'/'` is that path alone. With `methods`,
   * for those only: `['/health', { path: '/orders', methods: ['GET'] }]`. No token is looked at there. Wins over `protect`.
   * Default: none.
   */
  exclude?: readonly (string | ExcludedRoute)[]
  /**
   * What happens to a CORS preflight to a guarded path that nothing in front of the gate has answered. `'answer'`: the gate
   * answers it, and grants nothing. `'pass'`: it is handed on, and your handlers must not do work for `OPTIONS`. Default:
   * `'answer'`. Any other `OPTIONS` is guarded.
   */
  preflight?: 'answer' | 'pass'
  /**
   * A token's `aud` must hold this, or one of these: for one provider that takes the audiences of several gates. Default:
   * what the provider takes. `{ audience, [reportOnly]: true }` refuses nobody, and `would_deny` tells whom it would refuse.
   */
  audience?: string | readonly string[] | ReportedAudience
  /** Guarded requests without a token pass too; one that is presented must be good. Default: false. */
  optional?: boolean
  /**
   * Scopes that single operations of MCP need, by method and name: `{ 'tools/call': { 'purge-notes': 'notes:write' } }`.
   * Answered with 403 before the server behind sees the request, so that clients ask for more. The bodies of guarded
   * requests are then read, up to 4 MiB, and must be JSON. With `optional`, what no rule names is open to all.
   */
  operations?: Operations
  /**
   * Session ids of `boundSessions()`: a request with an id that was not made for its principal is answered with 404, as one
   * whose session is over. Give its `newId` to the MCP transport.
   */
  sessions?: BoundSessions
  /**
   * Seconds after which the token of an open event stream is looked at again; the stream ends with its token, and at once
   * where the token is revoked in this process. Default 30.
   */
  checkStreamsEvery?: number
  /**
   * Seconds: an answer about a token must not be older, whatever the provider remembers. For routes where a token that was
   * revoked a moment ago must not pass. 0 asks each time. Default: as long as the provider remembers.
   */
  maxAge?: number
  /**
   * Writes the body of every denial, of the gate and of `requireAuth()` in a handler: `(denial) => ({ headers, body })`, for
   * problem+json or JSON-RPC. It is given status, error code and challenge as data, and no reason. Status and
   * `WWW-Authenticate` stay as they are. Where it throws, the gate's own body is sent. Default: an OAuth error as JSON.
   */
  body?: WriteBody
  /**
   * Where a token comes from: `{ header: 'x-api-key' }` takes it from that header and from nowhere else, `{ cookie:
   * '__Host-token' }` from a cookie where `Authorization` presents none. Where only some tokens come in a header of their own,
   * it is a matter of their provider: `tokenHeader`. Never the query. Default: `Authorization`.
   */
  tokenFrom?: TokenCookieOptions | TokenHeaderOptions
  /**
   * Takes what the gate decides (`denied`, `admitted`), with the request beside it, and the events of a provider that has no
   * observer of its own.
   */
  observe?: GateObserve
  /**
   * A second provider, such as one for the authorization server of tomorrow. It is asked about the same tokens behind the
   * answer, in the background, where it calls them its own, and decides nothing; `shadow_differs` tells where the two differ.
   * Sixteen questions at once and 256 that wait; more are dropped. Closing it is yours. Needs `observe`. Default: none.
   */
  shadow?: BearerAuthProvider
  /**
   * Takes tokens that are bound to a key, with the proof of whoever holds it: `{ dpop: 'accepted' }` for DPoP (RFC 9449),
   * which needs `resource`; `{ certificate: tlsCertificate() }` for client certificates (RFC 8705). `'required'` takes no
   * others, in either way. Default: bound tokens are refused.
   */
  proof?: ProofOptions
  /**
   * `'mcp-use'`: behaves as mcp-use's server for Python. `/mcp` and the path of `resource` are guarded, and nothing else;
   * `/health`, `/docs`, `/inspector` and `/openmcp.json` are excluded; denials have its bodies, and an outage is a 401.
   * `protect` and `exclude` take the place of its lists. Default: none of that.
   */
  profile?: GateProfile
  /** The clock for `maxAuthAge`, in seconds since the epoch. Default: the system's. */
  now?: () => number
  /** Allows plain http beyond this machine in `resource`, `metadataUrl`, `authorizationServers`, `mirror` and `metadata`: private networks. */
  [allowInsecureHttp]?: true
  /**
   * This gate guards nothing: each request passes, and the event `would_deny` tells what would have been answered. A caller
   * whose token was refused is nobody in the handler. To see what a gate will do before it does it, on a server that is open
   * or is guarded by something else. Needs `observe`. A process warning says so at start.
   */
  [reportOnly]?: true
}

/**
 * Takes events, and beside those of the gate the request: for the address that it came from. All of the request can be read;
 * what prints it (`console.log`, `JSON.stringify`) finds method, path and host. What it throws is ignored.
 */
export type GateObserve = (event: AuthEvent, request?: GateRequest) => void

/** The names of `GateOptions`. */
export const GATE_OPTIONS = {
  requiredScopes: true,
  acr: true,
  maxAuthAge: true,
  resource: true,
  metadataUrl: true,
  metadata: true,
  mirror: true,
  scopesSupported: true,
  requestAs: true,
  stepUp: true,
  authorizationServers: true,
  protect: true,
  exclude: true,
  preflight: true,
  audience: true,
  optional: true,
  operations: true,
  sessions: true,
  checkStreamsEvery: true,
  maxAge: true,
  body: true,
  tokenFrom: true,
  observe: true,
  shadow: true,
  proof: true,
  profile: true,
  now: true,
} as const satisfies OptionNames<GateOptions>
