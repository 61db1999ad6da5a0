/** Request headers, as a gate reads them. */
import type { ReadHeader } from '../../src/gate/request/gate-request.js'

/** By their names in small letters. */
export function headers(values: Readonly<Record<string, readonly string[]>>): ReadHeader {
  return (name) => values[name] ?? []
}
