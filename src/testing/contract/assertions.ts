/** Assertions that no test runner is needed for. */

/** A promise that a provider does not keep. Its message shows no token, which that of any other error may. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise'
}

/** @throws BrokenPromise with this message. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new BrokenPromise(message)
}

export async function thrownBy(run: () => Promise<unknown>): Promise<unknown> {
  try {
    await run()
    return undefined
  } catch (error) {
    return error ?? new Error('something undefined was thrown')
  }
}

/** What printers make of a value: own members, hidden ones and getters too, and what Node's inspection asks for. */
export function printed(value: unknown): string {
  return texts(value, 9).join('\n')
}

// The symbol that util.inspect looks for, without node:util.
const CUSTOM = Symbol.for('nodejs.util.inspect.custom')

function texts(value: unknown, depth: number): string[] {
  if (typeof value !== 'object' || value === null || depth === 0) return [String(value)]
  const custom: unknown = (value as { readonly [CUSTOM]?: unknown })[CUSTOM]
  if (typeof custom === 'function') return texts(custom.call(value), depth - 1)
  const members = Reflect.ownKeys(value).map((name) => (value as Readonly<Record<PropertyKey, unknown>>)[name])
  return [String(value), ...members.flatMap((member) => texts(member, depth - 1))]
}
