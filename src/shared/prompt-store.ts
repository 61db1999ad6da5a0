/** Bounds the wait for a shared store: each call answers within 50 ms or has failed, and failing is no error. */
import { CircuitBreaker } from '../lib/circuit-breaker.js'
import type { After } from '../lib/timer.js'
import type { SharedStore } from './shared-store.js'

/** How the store is doing, for logs and metrics. No name, no text. */
export type StoreNews =
  /** `slow`: no answer within 50 ms. `crowded`: too many calls without an answer to make one more. */
  | { readonly type: 'store_failed'; readonly verb: StoreVerb; readonly problem: 'slow' | 'error' | 'crowded'; readonly message: string }
  /** Five failures in a row: from now on it is asked once a second. */
  | { readonly type: 'store_away' }
  | { readonly type: 'store_back' }

export type StoreVerb = 'get' | 'add' | 'delete' | 'swap'

/** Stands for the answer of a call that failed, or was not made because the last ones failed. */
export const failed: unique symbol = Symbol('failed')

/** Nobody waits for the store, so nobody needs it sooner. */
const ONCE_A_SECOND = { first: 1, longest: 1, longestOfAll: 1 }

export interface PromptStoreOptions {
  readonly store: SharedStore
  /** A clock in seconds. */
  readonly now: () => number
  readonly after: After
  readonly tell: (news: StoreNews) => void
}

/** Calls a store. None of its promises rejects. An answer that comes late is dropped, whatever it says. */
export class PromptStore {
  readonly #store: SharedStore
  readonly #after: After
  readonly #tell: (news: StoreNews) => void
  readonly #reading: CircuitBreaker
  /** One of its own: a store that is full takes nothing more, and gives what it has. */
  readonly #writing: CircuitBreaker
  /** Number of calls that did not settle yet, too late or not. */
  #unsettled = 0
  /** Number of calls that were answered in time. */
  #answers = 0

  constructor({ store, now, after, tell }: PromptStoreOptions) {
    this.#store = store
    this.#after = after
    this.#tell = tell
    this.#reading = new CircuitBreaker(now, ONCE_A_SECOND)
    this.#writing = new CircuitBreaker(now, ONCE_A_SECOND)
  }

  /** True while calls are held back: to prepare one would be for nothing. */
  get isAway(): boolean {
    return this.#reading.isOpen || this.#writing.isOpen
  }

  /** Reads a text; null when there is none. */
  async get(name: string): Promise<string | null | typeof failed> {
    const text = await this.#call('get', () => this.#store.get(name))
    return typeof text === 'string' || text === failed ? text : null
  }

  async add(name: string, text: string, seconds: number): Promise<boolean | typeof failed> {
    const added = await this.#call('add', () => this.#store.add(name, text, seconds))
    return added === failed ? failed : added === true
  }

  async swap(name: string, before: string, text: string | null, seconds: number): Promise<boolean | typeof failed> {
    const swapped = await this.#call('swap', () => this.#store.swap(name, before, text, seconds))
    return swapped === failed ? failed : swapped === true
  }

  async delete(name: string): Promise<true | typeof failed> {
    return (await this.#call('delete', () => this.#store.delete(name))) === failed ? failed : true
  }

  async #call(verb: StoreVerb, make: () => Promise<unknown>): Promise<unknown> {
    const breaker = this.#breakerOf(verb)
    if (breaker.wait() > 0) return failed
    if (this.#unsettled >= MAX_UNSETTLED) return this.#crowded(verb)
    const answersBefore = this.#answers
    const answer = this.#begin(make)
    const deadline = this.#deadline()
    try {
      const first = await Promise.race([answer, deadline.passed])
      if (first !== late) return this.#answered(verb, first)
      this.#failed(verb, 'slow', 'no answer within 50 ms', this.#answers === answersBefore)
      return failed
    } catch (error) {
      this.#failed(verb, 'error', messageOf(error), true)
      return failed
    } finally {
      deadline.callOff()
    }
  }

  #begin(make: () => Promise<unknown>): Promise<unknown> {
    this.#unsettled += 1
    // Started inside a promise: a store may throw, or give no promise at all.
    const answer = Promise.resolve().then(make)
    const settled = (): void => void (this.#unsettled -= 1)
    answer.then(settled, settled)
    return answer
  }

  /** Waits in two steps: when it was this process that stood still, answers that have arrived are read between them. */
  #deadline(): { readonly passed: Promise<typeof late>; readonly callOff: () => void } {
    let callOff = (): void => undefined
    const passed = new Promise<typeof late>((resolve) => {
      callOff = this.#after(PATIENCE - GRACE, () => void (callOff = this.#after(GRACE, () => resolve(late))))
    })
    return { passed, callOff: () => callOff() }
  }

  #breakerOf(verb: StoreVerb): CircuitBreaker {
    return verb === 'swap' || verb === 'add' ? this.#writing : this.#reading
  }

  #answered(verb: StoreVerb, answer: unknown): unknown {
    const breaker = this.#breakerOf(verb)
    const wasOpen = breaker.isOpen
    this.#answers += 1
    breaker.succeeded()
    if (wasOpen && breaker === this.#reading) this.#tell({ type: 'store_back' })
    return answer
  }

  // A crowd says nothing about the store, and opens no circuit.
  #crowded(verb: StoreVerb): typeof failed {
    this.#tell({ type: 'store_failed', verb, problem: 'crowded', message: `${MAX_UNSETTLED} calls without an answer` })
    return failed
  }

  /** `counts`: nothing was heard of the store meanwhile. A burst is slow because this process is, and opens no circuit. (D52) */
  #failed(verb: StoreVerb, problem: 'slow' | 'error', message: string, counts: boolean): void {
    const breaker = this.#breakerOf(verb)
    const wasOpen = breaker.isOpen
    if (counts || wasOpen) breaker.failed()
    this.#tell({ type: 'store_failed', verb, problem, message })
    if (!wasOpen && breaker.isOpen && breaker === this.#reading) this.#tell({ type: 'store_away' })
  }
}

/** Seconds that a call may take. */
const PATIENCE = 0.05
/** The part of these seconds in which an answer is read that came while this process stood still. */
const GRACE = 0.005
/** Most calls without an answer: a store that hangs, or a client that queues for it, must not fill the memory. */
const MAX_UNSETTLED = 1_000

const late: unique symbol = Symbol('late')

// The length is bounded: some servers quote what they did not understand.
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 120)
}
