/** This file serves the authorization server's own metadata (RFC 8414) as well: clients of MCP before 2025-06-18 look for it here. */
import { unavailableAnswer } from '../../answer.js'
import { AuthUnavailableError, isUnavailable } from '../../errors.js'
import { mayShareBetweenRequests } from '../../lib/runtime.js'
import { documentAnswer } from './metadata-answer.js'
import type { Answer } from '../../answer.js'
import type { Fetch } from '../../lib/net/bounded-fetch.js'
import type { GateRequest } from '../request/gate-request.js'

/** Whose metadata, and how it is read. */
interface Mirrored {
  readonly issuer: string
  readonly fetch: Fetch
}

/** Reads it at the first request, again after ten minutes, and keeps what it has while the authorization server is away. */
export class AuthorizationServerMetadata {
  readonly #issuer: string
  readonly #fetch: Fetch
  #state: { readonly kept: object | undefined; readonly until: number } = { kept: undefined, until: 0 }
  #reading: Promise<object> | undefined

  constructor({ issuer, fetch }: Mirrored) {
    this.#issuer = issuer
    this.#fetch = fetch
  }

  /** The answer to a request for that metadata. */
  async answer({ method }: GateRequest): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD') return documentAnswer(method, {})
    try {
      return documentAnswer(method, await this.#current())
    } catch (error) {
      if (!isUnavailable(error)) throw error
      return unavailableAnswer(error, UNREADABLE)
    }
  }

  async #current(): Promise<object> {
    const { kept, until } = this.#state
    if (now() < until) return kept ?? Promise.reject(new AuthUnavailableError(AWAY, { retryAfter: Math.ceil(until - now()) }))
    // One reads for all, where one may wait for another.
    const reading = this.#reading ?? this.#read(kept).finally(() => (this.#reading = undefined))
    if (mayShareBetweenRequests) this.#reading = reading
    return reading
  }

  async #read(kept: object | undefined): Promise<object> {
    try {
      // What reads it is loaded when somebody asks for it: few gates are asked.
      const { readMetadataOf } = await import('./read-authorization-server.js')
      const metadata = await readMetadataOf(this.#issuer, this.#fetch)
      this.#state = { kept: metadata, until: now() + FRESH }
      return metadata
    } catch (error) {
      // Whoever asks for it must not make us ask again at once.
      this.#state = { kept, until: now() + TRY_AGAIN }
      if (kept === undefined || !isUnavailable(error)) throw error
      return kept
    }
  }
}

const UNREADABLE = 'The metadata of the authorization server cannot be read right now'
const AWAY = 'the metadata of the authorization server cannot be read'

/** Seconds. */
const FRESH = 600
const TRY_AGAIN = 30

function now(): number {
  return Date.now() / 1000
}
