/** Continues with a value at once where it is at hand: a promise costs half a microsecond, and a check takes twenty. (D8) */

/** A value that is at hand, or a promise of it. */
export type Awaitable<T> = T | Promise<T>

/** Gives the value to `next`: at once, or when it is there. */
export function andThen<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return isPending(value) ? value.then(next) : next(value)
}

/** True for a promise of any make: one of another realm, taken for a value, would count as a yes. */
export function isPending<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
