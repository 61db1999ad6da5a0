/** Asks one authorization server whether a token is active: within its time, not too many at once, not while it is down. */
import { isUnavailable } from '../errors.js'
import { withinSpan } from '../lib/deadline.js'
import { warn } from '../lib/warn.js'
import { ownProperty } from '../lib/own-property.js'
import { isModest } from '../upstream/exchange.js'
import { GuardedCalls } from '../upstream/guarded-calls.js'
import { blaming, NoAnswerError } from '../upstream/no-answer.js'
import { ClientAuth } from './client-auth/client-auth.js'
import { Endpoint } from './endpoint.js'
import { openSigned, SIGNED_TYPE } from './response/signed-response.js'
import { exchange, isAboutUs } from '../upstream/openid-fetch.js'
import type { ServerMetadata } from 'openid-client'
import type { UpstreamHealth } from '../health.js'
import type { ProviderContext } from '../provider-context.js'
import type { Standing } from '../lib/call-limit.js'
import type { Fetch } from '../lib/net/bounded-fetch.js'
import type { IntrospectionResponse } from './response/response-rules.js'
import type { OpenidClient } from '../upstream/openid-fetch.js'
import type { AuthTools } from './client-auth/client-auth.js'
import type { SignedExpectations } from './response/signed-response.js'

export interface IntrospectorOptions {
  readonly issuer: string | undefined
  readonly endpoint: string | undefined
  readonly clientAuth: ClientAuth
  readonly parameters: URLSearchParams
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly signed: SignedExpectations | undefined
  readonly fetch: Fetch
  /** Seconds for one question, the wait for its turn and a second attempt included. */
  readonly timeout: number
  readonly insecure: boolean
  readonly ofTenant: boolean
  readonly context: ProviderContext
}

export class Introspector {
  readonly #options: IntrospectorOptions
  readonly #endpoint: Endpoint
  readonly #calls: GuardedCalls
  #openid: Promise<OpenidClient> | undefined
  readonly #warnedOf = new Set<string>()

  constructor(options: IntrospectorOptions) {
    this.#options = options
    this.#calls = new GuardedCalls(options)
    this.#endpoint = new Endpoint({
      ...options,
      openid: () => this.#loaded(),
      // Discovery counts as an attempt, so that an issuer that is down is not asked for it by every request.
      guarded: (discover) => this.#calls.noted('the authorization server', () => blaming('discovery', discover)),
    })
  }

  /**
   * What the authorization server says. `'unsupported_token_type'`: it does not deal in tokens of this kind. `standing`:
   * strangers leave some places to those that were good before.
   *
   * @throws NoAnswerError when nobody knows.
   */
  async ask(token: string, standing: Standing = 'stranger'): Promise<IntrospectionResponse | 'unsupported_token_type'> {
    const { provider, tell } = this.#options.context
    try {
      const server = await this.#endpoint.server()
      return await this.#calls.run(hostOf(server), (signal) => this.#attempt(token, server, signal), standing)
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error
      tell({ type: 'endpoint_unavailable', provider, fault: error.fault, message: error.message })
      this.#noteRefusal(error)
      throw error
    }
  }

  health(): UpstreamHealth {
    return this.#calls.health()
  }

  #noteRefusal({ fault, message }: NoAnswerError): void {
    if (fault !== 'credentials' && fault !== 'forbidden') return
    const { clientAuth, context } = this.#options
    const { provider, tell } = context
    const { method } = clientAuth
    // Not for a 403: whoever sends an odd token must not make us fetch a new one each time.
    if (fault === 'credentials') ClientAuth.refused(clientAuth)
    tell({ type: 'credentials_refused', provider, fault, method, message })
    if (this.#warnedOf.has(fault)) return
    this.#warnedOf.add(fault)
    warn(`provider "${provider}": ${REFUSAL[fault](method)}`)
  }

  /** With a proof of its own each time: an assertion is good once. */
  async #attempt(token: string, server: ServerMetadata, signal: AbortSignal): Promise<IntrospectionResponse | 'unsupported_token_type'> {
    const { clientAuth, parameters, headers, signed, fetch, context } = this.#options
    const openid = await this.#loaded()
    const tools: AuthTools = { openid, server, now: context.now, fetch: this.#grantFetch() }
    const apply = ClientAuth.applied(clientAuth, tools)
    const proving: typeof apply = (as, client, body, own) => blaming('own proof', async () => apply(as, client, body, own))
    const metadata = { use_mtls_endpoint_aliases: ClientAuth.needs(clientAuth).certificate === true }
    const configuration = new openid.Configuration(server, clientAuth.clientId ?? 'none', metadata, proving)
    openid.allowInsecureRequests(configuration) // the URL was looked at before
    const open = signed && ((text: string) => openSigned(text, signed))
    const own = this.#isOwnOrigin(server) ? headers : undefined
    configuration[openid.customFetch] = ClientAuth.proving(clientAuth, tools, exchange({ fetch, signal, headers: own, open, mediaType: open && SIGNED_TYPE }))
    try {
      const answer: Readonly<Record<string, unknown>> = await openid.tokenIntrospection(configuration, token, parameters)
      return understood(answer, hostOf(server))
    } catch (error) {
      if (isUnsupportedTokenType(openid, error)) return 'unsupported_token_type'
      throw translated(openid, error, hostOf(server))
    }
  }

  /** Headers may hold credentials, and those are for the issuer and for the endpoint that was named. */
  #isOwnOrigin({ introspection_endpoint: place = '' }: ServerMetadata): boolean {
    const { issuer, endpoint } = this.#options
    return endpoint !== undefined || (issuer !== undefined && new URL(place).origin === new URL(issuer).origin)
  }

  /** For the grant of a token of our own, which several questions share: with a time of its own. */
  #grantFetch(): AuthTools['fetch'] {
    const { fetch, timeout, context } = this.#options
    const { closed } = context
    return (url, init) => {
      const tooLate = (): Error => new NoAnswerError('too slow', `no answer from ${new URL(url).host} in time`)
      return withinSpan({ timeout, closed }, (signal) => exchange({ fetch, signal })(url, init), tooLate)
    }
  }

  /** Loaded at the first question: who verifies JWTs does not pay for it. */
  #loaded(): Promise<OpenidClient> {
    this.#openid ??= import('openid-client')
    return this.#openid
  }
}

