/** Makes claims that nobody can change, to the bottom. */

const MAX_DEPTH = 32

/**
 * Makes a deeply frozen copy of plain data: objects, arrays, strings, numbers, booleans, null.
 * Members that are undefined are left out, as in JSON.
 *
 * @throws TypeError for anything else, or for more than 32 levels.
 */
export function frozenCopy<T extends object>(name: string, value: T): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`"${name}" must be an object`)
  }
  return copy(name, value, 0) as T // a copy has the shape of what was copied
}

/** Freezes what was parsed here, and is nobody else's, to the bottom; or finds it deeper than so many levels. */
export function frozenInPlace(value: object, levels: number): boolean {
  if (levels === 0) return false
  // Without the names of an array's members, which are numbers that would be written out.
  for (const member of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof member === 'object' && member !== null && !frozenInPlace(member, levels - 1)) return false
  }
  Object.freeze(value)
  return true
}

function copy(name: string, value: unknown, depth: number): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (depth > MAX_DEPTH) throw new TypeError(`"${name}" must not be nested deeper than ${MAX_DEPTH} levels`)
  if (Array.isArray(value)) return Object.freeze(value.map((item) => copy(name, item, depth + 1)))
  if (!isPlainObject(value)) throw new TypeError(`"${name}" must be plain data, as JSON has it`)
  const members: [string, unknown][] = []
  for (const key of Object.keys(value)) {
    const member = value[key]
    if (member !== undefined) members.push([key, copy(name, member, depth + 1)])
  }
  // All at once: alike objects then share a shape. Assigned one by one, V8 makes each a hash table of three times the size. (D53)
  return Object.freeze(Object.fromEntries(members))
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // Another realm's Object.prototype (a worker's, a test runner's) has no prototype either.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
