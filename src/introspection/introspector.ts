/** Asks one authorization server whether a token is active: within its time, not too many at once, not while it is down. */
import { withinSpan } from '../lib/deadline.js'
import { warn } from '../lib/warn.js'
import { isPending } from '../lib/awaitable.js'
import { isModest, redirectsAtFirst } from '../upstream/exchange.js'
import { GuardedCalls } from '../upstream/guarded-calls.js'
import { blaming, NoAnswerError } from '../upstream/no-answer.js'
import { ClientAuth } from './way.js'
import { Endpoint } from './endpoint.js'
import { openSigned, SIGNED_TYPE } from './response/signed-response.js'
import { answerIn, answerTo, isAboutUs, JSON_TYPE } from '../upstream/oauth-answer.js'
import { exchange } from '../upstream/openid-fetch.js'
import type { ServerMetadata } from 'openid-client'
import type { UpstreamHealth } from '../health.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { ProviderContext } from '../provider-context.js'
import type { Standing } from '../lib/call-limit.js'
import type { Fetch, FetchInit } from '../lib/net/bounded-fetch.js'
import type { IntrospectionResponse } from './response/response-rules.js'
import type { OAuthAnswer } from '../upstream/oauth-answer.js'
import type { OpenidClient } from '../upstream/openid-fetch.js'
import type { AuthTools } from './way.js'
import type { SignedExpectations } from './response/signed-response.js'

export interface IntrospectorOptions {
  readonly issuer: string | undefined
  readonly endpoint: string | undefined
  readonly clientAuth: ClientAuth
  readonly parameters: URLSearchParams
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly signed: SignedExpectations | undefined
  readonly fetch: Fetch
  /** True where that is the runtime's. */
  readonly isOwnFetch: boolean
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
  #openid: Awaitable<OpenidClient> | undefined
  readonly #warnedOf = new Set<string>()
  readonly #mediaType: string
  /** What the first attempt is made with. */
  readonly #first: Omit<Question, 'headers' | 'body'>
  /** What a question begins with (RFC 7662 section 2.1): what the user sends along, and the name of what follows. */
  readonly #common: string
  /** Of the server that was asked last. */
  #asked: Asked | undefined

  constructor(options: IntrospectorOptions) {
    this.#options = options
    this.#mediaType = options.signed === undefined ? JSON_TYPE : SIGNED_TYPE
    this.#first = { ...POST, ...redirectsAtFirst(options.isOwnFetch) }
    const sentAlong = options.parameters.toString()
    this.#common = `${sentAlong === '' ? '' : `${sentAlong}&`}token=`
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
      const found = this.#endpoint.server()
      const server = isPending(found) ? await found : found
      const asked = this.#askedOf(server)
      return await this.#calls.run(asked.host, (signal, isSecond) => this.#attempt(token, asked, signal, isSecond), standing)
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

  async #attempt(token: string, asked: Asked, signal: AbortSignal, isSecond: boolean): Promise<IntrospectionResponse | 'unsupported_token_type'> {
    const { clientAuth, signed, fetch } = this.#options
    const { host, url, headers } = asked
    // Where the proof is the same each time, nothing but the token is new in a question.
    const isFixed = ClientAuth.header(clientAuth) !== undefined
    const init = { ...(isSecond ? POST : this.#first), signal, headers, body: `${this.#common}${formEncoded(token)}` }
    const answer = await (isFixed ? answerTo(fetch, url, init, this.#mediaType) : this.#proved(init, asked, signal))
    if (answer.error === 'unsupported_token_type') return answer.error
    if (answer.error !== undefined) throw new NoAnswerError(isAboutUs(answer.error) ? 'credentials' : 'status', `${host} answered 400 with an OAuth error`)
    return understood(signed === undefined ? jsonOf(answer.text, host) : await blaming('unreadable', () => openSigned(answer.text, signed)), host)
  }

  /** With a proof of its own each time, made in openid-client's way: an assertion is good once. */
  async #proved(init: Question, { server, url }: Asked, signal: AbortSignal): Promise<OAuthAnswer> {
    const { clientAuth, fetch, context } = this.#options
    const mediaType = this.#mediaType
    const loaded = this.#loaded()
    const tools: AuthTools = { openid: isPending(loaded) ? await loaded : loaded, server, now: context.now, fetch: this.#grantFetch() }
    const body = new URLSearchParams(init.body)
    const sent = new Headers(init.headers)
    const apply = ClientAuth.applied(clientAuth, tools)
    await blaming('own proof', () => apply(server, { client_id: clientAuth.clientId ?? 'none' }, body, sent))
    const proved = { ...init, signal, headers: Object.fromEntries(sent), body: body.toString() }
    const proving = ClientAuth.proving(clientAuth, tools, () => exchange({ fetch, signal, mediaType }))
    return proving === undefined ? answerTo(fetch, url, proved, mediaType) : answerIn(await proving(url, { ...proved, redirect: 'manual' }), url)
  }

  /** What all questions to this server have in common. */
  #askedOf(server: ServerMetadata): Asked {
    if (this.#asked?.server === server) return this.#asked
    const { clientAuth, headers } = this.#options
    const authorization = ClientAuth.header(clientAuth)
    this.#asked = {
      server,
      host: hostOf(server),
      url: this.#place(server),
      headers: {
        ...(headers && this.#isOwnOrigin(server) && headers),
        accept: this.#mediaType,
        'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
        ...(authorization !== undefined && { authorization }),
      },
    }
    return this.#asked
  }

  /** RFC 8705 section 5: who shows a certificate may have to ask elsewhere. */
  #place({ introspection_endpoint: place = '', mtls_endpoint_aliases: aliases }: ServerMetadata): string {
    return ClientAuth.needs(this.#options.clientAuth).certificate === true ? (aliases?.introspection_endpoint ?? place) : place
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
  #loaded(): Awaitable<OpenidClient> {
    this.#openid ??= import('openid-client').then((openid) => (this.#openid = openid))
    return this.#openid
  }
}

interface Question extends FetchInit {
  readonly method: 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const POST = { method: 'POST', redirect: 'manual' } as const

/** Whom a question goes to, and what all of them have in common. */
interface Asked {
  readonly server: ServerMetadata
  readonly host: string
  readonly url: string
  /** Those of a proof that is the same each time as well. */
  readonly headers: Readonly<Record<string, string>>
}

/** A token as a form has it. Most have no letter that a form writes otherwise. */
function formEncoded(token: string): string {
  return /^[\w.-]+$/.test(token) ? token : new URLSearchParams([['', token]]).toString().slice(1)
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
function understood(answer: unknown, host: string): IntrospectionResponse {
  if (!isObject(answer)) throw unreadable(host)
  if (answer.active !== true && answer.active !== false) throw noBoolean(host)
  if (!isModest(answer)) throw unreadable(host)
  return answer.active ? answer : null
}

function isObject(answer: unknown): answer is Readonly<Record<string, unknown>> {
  return typeof answer === 'object' && answer !== null && !Array.isArray(answer)
}

function jsonOf(text: string, host: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unreadable(host) // without the parser's words: they quote the answer
  }
}

function noBoolean(host: string): NoAnswerError {
  return new NoAnswerError('unreadable', `the answer of ${host} is no introspection answer: its "active" must be true or false, as a boolean`)
}

function unreadable(host: string): NoAnswerError {
  return new NoAnswerError('unreadable', `the answer of ${host} is no introspection answer`)
}
