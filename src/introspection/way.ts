/** One way for this server to prove who it is when it asks about a token, as a value. */
import type { ClientAuth as Applied, CustomFetch, ServerMetadata } from 'openid-client'
import type { OpenidClient } from '../upstream/openid-fetch.js'

/** By the names of RFC 7591 and RFC 8705, and two that have none there. */
export type ClientAuthMethod =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'client_secret_jwt'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'none'
  | 'bearer'
  | 'client_secret'

/** What is at hand when a request is about to be sent. */
export interface AuthTools {
  readonly openid: OpenidClient
  readonly server: ServerMetadata
  /** For requests of the authentication itself; bounded in time and size. */
  readonly fetch: CustomFetch
  /** In seconds since the epoch. */
  readonly now: () => number
}

/** Puts the proof into a request. */
export type Apply = Applied

/** What a way to authenticate cannot do without. */
export interface Needs {
  /** The issuer, whom an assertion is addressed to. */
  readonly issuer?: boolean
  /** A `fetch` that brings the client certificate. */
  readonly certificate?: boolean
  /** A discovery document, which says where the token endpoint is. */
  readonly discovery?: boolean
}

/**
 * What few ways have: `header` is an `Authorization` that is the same in every request, `refused` is called when the server
 * did not take the proof, and `proving` signs each request as it is sent.
 */
export interface More {
  readonly needs?: Needs
  readonly header?: string
  readonly refused?: () => void
  readonly proving?: (tools: AuthTools, fetch: CustomFetch) => CustomFetch
}

/**
 * One way to authenticate, as a value: made by `clientSecretBasic`, `privateKeyJwt` and their like, and by nothing
 * else, so that no two ways can be mixed. Holds its secret where no printer finds it.
 */
export class ClientAuth {
  readonly method: ClientAuthMethod
  /** Absent where the method does not name a client. */
  readonly clientId: string | undefined
  readonly #apply: (tools: AuthTools) => Apply
  readonly #more: More

  constructor(method: ClientAuthMethod, clientId: string | undefined, apply: (tools: AuthTools) => Apply, more: More = {}) {
    this.method = method
    this.clientId = clientId
    this.#apply = apply
    this.#more = more
    Object.freeze(this)
  }

  /** For requests of ours. */
  static applied(auth: ClientAuth, tools: AuthTools): Apply {
    return auth.#apply(tools)
  }

  /** The `fetch` that questions go through; undefined where it is the ordinary one. */
  static proving(auth: ClientAuth, tools: AuthTools, fetch: () => CustomFetch): CustomFetch | undefined {
    return auth.#more.proving?.(tools, fetch())
  }

  /** The `Authorization` of every request; undefined where each has to be asked for its own. */
  static header(auth: ClientAuth): string | undefined {
    return auth.#more.header
  }

  static refused(auth: ClientAuth): void {
    auth.#more.refused?.()
  }

  static needs(auth: ClientAuth): Needs {
    return auth.#more.needs ?? {}
  }
}

/** @throws TypeError for what none of the functions here made. */
export function checkedClientAuth(name: string, value: unknown): ClientAuth {
  if (value instanceof ClientAuth) return value
  throw new TypeError(`"${name}" must say how this server authenticates, such as clientSecretBasic(clientId, clientSecret)`)
}
