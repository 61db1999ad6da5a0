/** Keeps keys where other processes find them: a cold start then asks the issuer for nothing. */
import { within } from '../../lib/deadline.js'
import { ownProperty } from '../../lib/own-property.js'
import { parseKeySet } from './key-set.js'
import type { KeySourceOptions, LoadedKeys } from './key-source.js'

/** A place for text under a name, such as a KV namespace. Slow or broken, it only costs the fetch it would have saved. */
export interface KeyStore {
  get(name: string): Promise<string | null | undefined>
  /** `seconds`: how long it is worth keeping. */
  set(name: string, text: string, seconds: number): Promise<unknown>
}

/** Options about how keys get into the store and out of it. */
export interface StoredKeys {
  readonly store: KeyStore
  readonly issuer: string
  readonly now: () => number
  /** Seconds that a set is used when the issuer does not say, and beyond that while it is away. */
  readonly maxAge: number
  readonly maxStale: number
}

/** Fetches keys, and puts what came into the store. */
export function keptIn({ store, issuer, now, maxAge, maxStale }: StoredKeys, fetch: KeySourceOptions['load']): KeySourceOptions['load'] {
  return async (request) => {
    const fetched = await fetch(request)
    const age = fetched.maxAge ?? maxAge
    const text = JSON.stringify({ ...fetched.set.toJSON(), fetchedAt: now(), maxAge: age })
    // Not waited for: the request at hand has its keys.
    attempt(() => store.set(nameOf(issuer), text, age + maxStale)).catch(() => undefined)
    return fetched
  }
}

/** Reads what is in the store, while it is of any use: fresh, or old for those who find the issuer away (D35). Any failure is a miss. */
export async function recall({ store, issuer, now, maxStale }: StoredKeys): Promise<LoadedKeys | undefined> {
  let document: unknown
  try {
    document = JSON.parse((await attempt(() => store.get(nameOf(issuer)))) ?? 'null')
  } catch {
    return undefined
  }
  const set = parseKeySet(document)
  const fetchedAt = ownProperty(document, 'fetchedAt')
  const maxAge = ownProperty(document, 'maxAge')
  if (set === null || typeof fetchedAt !== 'number' || typeof maxAge !== 'number') return undefined
  const isOfUse = fetchedAt <= now() + CLOCK_DIFFERENCE && now() < fetchedAt + maxAge + maxStale
  return isOfUse ? { set, fetchedAt, maxAge } : undefined
}

/** Most seconds by which the clock of another process may be ahead. */
const CLOCK_DIFFERENCE = 5

function nameOf(issuer: string): string {
  return `bearer-auth-providers:keys:${issuer}`
}

/** Milliseconds that the store may take. */
const PATIENCE = 250

function attempt<T>(ask: () => Promise<T>): Promise<T> {
  return within(AbortSignal.timeout(PATIENCE), ask, () => new Error('the store is slow'))
}
