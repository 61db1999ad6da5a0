/** Keeps code at hand that only some need: it is loaded from where they are made, and nobody waits once it is there. */
import type { Awaitable } from './awaitable.js'

/** Gives what is being loaded. Where that fails, whoever needs it is told, and nobody else. */
export function loaded<T>(loading: Promise<T>): () => Awaitable<T> {
  let known: Awaitable<T> = loading
  loading.then(
    (there) => (known = there),
    () => undefined,
  )
  return () => known
}

/** The same of what is loaded when it is first asked for. */
export function onDemand<T>(load: () => Promise<T>): () => Awaitable<T> {
  let known: (() => Awaitable<T>) | undefined
  return () => {
    known ??= loaded(load())
    return known()
  }
}
