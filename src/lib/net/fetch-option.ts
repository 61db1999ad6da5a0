/** The option `fetch` of a provider, which a proxy or a private certificate authority comes in through. */
import { optionalFunction } from '../options.js'
import type { Fetch } from './bounded-fetch.js'

/** The one that was given, or the runtime's: looked up at each call, so that it may be replaced later. @throws TypeError */
export function fetchOption(given: Fetch | undefined, name = 'fetch'): Fetch {
  return optionalFunction(name, given) ?? ((...request) => globalThis.fetch(...request))
}
