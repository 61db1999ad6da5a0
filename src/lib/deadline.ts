/** Holds work to its time, even work that never looks at a signal. */

/** What the work gives, or a rejection with `tooLate()` when the signal fires first. */
export async function within<T>(signal: AbortSignal, work: () => Promise<T>, tooLate: () => Error): Promise<T> {
  const deadline = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(tooLate())
    signal.addEventListener('abort', () => reject(tooLate()), { once: true })
  })
  // Started inside a promise: a throw before the first await must not leave the deadline without anybody to catch it.
  return Promise.race([Promise.resolve().then(work), deadline])
}

/** What is awaited, or a rejection with the signal's reason when it fires first. The work goes on for whoever else waits. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
