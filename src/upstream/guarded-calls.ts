/** Calls to one server: each within its time, not too many at once, and none while the server is down. */
import { CallLimit } from '../lib/call-limit.js'
import { CircuitBreaker } from '../lib/circuit-breaker.js'
import { within, withinSpan } from '../lib/deadline.js'
import { IS_OUTAGE, NoAnswerError } from './no-answer.js'
import type { ProviderContext } from '../provider-context.js'

/** At once. @public for the model of a fleet */
export const MOST_CALLS = 64

export interface GuardedCallsOptions {
  /** Seconds for one call, the wait for its turn and a second attempt included. */
  readonly timeout: number
  readonly context: ProviderContext
}

export class GuardedCalls {
  readonly #options: GuardedCallsOptions
  readonly #limit = new CallLimit(MOST_CALLS)
  readonly #breaker: CircuitBreaker

  constructor(options: GuardedCallsOptions) {
    this.#options = options
    this.#breaker = new CircuitBreaker(options.context.now)
  }

  /** Does the work when it is its turn; one second attempt where no connection came about. @throws NoAnswerError */
  run<T>(host: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const tooLate = (): Error => new NoAnswerError('too slow', `no answer from ${host} in time`)
    const busy = (): Error => new NoAnswerError('busy', `too many questions to ${host} at once`, { retryAfter: 1 })
    const { timeout, context } = this.#options
    return withinSpan({ timeout, closed: context.closed }, (signal) => {
      // Ended in its turn as well, or a `fetch` that ignores the signal would keep its place for ever.
      const turn = (): Promise<T> => this.noted(host, () => within(signal, () => twice(work, signal), tooLate))
      return this.#limit.run(turn, signal, busy)
    }, tooLate)
  }

  /** Does the work unless the server is given a rest, and tells the breaker how it went. @throws NoAnswerError */
  async noted<T>(host: string, work: () => Promise<T>): Promise<T> {
    const wait = this.#breaker.wait()
    if (wait > 0) throw new NoAnswerError('held back', `${host} does not answer and is given a rest`, { retryAfter: wait })
    try {
      const result = await work()
      this.#note(true)
      return result
    } catch (error) {
      const fault = error instanceof NoAnswerError ? error.fault : undefined
      // Who was held back asked nothing, and has nothing to say about the server.
      if (!this.#options.context.closed.aborted && fault !== 'held back') this.#note(fault === undefined || !IS_OUTAGE[fault])
      throw error
    }
  }

  #note(went: boolean): void {
    const wasOpen = this.#breaker.isOpen
    if (went) this.#breaker.succeeded()
    else this.#breaker.failed()
    const { isOpen } = this.#breaker
    const { provider, tell } = this.#options.context
    if (isOpen !== wasOpen) tell({ type: isOpen ? 'breaker_opened' : 'breaker_closed', provider })
  }
}

async function twice<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work(signal)
  } catch (error) {
    if (!(error instanceof NoAnswerError) || error.fault !== 'connection' || signal.aborted) throw error
    return work(signal)
  }
}
