/** Follows the tokens of what outlives its request: one watch for each token, however many streams it opened. */
import { isUnavailable } from '../../errors.js'
import { after as systemTimer } from '../../lib/timer.js'
import { warn } from '../../lib/warn.js'
import type { AccessToken } from '../../access-token.js'
import type { After } from '../../lib/timer.js'
import type { BearerAuthProvider } from '../../provider.js'

export interface TokenWatchesOptions {
  /** Follows revocations. Absent where the provider knows of none. */
  readonly watch: BearerAuthProvider['watch']
  /** Whether a yes changes but with the keys. Absent: it may change at any time. */
  readonly restsOnKeys?: BearerAuthProvider['restsOnKeys']
  /** Seconds within which it is noticed that the authorization server took a token back. */
  readonly every: number
  /** In seconds since the epoch. */
  readonly now: () => number
  /** For tests. Default: the runtime's timers. */
  readonly after?: After | undefined
  /** For tests. A number from 0 up to 1. */
  readonly random?: (() => number) | undefined
}

/** Asks again about the token, unless the answer is younger than so many seconds; null when it is no longer valid. */
export type VerifyAgain = (maxAge: number) => Promise<AccessToken | null>

export class TokenWatches {
  readonly #options: TokenWatchesOptions
  readonly #watches = new Map<string, TokenWatch>()
  readonly #lane = new Lane()
  #warned = false

  constructor(options: TokenWatchesOptions) {
    this.#options = options
  }

  /** Number of tokens that are followed. */
  get size(): number {
    return this.#watches.size
  }

  /** Does something after so many seconds, on this gate's timers. Gives the function that cancels it. */
  later(seconds: number, work: () => void): () => void {
    const { after = systemTimer } = this.#options
    return after(seconds, work)
  }

  /** Calls `ended` once, when the token is no longer valid. While nobody knows, it is. Gives the function that ends this. */
  join(token: AccessToken, verify: VerifyAgain, ended: () => void): () => void {
    const known = this.#watches.get(token.token)
    if (known === undefined && this.#watches.size >= MOST_TOKENS) return this.#turnAway(ended)
    const watch = known ?? new TokenWatch(token, verify, this.#options, this.#lane, () => void this.#watches.delete(token.token))
    this.#watches.set(token.token, watch)
    return watch.join(ended)
  }

  #turnAway(ended: () => void): () => void {
    if (!this.#warned) warn(`more than ${MOST_TOKENS} tokens have streams open or their authSignal() in use; more are not followed, and end at once`)
    this.#warned = true
    ended()
    return () => undefined
  }
}

/** Looks again until the token is no longer valid, or until nobody wants to know. */
class TokenWatch {
  readonly #token: AccessToken
  /** As it was answered last: an authorization server may have moved it. The rest of a younger answer is not kept. */
  #expiresAt: number | undefined
  readonly #verify: VerifyAgain
  readonly #options: TokenWatchesOptions
  readonly #lane: Lane
  readonly #left: () => void
  readonly #members = new Set<() => void>()
  #state: 'new' | 'begun' | 'over' = 'new'
  #callOff = (): void => undefined
  #stopWatching = (): void => undefined

  constructor(token: AccessToken, verify: VerifyAgain, options: TokenWatchesOptions, lane: Lane, left: () => void) {
    this.#token = token
    this.#expiresAt = token.expiresAt
    this.#verify = verify
    this.#options = options
    this.#lane = lane
    this.#left = left
  }

  join(ended: () => void): () => void {
    const member = (): void => ended() // two may hand in the same function
    this.#members.add(member)
    if (this.#state === 'new') this.#begin()
    return () => {
      this.#members.delete(member)
      if (this.#members.size === 0) this.#close()
    }
  }

  #begin(): void {
    this.#state = 'begun'
    // A provider that was closed can say no more of its tokens, and nothing may outlive one unseen.
    const stop = this.#options.watch?.(this.#token, () => this.#end())
    if (stop === undefined) return this.#wait()
    if (this.#isOver()) return stop() // it had been revoked already
    this.#stopWatching = stop
    this.#wait()
  }

  #isOver(): boolean {
    return this.#state === 'over'
  }

  /** Seconds. */
  #every(): number {
    const { every, restsOnKeys } = this.#options
    return restsOnKeys?.(this.#token) === true ? Math.max(every, AGE_OF_KEYS) : every
  }

  /** Seconds. */
  #timeLeft(): number {
    return (this.#expiresAt ?? Number.POSITIVE_INFINITY) - this.#options.now()
  }

  /** Spread over time, so that streams that began together do not ask together; none later than was promised. */
  #wait(): void {
    const { after = systemTimer, random = Math.random } = this.#options
    const left = this.#timeLeft()
    if (left <= 0) return this.#end()
    this.#callOff = after(Math.min(left, this.#every() * (EARLIEST + random() * (LATEST - EARLIEST))), () => void this.#look())
  }

  async #look(): Promise<void> {
    const isGood = this.#timeLeft() > 0 && (await this.#lane.run(() => this.#isGood()))
    if (this.#isOver()) return
    if (isGood) this.#wait()
    else this.#end()
  }

  async #isGood(): Promise<boolean> {
    if (this.#isOver()) return false // while this waited for its turn
    try {
      const token = await this.#verify(this.#every() * YOUNG)
      if (token !== null) this.#expiresAt = token.expiresAt
      return token !== null
    } catch (error) {
      // A bug of the provider's was told where it happened; neither is a reason to let a stream go on for ever.
      return isUnavailable(error)
    }
  }

  #end(): void {
    const members = [...this.#members]
    this.#close()
    for (const ended of members) ended()
  }

  #close(): void {
    if (this.#isOver()) return // another watch may follow the same token by now
    this.#state = 'over'
    this.#members.clear()
    this.#callOff()
    this.#stopWatching()
    this.#left()
  }
}

/** Looks at once. More than this would stand in the way of requests, which ask the same authorization server. */
const MOST_LOOKS = 16

/** Does work in turn, a few at once. */
class Lane {
  readonly #waiting: (() => void)[] = []
  #running = 0

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= MOST_LOOKS) await new Promise<void>((resolve) => void this.#waiting.push(resolve))
    else this.#running += 1
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running -= 1
      else next() // whose place it is now
    }
  }
}

/** Seconds: as long as providers take keys for good, if not told otherwise. */
const AGE_OF_KEYS = 600

/** Parts of the time that was promised: when a look comes, and how old an answer may be that it takes. */
const EARLIEST = 0.7
const LATEST = 0.9
const YOUNG = 0.1

/** More than one process can serve; so that a handler that never ends its answers does not fill the memory. */
const MOST_TOKENS = 100_000
