/** Calls to one server: each within its time, not too many at once, and none while the server is down. */
import { CallLimit } from '../lib/call-limit.js'
import { CircuitBreaker } from '../lib/circuit-breaker.js'
import { within, withSignal } from '../lib/deadline.js'
import { Heartbeat } from '../lib/heartbeat.js'
import { mayShareBetweenRequests } from '../lib/runtime.js'
import { IS_OUTAGE, NoAnswerError } from './no-answer.js'
import type { UpstreamHealth } from '../health.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { ProviderContext } from '../provider-context.js'
import type { Standing } from '../lib/call-limit.js'

/** At once. @public for the model of a fleet */
export const MOST_CALLS = 64

export interface GuardedCallsOptions {
  /** Seconds for one call, the wait for its turn and a second attempt included. */
  readonly timeout: number
  readonly context: ProviderContext
  /** For tests: whether this process stood still. Default: a heart that beats ten times in the time of a call. */
  readonly heart?: Pick<Heartbeat, 'beats' | 'listen' | 'unlisten'> | undefined
}

/** Of the places, those that are kept for tokens that were good before. */
const KEPT_FOR_KNOWN = MOST_CALLS / 4
/** Heartbeats in the time of a call, and how many of them a process has that does not stand still. */
const BEATS = 10
const ENOUGH_BEATS = 5
/** Part of its time that a call may wait in line: one that waited longer was not given enough of it. */
const SHORT_WAIT = 0.1

/** What one call does. `isSecond`: no connection came about the first time. */
export type Work<T> = (signal: AbortSignal, isSecond: boolean) => Promise<T>

/** One call in its turn, and what had been heard before it: answers of the server, and the own heart. */
interface Turn {
  readonly began: number
  readonly answersBefore: number
  readonly beatsBefore: number
}

export class GuardedCalls {
  readonly #options: GuardedCallsOptions
  readonly #limit = new CallLimit({ most: MOST_CALLS, keptForKnown: KEPT_FOR_KNOWN })
  readonly #breaker: CircuitBreaker
  /** Calls that the server answered. */
  #answers = 0
  readonly #heart: Pick<Heartbeat, 'beats' | 'listen' | 'unlisten'>
  /** The last failure that was the server's. */
  #failure: { readonly message: string; readonly at: number } | undefined
  #inARow = 0

  constructor(options: GuardedCallsOptions) {
    this.#options = options
    this.#heart = options.heart ?? new Heartbeat(options.timeout / BEATS)
    this.#breaker = new CircuitBreaker(options.context.now)
  }

  /**
   * Does the work when it is its turn; one second attempt where no connection came about. `standing`: strangers never take
   * all the places, and whoever was good before goes first.
   *
   * @throws NoAnswerError
   */
  run<T>(host: string, work: Work<T>, standing: Standing = 'stranger'): Promise<T> {
    const { timeout, context } = this.#options
    const asked = performance.now()
    let turn: Turn | undefined
    // Nobody is to blame for a long line: not the server, and not who stands in it.
    const busy = (): NoAnswerError => new NoAnswerError('busy', `too many questions to ${host} at once`, { retryAfter: 1, overloaded: true })
    const tooLate = (): NoAnswerError => {
      const waited = turn === undefined ? Number.POSITIVE_INFINITY : turn.began - asked
      return waited > timeout * SHORT_WAIT * 1000 ? busy() : new NoAnswerError('too slow', `no answer from ${host} in time`)
    }
    return withSignal({ timeout, closed: context.closed }, (signal) => {
      // Ended in its turn as well, or a `fetch` that ignores the signal would keep its place for ever.
      const inTurn = (): Promise<T> => {
        turn = this.#turn()
        return this.#noted(host, turn, () => within(signal, () => twice(work, signal), tooLate))
      }
      return this.#limit.run(inTurn, signal, busy, standing)
    })
  }

  /** Does the work unless the server is given a rest, and tells the breaker how it went. @throws NoAnswerError */
  noted<T>(host: string, work: () => Awaitable<T>): Promise<T> {
    return this.#noted(host, this.#turn(), work)
  }

  health(): UpstreamHealth {
    const { state, openFor } = this.#breaker
    const now = this.#options.context.now()
    return {
      breaker: state,
      ...(openFor !== undefined && { openFor }),
      inFlight: this.#limit.running,
      ...(this.#failure && { failure: { message: this.#failure.message, ago: Math.max(0, now - this.#failure.at), inARow: this.#inARow } }),
    }
  }

  #turn(): Turn {
    return { began: performance.now(), answersBefore: this.#answers, beatsBefore: this.#heart.beats }
  }

  async #noted<T>(host: string, turn: Turn, work: () => Awaitable<T>): Promise<T> {
    const wait = this.#breaker.wait()
    if (wait > 0) throw new NoAnswerError('held back', `${host} does not answer and is given a rest`, { retryAfter: wait })
    this.#heart.listen()
    try {
      const result = await work()
      this.#note(true)
      return result
    } catch (error) {
      if (!this.#options.context.closed.aborted) this.#noteError(error, turn)
      throw error
    } finally {
      this.#heart.unlisten()
    }
  }

  #noteError(error: unknown, turn: Turn): void {
    const fault = error instanceof NoAnswerError ? error.fault : undefined
    if (fault === undefined) return this.#note(true)
    // Who was not asked, or not for long enough, has nothing to say about the server.
    if (fault === 'held back' || fault === 'busy' || (fault === 'too slow' && !this.#isServers(turn))) return
    if (IS_OUTAGE[fault] && error instanceof Error) this.#failure = { message: error.message, at: this.#options.context.now() }
    this.#note(!IS_OUTAGE[fault])
  }

  /** True where it is the server that was slow: nothing was heard of it in the whole turn, and this process did not stand still. */
  #isServers({ answersBefore, beatsBefore }: Turn): boolean {
    // On Cloudflare Workers a heart ends with the request that it began in.
    const isAwake = !mayShareBetweenRequests || this.#heart.beats - beatsBefore >= ENOUGH_BEATS
    return isAwake && this.#answers === answersBefore
  }

  #note(went: boolean): void {
    const wasOpen = this.#breaker.isOpen
    if (went) this.#answers += 1
    this.#inARow = went ? 0 : this.#inARow + 1
    if (went) this.#breaker.succeeded()
    else this.#breaker.failed()
    const { isOpen } = this.#breaker
    const { provider, tell } = this.#options.context
    if (isOpen !== wasOpen) tell({ type: isOpen ? 'breaker_opened' : 'breaker_closed', provider })
  }
}

function twice<T>(work: Work<T>, signal: AbortSignal): Promise<T> {
  return work(signal, false).catch((error: unknown) => {
    if (!(error instanceof NoAnswerError) || error.fault !== 'connection' || signal.aborted) throw error
    return work(signal, true)
  })
}
