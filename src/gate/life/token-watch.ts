/** This file follows one token for what outlives its request, until the token is no longer valid or nobody wants to know. */
import { isUnavailable } from '../../errors.js'
import { warnOfBug } from '../../lib/warn.js'
import type { AccessToken } from '../../access-token.js'
import type { Endable } from '../../context.js'
import type { After } from '../../lib/timer.js'
import type { BearerAuthProvider } from '../../provider.js'
import type { Alarm, Alarms, Sleeper } from './alarms.js'
import type { Lane } from './lane.js'

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

/** One of those who follow a token. */
export interface Membership {
  /** Follows the token no longer. */
  leave(): void
}

/** What all watches of a gate share, so that none of them holds it by itself. */
export interface WatchContext extends Pick<TokenWatchesOptions, 'watch' | 'restsOnKeys' | 'every' | 'now'> {
  readonly random: () => number
  readonly lane: Lane
  readonly alarms: Alarms
  readonly left: (watch: TokenWatch) => void
}

// An object: a function, and what it closes over, would take twice as much room.
class Member implements Membership {
  readonly #watch: TokenWatch
  readonly #endable: Endable

  constructor(watch: TokenWatch, endable: Endable) {
    this.#watch = watch
    this.#endable = endable
  }

  leave(): void {
    this.#watch.leave(this)
  }

  /** Whatever becomes of one stream, the others end. */
  end(): void {
    try {
      this.#endable.end()
    } catch (error) {
      warnOfBug(new Error('a stream could not be ended with its token', { cause: error }))
    }
  }
}

/** Looks again until the token is no longer valid, or until nobody wants to know. */
export class TokenWatch implements Sleeper {
  readonly token: AccessToken
  /** As it was answered last: an authorization server may have moved it. The rest of a younger answer is not kept. */
  #expiresAt: number | undefined
  readonly #verify: VerifyAgain
  readonly #context: WatchContext
  /** Most tokens have one stream, and thousands of sets of one would take more room than all else here. */
  #members: Member | Set<Member> | undefined
  #state: 'new' | 'begun' | 'looking' | 'over' = 'new'
  #alarm: Alarm | undefined
  #stopWatching: (() => void) | undefined

  constructor(token: AccessToken, verify: VerifyAgain, context: WatchContext) {
    this.token = token
    this.#expiresAt = token.expiresAt
    this.#verify = verify
    this.#context = context
  }

  join(endable: Endable): Membership {
    const member = new Member(this, endable)
    if (this.#members === undefined) this.#members = member
    else if (this.#members instanceof Set) this.#members.add(member)
    else this.#members = new Set([this.#members, member])
    if (this.#state === 'new') this.#begin()
    return member
  }

  leave(member: Member): void {
    if (this.#members instanceof Set ? this.#members.delete(member) && this.#members.size === 0 : this.#members === member) this.#close()
  }

  wake(): void {
    this.#alarm = undefined
    // First: a look may have to wait for its turn, or its answer may never come, and the token ends all the same. (D120)
    this.#wait()
    if (this.#state === 'begun') void this.#look()
  }

  #begin(): void {
    this.#state = 'begun'
    // A provider that was closed can say no more of its tokens, and nothing may outlive one unseen.
    const stop = this.#context.watch?.(this.token, this.#end.bind(this))
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
    const { every, restsOnKeys } = this.#context
    return restsOnKeys?.(this.token) === true ? Math.max(every, AGE_OF_KEYS) : every
  }

  /** Seconds. */
  #timeLeft(): number {
    return (this.#expiresAt ?? Number.POSITIVE_INFINITY) - this.#context.now()
  }

  #wait(): void {
    if (this.#timeLeft() <= 0) return this.#end()
    this.#cancelAlarm()
    this.#alarm = this.#context.alarms.set(Math.min(this.#expiresAt ?? Number.POSITIVE_INFINITY, this.#nextLook()), this)
  }

  #cancelAlarm(): void {
    if (this.#alarm !== undefined) this.#context.alarms.cancel(this.#alarm, this)
  }

  /**
   * Seconds since the epoch. Spread over time, so that streams that began together do not ask together, and none later than
   * was promised; on a grid, so that thousands of them meet at some two hundred instants.
   */
  #nextLook(): number {
    const { random, now } = this.#context
    const every = this.#every()
    const step = every / STEPS
    return Math.floor((now() + every * (EARLIEST + random() * (LATEST - EARLIEST))) / step) * step
  }

  async #look(): Promise<void> {
    this.#state = 'looking'
    const isGood = await this.#context.lane.run(() => this.#isGood())
    if (this.#isOver()) return
    this.#state = 'begun'
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
    const members = this.#members
    this.#close()
    if (members instanceof Set) for (const member of [...members]) member.end()
    else members?.end()
  }

  #close(): void {
    if (this.#isOver()) return // another watch may follow the same token by now
    this.#state = 'over'
    this.#members = undefined
    this.#cancelAlarm()
    this.#stopWatching?.()
    this.#context.left(this)
  }
}

/** Seconds: as long as providers take keys for good, if not told otherwise. */
const AGE_OF_KEYS = 600

/** Parts of the time that was promised: when a look comes, and how old an answer may be that it takes. */
const EARLIEST = 0.7
const LATEST = 0.9
const YOUNG = 0.1

/** Steps of that time: a look falls on one of them. */
const STEPS = 1_000
