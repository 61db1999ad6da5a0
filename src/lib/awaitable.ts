/** Continues with a value at once where it is at hand: a promise costs half a microsecond, and a check takes twenty. (D8) */

/** A value that is at hand, or a promise of it. */
export type Awaitable<T> = T | Promise<T>

/** Gives the value to `next`: at once, or when it is there. */
export function andThen<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  if (value instanceof Later) return value.next(next)
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

/**
 * A promise's value for one reader, and no more than one: what `andThen` adds while it is pending is done in one turn when it
 * is there. Each `then` would be a promise and a turn more, and Node 20 and 22 call back four times for each promise where an
 * AsyncLocalStorage is in use. (D123)
 */
export class Later<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = 'Later'
  readonly #done: Promise<T>
  readonly #steps: Step[] = []
  #isOver = false

  constructor(source: Promise<T>) {
    this.#done = source.then((value) => this.#through(value, 0))
  }

  /** What `andThen` does. */
  next<U>(step: (value: T) => Awaitable<U>): Promise<U> {
    if (this.#isOver) return this.#done.then(step)
    this.#steps.push(step as Step) // each is given what the one before it gives
    return this as Promise<unknown> as Promise<U> // from here on, it is the promise of that
  }

  // oxlint-disable-next-line unicorn/no-thenable
  then<U = T, V = never>(fulfilled?: ((value: T) => U | PromiseLike<U>) | null, rejected?: ((reason: unknown) => V | PromiseLike<V>) | null): Promise<U | V> {
    return this.#done.then(fulfilled, rejected)
  }

  catch<V = never>(rejected?: ((reason: unknown) => V | PromiseLike<V>) | null): Promise<T | V> {
    return this.#done.catch(rejected)
  }

  finally(last?: (() => void) | null): Promise<T> {
    return this.#done.finally(last)
  }

  #through(value: unknown, from: number): Awaitable<T> {
    let current = value
    for (let index = from; index < this.#steps.length; index += 1) {
      if (isPending(current)) return current.then((given) => this.#through(given, index))
      current = this.#steps[index]?.(current)
    }
    this.#isOver = true
    return current as Awaitable<T> // what the last step gives
  }
}

type Step = (value: unknown) => unknown
