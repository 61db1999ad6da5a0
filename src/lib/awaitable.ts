/** Continues with a value at once where it is at hand: a promise costs half a microsecond, and a check takes twenty. (D8) */

/** A value that is at hand, or a promise of it. */
export type Awaitable<T> = T | Promise<T>

/** Gives the value to `next`: at once, or when it is there. */
export function andThen<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  if (value instanceof Later) return value.next(next)
  return isPending(value) ? Promise.resolve(value).then(next) : next(value)
}

/** Calls one of them: at once where the value is at hand, or when it is there. What the first one throws is for its caller. */
export function whenThere<T>(value: Awaitable<T>, given: (value: T) => void, failed: (reason: unknown) => void): void {
  if (value instanceof Later) value.whenThere(given, failed)
  else if (isPending(value)) value.then(given, failed)
  else given(value)
}

/** A promise that can be awaited without making others of it. */
export function asPromise<T>(value: Promise<T>): Promise<T> {
  return value instanceof Later ? new Promise((resolve, reject) => value.whenThere(resolve, reject)) : value
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
 * A value that comes by a call: whoever waits for it by `andThen` or `whenThere` goes on within that very call, and no promise
 * is made. Whoever takes it for a promise has one. (D123)
 */
export class Later<T> implements Promise<T> {
  #outcome: Outcome<T> | undefined
  #reader: ((outcome: Outcome<T>) => void) | undefined

  get [Symbol.toStringTag](): string {
    return 'Later'
  }

  /** The first call counts. What the last one who waits throws comes out of it. */
  give(value: T): void {
    this.#end({ value })
  }

  /** Calls one of them: within the call that brings the value, or at once where it is there. */
  whenThere(given: (value: T) => void, failed: (reason: unknown) => void): void {
    this.#read((outcome) => ('value' in outcome ? given(outcome.value) : failed(outcome.reason)))
  }

  /** What `andThen` does. */
  next<U>(step: (value: T) => Awaitable<U>): Later<U> {
    const later = new Later<U>()
    this.#read((outcome) => ('value' in outcome ? later.#take(outcome.value, step) : later.#end(outcome)))
    return later
  }

  // oxlint-disable-next-line unicorn/no-thenable
  then<U = T, V = never>(fulfilled?: ((value: T) => U | PromiseLike<U>) | null, rejected?: ((reason: unknown) => V | PromiseLike<V>) | null): Promise<U | V> {
    return asPromise(this).then(fulfilled, rejected)
  }

  catch<V = never>(rejected?: ((reason: unknown) => V | PromiseLike<V>) | null): Promise<T | V> {
    return asPromise(this).catch(rejected)
  }

  finally(last?: (() => void) | null): Promise<T> {
    return asPromise(this).finally(last)
  }

  #take<S>(value: S, step: (value: S) => Awaitable<T>): void {
    let given: Awaitable<T>
    try {
      given = step(value)
    } catch (reason) {
      return this.#end({ reason })
    }
    whenThere(given, (there) => this.#end({ value: there }), (reason) => this.#end({ reason }))
  }

  #read(reader: (outcome: Outcome<T>) => void): void {
    if (this.#outcome !== undefined) return reader(this.#outcome)
    const before = this.#reader
    this.#reader = before === undefined ? reader : (outcome) => (before(outcome), reader(outcome))
  }

  #end(outcome: Outcome<T>): void {
    if (this.#outcome !== undefined) return
    this.#outcome = outcome
    this.#reader?.(outcome)
  }
}

type Outcome<T> = { readonly value: T } | { readonly reason: unknown }
