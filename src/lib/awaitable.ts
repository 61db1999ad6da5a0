/** Continues with a value at once where it is at hand: a promise costs half a microsecond, and a check takes twenty. (D8) */

/** A value that is at hand, or a promise of it. */
export type Awaitable<T> = T | Promise<T>

/** Gives the value to `next`: at once, or when it is there. */
export function andThen<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return isPending(value) ? Promise.resolve(value).then(next) : next(value)
}

/** What the work gives; where it throws or rejects, what `failed` makes of that. */
export function orElse<T, U>(work: () => Awaitable<T>, failed: (error: unknown) => U): Awaitable<T | U> {
  try {
    const given = work()
    return isPending(given) ? Promise.resolve<T | U>(given).catch(failed) : given
  } catch (error) {
    return failed(error)
  }
}

/** True for a promise of any make: one of another realm, taken for a value, would count as a yes. */
export function isPending<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

/**
 * The same answer, where one at once was asked for and a promise is none. That such a promise fails, nobody would hear, and it
 * would end the process.
 */
export function saidAtOnce<T>(answer: T): T {
  if (answer instanceof Promise) answer.catch(() => undefined)
  return answer
}
