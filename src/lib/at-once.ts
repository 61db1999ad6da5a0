/** This file knows functions that give a promise and have a twin that does the same at once, where nothing is waited for. (D111) */
import type { Awaitable } from './awaitable.js'

// By identity, so that whatever stands in the place of such a function is called as it is: an override, a wrapper, a spy.
const TWINS = new WeakMap<object, object>()

/** Says that `twin` does what the function does, with the same `this`. */
export function alsoAtOnce<This, Args extends unknown[], T>(
  promising: (this: This, ...args: Args) => Promise<T>,
  twin: (this: This, ...args: Args) => Awaitable<T>,
): void {
  TWINS.set(promising, twin)
}

/** The twin of the function, or the function itself where it has none. A twin may throw where the function rejects. */
export function atOnce<This, Args extends unknown[], T>(promising: (this: This, ...args: Args) => Promise<T>): (this: This, ...args: Args) => Awaitable<T> {
  return (TWINS.get(promising) as typeof promising | undefined) ?? promising // only `alsoAtOnce` writes there
}
