/** A shared store in memory with faults on demand, and timers that run when told. */
import type { After } from '../../src/lib/timer.js'
import type { SharedStore } from '../../src/shared/shared-store.js'

export const SECRET = 'a-secret-of-the-tests-that-is-long-enough'
export const OTHER_SECRET = 'another-secret-of-the-tests-long-enough'

type Fault = 'none' | 'hangs' | 'fails' | 'throws' | 'full'

export interface MemoryStore extends SharedStore {
  readonly entries: Map<string, { readonly text: string; readonly until: number }>
  /** Every call, as verb and name; a swap for nothing is a `free`. */
  readonly calls: string[]
  fault: Fault
  /** Calls that hang give up with an error. */
  giveUp(): void
}

/** `now`: the store's own clock, in seconds. */
export function memoryStore(now: () => number): MemoryStore {
  const entries: MemoryStore['entries'] = new Map()
  const hanging: ((error: Error) => void)[] = []
  const fresh = (name: string): string | null => {
    const entry = entries.get(name)
    return entry !== undefined && entry.until > now() ? entry.text : null
  }
  const call = <T>(verb: string, name: string, work: () => T): Promise<T> => {
    store.calls.push(`${verb} ${name}`)
    if (store.fault === 'throws') throw new Error('a bug of the store')
    if (store.fault === 'hangs') return new Promise((_, reject) => void hanging.push(reject))
    if (store.fault === 'fails') return Promise.reject(new Error('ECONNREFUSED'))
    if (store.fault === 'full' && (verb === 'set' || verb === 'add' || verb === 'swap')) return Promise.reject(new Error('OOM command not allowed'))
    return Promise.resolve(work())
  }
  const put = (name: string, text: string, seconds: number): void => void entries.set(name, { text, until: now() + seconds })
  const store: MemoryStore = {
    entries,
    calls: [],
    fault: 'none',
    giveUp: () => hanging.splice(0).forEach((reject) => reject(new Error('the connection is gone'))),
    get: (name) => call('get', name, () => fresh(name)),
    set: (name, text, seconds) => call('set', name, () => put(name, text, seconds)),
    add: (name, text, seconds) =>
      call('add', name, () => {
        if (fresh(name) !== null) return false
        put(name, text, seconds)
        return true
      }),
    swap: (name, before, text, seconds) =>
      call(text === null ? 'free' : 'swap', name, () => {
        if (fresh(name) !== before) return false
        if (text === null) entries.delete(name)
        else put(name, text, seconds)
        return true
      }),
    delete: (name) => call('delete', name, () => entries.delete(name)),
  }
  return store
}

export interface Timers {
  readonly after: After
  /** How long each pause is that has begun and not passed: until another look at a store, or until an answer is late. */
  pending(kind: 'looks' | 'deadlines'): readonly number[]
  /** Lets every such pause pass that has begun. */
  pass(kind: 'looks' | 'deadlines'): void
}

/** The two steps of a store's 50 ms. */
const DEADLINES = [45, 5]

export function timers(): Timers {
  const pending = new Set<{ readonly seconds: number; readonly then: () => void }>()
  const of = (kind: 'looks' | 'deadlines') =>
    [...pending].filter(({ seconds }) => DEADLINES.includes(Math.round(seconds * 1000)) === (kind === 'deadlines'))
  return {
    after(seconds, then) {
      const one = { seconds, then }
      pending.add(one)
      return () => void pending.delete(one)
    },
    pending: (kind) => of(kind).map(({ seconds }) => seconds),
    pass(kind) {
      for (const one of of(kind)) {
        pending.delete(one)
        one.then()
      }
    },
  }
}

/** Waits for what only the event loop stands before, such as WebCrypto. What never holds ends with the time of its test. */
export async function settled(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => void setImmediate(resolve))
}
