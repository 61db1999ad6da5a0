/** Holds work to its time, even work that never looks at a signal. */
import { afterCatchingUp } from './timer.js'
import type { Closed } from './closing.js'

/** Gives the result of the work, or rejects with `tooLate()` when the signal fires first. */
export function within<T>(signal: AbortSignal, work: () => Promise<T>, tooLate: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(tooLate())
    whenAborted(signal, () => reject(tooLate()))
    work().then(resolve, reject) // what throws before its first await rejects, as anything in here
  })
}

/** Gives what is awaited, or rejects with the signal's reason when it fires first. The work goes on for whoever else waits. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason)
    if (signal.aborted) giveUp()
    const leave = whenAborted(signal, giveUp)
    work.then(resolve, reject).finally(leave)
  })
}

export interface Span {
  /** Seconds. */
  readonly timeout: number
  /** Fires when nobody wants the result any more. */
  readonly closed?: Closed | undefined
}

/** Gives the result of the work, or rejects with `tooLate()` when its time is over. The signal given to the work fires then. */
export function withinSpan<T>(span: Span, work: (signal: AbortSignal) => Promise<T>, tooLate: () => Error): Promise<T> {
  return withSignal(span, (signal) => within(signal, () => work(signal), tooLate))
}

/** Gives the result of the work, whose signal fires when its time is over. For work that ends by itself then. */
export async function withSignal<T>({ timeout, closed }: Span, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const call = new Call()
  // Not AbortSignal.timeout: that cannot be called off, and would hold what the work holds, tokens too, to its end. (D7)
  const callOff = afterCatchingUp(timeout, () => call.abort())
  const leave = closed && join(closed, call)
  try {
    return await work(call.signal)
  } finally {
    callOff()
    leave?.()
  }
}

/** Does something when the signal fires. Gives the function that calls it off. */
export function whenAborted(signal: AbortSignal, work: () => void): () => void {
  const call = CALLS.get(signal)
  if (call === undefined) {
    signal.addEventListener('abort', work, { once: true })
    return () => signal.removeEventListener('abort', work)
  }
  call.waiting.add(work)
  return () => void call.waiting.delete(work)
}

/** A call under way. Who waits for its end stands in a set: a listener at the signal costs ten times as much, and each call has several. */
class Call {
  readonly waiting = new Set<() => void>()
  readonly #controller = new AbortController()

  constructor() {
    CALLS.set(this.signal, this)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  abort(): void {
    if (this.signal.aborted) return
    this.#controller.abort()
    for (const work of this.waiting) work()
    this.waiting.clear()
  }
}

/** By their signal. */
const CALLS = new WeakMap<AbortSignal, Call>()

/** Calls under way, by the signal that ends them. They share one listener: Node warns of a leak at the eleventh. */
const callsOf = new WeakMap<Closed, Set<Call>>()

/** Ends this call when the signal fires. Gives the function that unregisters the call. */
function join(closed: Closed, call: Call): () => void {
  if (closed.aborted) call.abort()
  const calls = callsOf.get(closed) ?? callsUntil(closed)
  calls.add(call)
  return () => void calls.delete(call)
}

// Apart from the above: a listener that was made there would hold the first call, and its token, for ever.
function callsUntil(closed: Closed): Set<Call> {
  const calls = new Set<Call>()
  callsOf.set(closed, calls)
  closed.addEventListener('abort', () => calls.forEach((one) => one.abort()), { once: true })
  return calls
}
