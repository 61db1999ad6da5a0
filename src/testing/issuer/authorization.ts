/** The authorization endpoint (RFC 6749 section 4.1, RFC 7636, RFC 8707, RFC 9207): codes for clients, by itself or on a click. */
import { mayRedirectTo } from './clients.js'
import { consentPage } from './consent-page.js'
import { page, redirectTo } from './responses.js'
import type { Clients } from './clients.js'

/** What somebody allowed a client. */
export interface Grant {
  readonly clientId: string
  readonly sub: string
  /** The session of the person (OIDC Back-Channel Logout section 2.1). */
  readonly sid: string
  readonly scopes: readonly string[]
  /** RFC 8707: empty where none was named. */
  readonly resources: readonly string[]
  /** The thumbprint of the key that tokens are bound to (RFC 9449): `dpop_jkt` of a code, else that of the proof. */
  readonly jkt: string | undefined
  /** How and when the person signed in, where the client asked for that (RFC 9470 section 5); a refresh changes neither. */
  readonly signIn?: { readonly acr?: string; readonly auth_time?: number }
}

export interface PendingCode extends Grant {
  readonly redirectUri: string
  readonly codeChallenge: string
  readonly nonce: string | undefined
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

export interface AuthorizationOptions {
  readonly clients: Clients
  readonly consent: 'by itself' | 'on a click'
  readonly sub: string
  readonly now: () => number
  readonly issuer: () => string
  /** Those that a client gets of what it asks for. */
  readonly granted: (asked: readonly string[]) => readonly string[]
}

interface Question {
  readonly code: PendingCode
  readonly state: string | null
}

export class Authorization {
  readonly #options: AuthorizationOptions
  readonly #questions = new Map<string, Question>()
  readonly #codes = new Map<string, PendingCode>()

  constructor(options: AuthorizationOptions) {
    this.#options = options
  }

  /** A client sends a browser here. */
  ask(url: URL): Response {
    const { clients, consent } = this.#options
    const { searchParams } = url
    const client = clients.find(searchParams.get('client_id'))
    const redirectUri = searchParams.get('redirect_uri')
    // RFC 6749 section 4.1.2.1: the browser is sent nowhere that the client did not register.
    if (client === undefined || !mayRedirectTo(client, redirectUri)) return page('<h1>Unknown client, or unknown redirect_uri</h1>', 400)
    const code = this.#codeFor(client.clientId, redirectUri, searchParams)
    const state = searchParams.get('state')
    const error = typeof code === 'string' ? code : undefined
    if (typeof code === 'string') return this.#back(redirectUri, { error, state })
    if (consent === 'by itself') return this.#allow({ code, state })
    const id = globalThis.crypto.randomUUID()
    this.#questions.set(id, { code, state })
    const here = url.pathname
    return page(consentPage({ ...code, yes: `${here}/${id}/yes`, no: `${here}/${id}/no` }))
  }

  /** The person pressed a button. */
  answer(id: string, answer: string): Response {
    const question = this.#questions.get(id)
    this.#questions.delete(id)
    if (question === undefined) return page('<h1>This was answered already</h1>', 400)
    return answer === 'yes' ? this.#allow(question) : this.#back(question.code.redirectUri, { error: 'access_denied', state: question.state })
  }

  /** The grant behind a code, once and within a minute. */
  redeem(code: string | null): PendingCode | undefined {
    const pending = this.#codes.get(code ?? '')
    this.#codes.delete(code ?? '')
    return pending !== undefined && pending.expiresAt > this.#options.now() ? pending : undefined
  }

  /** Or the word for what is wrong with the request (RFC 6749 section 4.1.2.1). */
  #codeFor(clientId: string, redirectUri: string, asked: URLSearchParams): PendingCode | string {
    const { granted, now, sub } = this.#options
    const codeChallenge = asked.get('code_challenge') ?? ''
    if (asked.get('response_type') !== 'code') return 'unsupported_response_type'
    if (asked.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(codeChallenge)) return 'invalid_request'
    const resources = asked.getAll('resource')
    if (!resources.every(isResource)) return 'invalid_target'
    return {
      ...{ clientId, redirectUri, codeChallenge, resources },
      sub: asked.get('login_hint') ?? sub,
      sid: globalThis.crypto.randomUUID(),
      scopes: granted(scopesIn(asked)),
      signIn: signInFor(asked, Math.floor(now())),
      nonce: asked.get('nonce') ?? undefined,
      jkt: asked.get('dpop_jkt') ?? undefined,
      expiresAt: now() + 60,
    }
  }

  #allow({ code, state }: Question): Response {
    const value = globalThis.crypto.randomUUID()
    this.#codes.set(value, code)
    return this.#back(code.redirectUri, { code: value, state })
  }

  #back(redirectUri: string, answer: Readonly<Record<string, string | null | undefined>>): Response {
    const url = new URL(redirectUri)
    for (const [name, value] of Object.entries({ ...answer, iss: this.#options.issuer() })) if (typeof value === 'string') url.searchParams.set(name, value)
    return redirectTo(url)
  }
}

/** RFC 6749 section 3.3. */
export function scopesIn(parameters: URLSearchParams): readonly string[] {
  return (parameters.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
}

/** RFC 8707 section 2: an absolute URI without a fragment. */
export function isResource(resource: string): boolean {
  return URL.canParse(resource) && !resource.includes('#')
}

/** Whoever signs in here does it at this moment, and in the way that the client likes best. */
function signInFor(asked: URLSearchParams, now: number): NonNullable<Grant['signIn']> {
  const [acr] = (asked.get('acr_values') ?? '').split(' ').filter((one) => one !== '')
  return { ...(acr !== undefined && { acr }), ...((acr !== undefined || asked.has('max_age')) && { auth_time: now }) }
}
