/** Makes memories that drop what was not used for the longest time, and that take room as they fill. */
import { LRUCache } from 'lru-cache'

/**
 * A memory of at most so many entries. It is bounded by size and not by `max`, for which lru-cache allocates ahead: an empty
 * memory for ten thousand entries would take 300 KB, and a server with a thousand tenants has thousands of them.
 */
export function lruMemory<V extends object | number | boolean>(most: number, dispose?: (value: V) => void): LRUCache<string, V> {
  return new LRUCache<string, V>({ maxSize: most, sizeCalculation: () => 1, ...(dispose && { dispose }) })
}
