/** Where an issuer answers questions about tokens: as its discovery document says, or as you do. */
import { AuthUnavailableError, isUnavailable } from '../errors.js'
import { withinSpan } from '../lib/deadline.js'
import { fetchJson } from '../lib/net/fetch-json.js'
import { SingleFlight } from '../lib/single-flight.js'
import { firstFound, NotHereError } from '../lib/net/not-here.js'
import { webUrl } from '../lib/net/web-url.js'
import { answered, checkNamesIssuer, discoveryUrls, leadsInside } from '../jwt/keys/discovery.js'
import type { CustomFetch, ServerMetadata } from 'openid-client'
import type { Awaitable } from '../lib/awaitable.js'
import type { Fetch } from '../lib/net/bounded-fetch.js'
import type { ProviderContext } from '../provider-context.js'
import type { OpenidClient } from '../upstream/openid-fetch.js'

export interface EndpointOptions {
  readonly issuer: string | undefined
  /** Instead of discovery. */
  readonly endpoint: string | undefined
  readonly openid: () => Awaitable<OpenidClient>
  readonly fetch: Fetch
  /** Seconds for discovery. */
  readonly timeout: number
  readonly headers: Readonly<Record<string, string>> | undefined
  /** Allow plain http. */
  readonly insecure: boolean
  /** Whether a tenant may have chosen the issuer. */
  readonly ofTenant: boolean
  readonly context: ProviderContext
  /** Around the first discovery, which requests wait for: one attempt, however many of them. */
  readonly guarded: (work: () => Promise<ServerMetadata>) => Promise<ServerMetadata>
}

/** Seconds that what discovery said is used before it is asked again, in the background; and after a failure. */
const FRESH_FOR = 3600
const RETRY_AFTER = 30
const MAX_BYTES = 128 * 1024

export class Endpoint {
  readonly #options: EndpointOptions
  #known: { readonly server: ServerMetadata; readonly askAgainAt: number } | undefined
  readonly #discovering = new SingleFlight<ServerMetadata>()

  constructor(options: EndpointOptions) {
    this.#options = options
    const { issuer, endpoint } = options
    if (endpoint === undefined) return
    this.#known = { server: { issuer: issuer ?? endpoint, introspection_endpoint: endpoint }, askAgainAt: Number.POSITIVE_INFINITY }
  }

  /** What is known of the server, discovered if need be. @throws AuthUnavailableError when it cannot be found out. */
  server(): Awaitable<ServerMetadata> {
    const known = this.#known
    if (known === undefined) return this.#discovering.run(() => this.#options.guarded(() => this.#ask()))
    if (this.#options.context.now() >= known.askAgainAt) this.#refresh(known.server)
    return known.server
  }

  /** In the background: what was found before serves on, whatever comes of it. */
  #refresh(server: ServerMetadata): void {
    this.#known = { server, askAgainAt: this.#options.context.now() + RETRY_AFTER }
    this.#discovering.run(() => this.#ask()).catch(() => undefined)
  }

  async #ask(): Promise<ServerMetadata> {
    const { issuer = '', timeout, context } = this.#options
    const { closed, now } = context
    const openid = await this.#options.openid()
    const tooLate = (): Error => new AuthUnavailableError(`no discovery document from ${new URL(issuer).host} in time`)
    const server = await withinSpan({ timeout, closed }, (signal) => this.#document(openid, issuer, signal), tooLate)
    this.#known = { server, askAgainAt: now() + FRESH_FOR }
    return server
  }

  async #document(openid: OpenidClient, issuer: string, signal: AbortSignal): Promise<ServerMetadata> {
    const statuses = new Set<number>()
    const look = async (url: string): Promise<ServerMetadata | undefined> => {
      const found = await this.#at(openid, url, signal, statuses)
      return found && this.#checked(issuer, found)
    }
    return firstFound(discoveryUrls(issuer), look, () => `${issuer} has no discovery document (${answered(statuses)}); set "endpoint" to the URL of its introspection`)
  }

  /** The document at this place, as openid-client reads it; undefined when there is none. */
  async #at(openid: OpenidClient, url: string, signal: AbortSignal, statuses: Set<number>): Promise<ServerMetadata | undefined> {
    const { fetch, timeout, headers } = this.#options
    const bounded: CustomFetch = async () => {
      const { kind, status, json } = await fetchJson(url, { fetch, timeout, headers, maxBytes: MAX_BYTES, closed: signal })
      statuses.add(status)
      if (kind !== 'found') throw new NothingThere()
      return Response.json(json)
    }
    try {
      const options = { [openid.customFetch]: bounded, execute: [openid.allowInsecureRequests] } // the URL was looked at before
      return (await openid.discovery(new URL(url), 'none', undefined, openid.None(), options)).serverMetadata()
    } catch (error) {
      const { cause } = error as Error // whatever it is, a member of it that is absent is undefined
      if (cause instanceof NothingThere) return undefined
      // Without the cause where it is not ours: it holds the document.
      throw isUnavailable(cause) ? cause : new NotHereError(`the discovery document of ${new URL(url).host} is none`)
    }
  }

  /** RFC 8414 section 3.3: the document must name exactly this issuer, or another could take its place. */
  #checked(issuer: string, server: ServerMetadata): ServerMetadata {
    checkNamesIssuer(server.issuer, issuer)
    const { introspection_endpoint: endpoint, token_endpoint: tokens, mtls_endpoint_aliases: aliases, ...rest } = server
    const safe = (name: string, url: unknown): string | undefined => (url === undefined ? undefined : this.#safe(issuer, name, url))
    const found = {
      introspection_endpoint: this.#safe(issuer, 'introspection_endpoint', endpoint),
      token_endpoint: safe('token_endpoint', tokens),
    }
    const mtls = {
      introspection_endpoint: safe('introspection_endpoint', aliases?.introspection_endpoint),
      token_endpoint: safe('token_endpoint', aliases?.token_endpoint),
    }
    return { ...pick(rest), ...present(found), mtls_endpoint_aliases: present(mtls) }
  }

  // Our credentials and the tokens of our users go there.
  #safe(issuer: string, name: string, value: unknown): string {
    if (value === undefined) throw new NotHereError(`the discovery document of ${issuer} has no ${name}; set "endpoint" to the URL of it, where the server has one`)
    let url: URL
    try {
      url = webUrl(name, value, this.#options)
    } catch {
      throw new NotHereError(`the discovery document of ${issuer} has no usable ${name}; set "endpoint"`)
    }
    if (url.protocol === 'http:' && issuer.startsWith('https:')) {
      throw new NotHereError(`the discovery document of ${issuer} names its ${name} on plain http`)
    }
    if (this.#options.ofTenant && leadsInside(issuer, url)) throw new NotHereError(`the discovery document of ${issuer} names its ${name} within this network`)
    return url.href
  }
}

/** The document is not at this place; it may be at another. */
class NothingThere extends Error {}

/** What is read of the rest: it is copied for each question. */
function pick(server: ServerMetadata): ServerMetadata {
  const { issuer, introspection_endpoint_auth_methods_supported: own, token_endpoint_auth_methods_supported: shared } = server
  return {
    issuer,
    ...(Array.isArray(own) && { introspection_endpoint_auth_methods_supported: own }),
    ...(Array.isArray(shared) && { token_endpoint_auth_methods_supported: shared }),
  }
}

function present(members: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
