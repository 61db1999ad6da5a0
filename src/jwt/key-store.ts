/** Keys kept where other processes find them: a cold start then asks the issuer for nothing. */
import { within } from '../lib/deadline.js'
import { ownProperty } from '../lib/own-property.js'
import { parseKeySet } from './key-set.js'
import type { KeySourceOptions, LoadedKeys } from './key-source.js'

/** A place for text under a name, such as a KV namespace. Slow or broken, it only costs the fetch it would have saved. */
export interface KeyStore {
  get(name: string): Promise<string | null | undefined>
  /** `seconds`: how long it is worth keeping. */
  set(name: string, text: string, seconds: number): Promise<unknown>
}

/** The store first, where nothing is at hand yet; then the issuer, and what it said into the store. */
export function fromStore(
  store: KeyStore,
  issuer: string,
  fetch: KeySourceOptions['load'],
  { now, maxAge }: { now: () => number; maxAge: number },
): KeySourceOptions['load'] {
  const name = `bearer-auth-providers:keys:${issuer}`
  return async (request) => {
    const kept = request.held === undefined ? await recall(store, name, now()) : undefined
    if (kept !== undefined) return kept
    const fetched = await fetch(request)
    const age = fetched.maxAge ?? maxAge
    const text = JSON.stringify({ ...fetched.set.toJSON(), fetchedAt: now(), maxAge: age })
    // Not waited for: the request at hand has its keys.
    attempt(() => store.set(name, text, age)).catch(() => undefined)
    return fetched
  }
}

async function recall(store: KeyStore, name: string, now: number): Promise<LoadedKeys | undefined> {
  let document: unknown
  try {
    document = JSON.parse((await attempt(() => store.get(name))) ?? 'null')
  } catch {
    return undefined // a miss, whatever it was
  }
  const set = parseKeySet(document)
  const fetchedAt = ownProperty(document, 'fetchedAt')
  const maxAge = ownProperty(document, 'maxAge')
  if (set === null || typeof fetchedAt !== 'number' || typeof maxAge !== 'number') return undefined
  return fetchedAt <= now && now < fetchedAt + maxAge ? { set, fetchedAt, maxAge } : undefined
}

/** Milliseconds that the store may take. */
const PATIENCE = 250

function attempt<T>(ask: () => Promise<T>): Promise<T> {
  return within(AbortSignal.timeout(PATIENCE), ask, () => new Error('the store is slow'))
}
