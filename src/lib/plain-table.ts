/** This file tells a table that was written by hand from what only looks like one to a loop over names. */

/**
 * True for an object with its members under names. A Map or a Set has none there, and a promise of a table has not got them yet:
 * taken for a table, each would be an empty one, that asks for nothing.
 */
export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(Symbol.iterator in value) && !isPromise(value)
}

export function isPromise(value: object): boolean {
  return 'then' in value && typeof value.then === 'function'
}