/** What the process is told, once. */
const REFUSAL = {
  credentials: (method: string) => `the authorization server refuses our credentials (${method}); nobody gets in until that is put right`,
  forbidden: () => 'the introspection endpoint answered 403; this client needs the permission to ask about tokens, or its secret is wrong (django-oauth-toolkit)',
} as const

function hostOf({ introspection_endpoint: endpoint = '' }: ServerMetadata): string {
  return new URL(endpoint).host
}

/** RFC 7662 section 2.2: `active` is a boolean; anything else says nothing about the token. */
function understood(answer: Readonly<Record<string, unknown>>, host: string): IntrospectionResponse {
  if (answer.active !== true && answer.active !== false) throw noBoolean(host)
  if (!isModest(answer)) throw unreadable(host)
  return answer.active ? answer : null
}

/** RFC 7009 section 2.2.1, where introspection borrows it: about the token's kind, and not about us. */
function isUnsupportedTokenType(openid: OpenidClient, error: unknown): boolean {
  return error instanceof openid.ResponseBodyError && error.error === 'unsupported_token_type'
}

// Without a cause where it is not ours: openid-client's hold the answer.
function translated(openid: OpenidClient, error: unknown, host: string): unknown {
  if (error instanceof openid.ResponseBodyError) {
    return new NoAnswerError(isAboutUs(openid, error) ? 'credentials' : 'status', `${host} answered ${error.status} with an OAuth error`)
  }
  const own = [error, (error as Error).cause].find(isUnavailable) // whatever it is, a member of it that is absent is undefined
  if (own !== undefined) return own
  // With the nonce that it had just given us.
  if (error instanceof openid.WWWAuthenticateChallengeError) return new NoAnswerError('own proof', `${host} asks for another DPoP nonce each time`)
  if (!(error instanceof openid.ClientError)) return error
  // By its words about a member: they quote nothing.
  return /"active"/.test(String(ownProperty(error.cause, 'message'))) ? noBoolean(host) : unreadable(host)
}

function noBoolean(host: string): NoAnswerError {
  return new NoAnswerError('unreadable', `the answer of ${host} is no introspection answer: its "active" must be true or false, as a boolean`)
}

function unreadable(host: string): NoAnswerError {
  return new NoAnswerError('unreadable', `the answer of ${host} is no introspection answer`)
}
