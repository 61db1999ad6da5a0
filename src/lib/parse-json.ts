/** Reads JSON that a stranger wrote. Text that is no JSON is found without an error's stack, which costs more than the reading. */

/** Gives the value, or undefined for what is no JSON. Of duplicate names the last one wins, as everywhere. */
export function parseJson(text: string): unknown {
  const { stackTraceLimit } = Error
  // Not by assignment, which throws where the built-in objects are frozen; there it stays as it is.
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}
