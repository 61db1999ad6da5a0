/** The option `fetch` of a provider, which a proxy or a private certificate authority comes in through. */
import { optionalFunction } from '../options.js'
import type { Fetch } from './bounded-fetch.js'

/** The one that was given, or the runtime's: looked up at each call, so that it may be replaced later. @throws TypeError */
export function fetchOption(given: Fetch | undefined, name = 'fetch'): Fetch {
  const own = optionalFunction(name, given)
  if (own !== undefined) return own
  // Node loads its fetch when something of it is first used: now, and not while the first caller waits.
  void globalThis.Headers
  return (...request) => globalThis.fetch(...request)
}
