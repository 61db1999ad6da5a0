/** This file tells when a token is no longer valid, for what outlives its request: streams. */
import { isUnavailable } from '../errors.js'
import { after as systemTimer } from '../lib/timer.js'
import type { AccessToken } from '../access-token.js'
import type { After } from '../lib/timer.js'

export interface TokenLifeOptions {
  readonly token: AccessToken
  /** Asks again about the token; null when it is good no more. */
  readonly verify: () => Promise<AccessToken | null>
  /** Rings when something was revoked. Gives the function that ends it. */
  readonly watch: ((rung: () => void) => () => void) | undefined
  /** Seconds between two looks. */
  readonly every: number
  /** In seconds since the epoch. */
  readonly now: () => number
  /** For tests. Default: the runtime's timers. */
  readonly after?: After | undefined
}

/** Looks again until the token is good no more, or until nobody wants to know. Costs nothing before it is begun. */
export class TokenLife {
  readonly #options: TokenLifeOptions
  readonly #ended = new AbortController()
  #callOff = (): void => undefined
  #stopWatching = (): void => undefined
  #state: 'new' | 'begun' | 'over' = 'new'

  constructor(options: TokenLifeOptions) {
    this.#options = options
  }

  /** Fires when the token has ended, was revoked, or is refused when it is asked about again. While nobody knows, it is good. */
  get signal(): AbortSignal {
    if (this.#state === 'new') this.#begin()
    return this.#ended.signal
  }

  /** Stops looking. */
  close(): void {
    this.#state = 'over'
    this.#callOff()
    this.#stopWatching()
  }

  #begin(): void {
    this.#state = 'begun'
    this.#stopWatching = this.#options.watch?.(() => void this.#look()) ?? this.#stopWatching
    this.#wait()
  }

  #wait(): void {
    if (this.#state !== 'begun') return
    const { token, every, now, after = systemTimer } = this.#options
    const left = (token.expiresAt ?? Number.POSITIVE_INFINITY) - now()
    if (left <= 0) return this.#end()
    this.#callOff = after(Math.min(left, every), () => void this.#look())
  }

  async #look(): Promise<void> {
    this.#callOff()
    const isGood = this.#hasTime() && (await this.#isGood())
    if (this.#state !== 'begun') return
    if (isGood) this.#wait()
    else this.#end()
  }

  #hasTime(): boolean {
    const { token, now } = this.#options
    return token.expiresAt === undefined || token.expiresAt > now()
  }

  async #isGood(): Promise<boolean> {
    try {
      return (await this.#options.verify()) !== null
    } catch (error) {
      // A bug of the provider's was told where it happened; neither is a reason to let a stream go on for ever.
      return isUnavailable(error)
    }
  }

  #end(): void {
    this.close()
    this.#ended.abort(new Error('the access token is good no more'))
  }
}
