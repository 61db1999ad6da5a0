/** Makes what the page shows of a running server: how its providers are doing, and what they told. At most once a second, whoever looks. */
import { healthOf } from '../routing/health-of.js'
import { shownHealth } from './shown-health.js'
import type { ProviderHealth } from '../health.js'
import type { BearerAuthProvider } from '../provider.js'
import type { History, Told } from './history.js'

/** Plain JSON. No token, no secret and no value of a claim is in it. */
export interface Live {
  /** When it was made, by the server's clock: seconds since the epoch. */
  readonly at: number
  /** Seconds since the inspector was made. */
  readonly watchedFor: number
  readonly health: ProviderHealth
  readonly told: Told
}

/** Seconds for which everybody is shown the same. */
const SAME_FOR = 1

export class LiveView {
  readonly #provider: BearerAuthProvider
  readonly #history: History
  readonly #now: () => number
  readonly #since: number
  #last: { readonly at: number; readonly json: string } | undefined

  constructor(provider: BearerAuthProvider, history: History, now: () => number) {
    this.#provider = provider
    this.#history = history
    this.#now = now
    this.#since = now()
  }

  /** As JSON, since it is asked for more often than it changes. */
  json(): string {
    const at = this.#now()
    if (this.#last !== undefined && at >= this.#last.at && at < this.#last.at + SAME_FOR) return this.#last.json
    const live: Live = { at, watchedFor: Math.max(0, at - this.#since), health: shownHealth(healthOf(this.#provider)), told: this.#history.read() }
    this.#last = { at, json: JSON.stringify(live) }
    return this.#last.json
  }
}
