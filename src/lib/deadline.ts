/** Holds work to its time, even work that never looks at a signal. */
import { afterCatchingUp } from './timer.js'
import type { Closed } from './closing.js'

/** Gives the result of the work, or rejects with `tooLate()` when the signal fires first. */
export async function within<T>(signal: AbortSignal, work: () => Promise<T>, tooLate: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(tooLate())
    signal.addEventListener('abort', () => reject(tooLate()), { once: true })
    work().then(resolve, reject) // what throws before its first await rejects, as anything in here
  })
}

/** Gives what is awaited, or rejects with the signal's reason when it fires first. The work goes on for whoever else waits. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
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
  const call = new AbortController()
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

/** Calls under way, by the signal that ends them. They share one listener: Node warns of a leak at the eleventh. */
const callsOf = new WeakMap<Closed, Set<AbortController>>()

/** Ends this call when the signal fires. Gives the function that unregisters the call. */
function join(closed: Closed, call: AbortController): () => void {
  if (closed.aborted) call.abort()
  const calls = callsOf.get(closed) ?? callsUntil(closed)
  calls.add(call)
  return () => void calls.delete(call)
}

// Apart from the above: a listener that was made there would hold the first call, and its token, for ever.
function callsUntil(closed: Closed): Set<AbortController> {
  const calls = new Set<AbortController>()
  callsOf.set(closed, calls)
  closed.addEventListener('abort', () => calls.forEach((one) => one.abort()), { once: true })
  return calls
}
