/** Makes keys that several providers have in common, for those that mean the same issuer and place. */
import { Closing } from '../lib/closing.js'
import { checkOptions, clockInSeconds, optionalFunction } from '../lib/options.js'
import { keysFor } from './jwt-options.js'
import { keyOrigin } from './key-origin.js'
import { chosenByTenant } from './keys/discovery.js'
import { IssuerKeys } from './keys/issuer-keys.js'
import { forTenant, issuersOf } from './rules/issuers.js'
import { tokenFormat } from './formats/token-format.js'
import type { Observe } from '../events.js'
import type { Fetch } from '../lib/net/fetch-json.js'
import type { OptionNames } from '../lib/options.js'
import type { allowInsecureHttp, JwtOptions, SharedIssuerKeys } from './jwt-options.js'
import type { KeyOptions } from './keys/issuer-keys.js'
import type { IssuerOption } from './rules/issuers.js'

/** What `issuerKeys` takes: whose keys, where they are, and how they are kept. */
export interface SharedIssuerKeysOptions extends KeyOptions {
  /** Exactly as the tokens write it in `iss`. A list or a template, where the providers have one. */
  issuer: IssuerOption
  /** Where the keys are, instead of discovery. May have the braces of `issuer.template`. */
  jwksUri?: string | undefined
  /** Seconds for one call to the issuer, body included. Default 2, at most 30. */
  timeout?: number | undefined
  /** Replaces the global `fetch`: for a proxy or a private certificate authority. */
  fetch?: Fetch | undefined
  /** Sent to the issuer's own origin and to `jwksUri`, for keys behind a lock. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Takes what happens to the keys, once for all who share them: `keys_fetched` and its like. Default: nobody is told. */
  observe?: Observe | undefined
  /** Appears in those events. Default `'keys'`. */
  name?: string | undefined
  /** The clock, in seconds since the epoch. Default: the system's. */
  now?: (() => number) | undefined
  [allowInsecureHttp]?: true
}

const OPTIONS = {
  issuer: true, jwksUri: true, maxAge: true, maxStale: true, snapshot: true, store: true,
  timeout: true, fetch: true, headers: true, observe: true, name: true, now: true,
} as const satisfies OptionNames<SharedIssuerKeysOptions>

/**
 * The keys of an issuer for many providers, each with an audience or rules of its own: `new JwksProvider({ issuer, audience,
 * keys })`. They are read once for all of them, and unknown names are looked for within one budget. Never shared by the
 * issuer's name alone: only who is given the object has these keys.
 *
 * Does NOT end with any of the providers: `close()` it after them.
 *
 * @throws TypeError for an option that is wrong.
 */
export function issuerKeys(options: SharedIssuerKeysOptions): SharedIssuerKeys {
  checkOptions('issuerKeys', options, OPTIONS)
  const { issuer, jwksUri, maxAge, maxStale, snapshot, store, fetch, name = 'keys' } = options
  const known = issuersOf(issuer)
  const issuers = [...known.keys()]
  const closing = new Closing()
  const kept = { maxAge, maxStale, snapshot, store }
  const keys = new IssuerKeys({
    issuers,
    load: keyOrigin({ ...options, keys: kept }, closing),
    keys: kept,
    now: clockInSeconds(options.now),
    random: Math.random,
    provider: name,
    listeners: { observe: optionalFunction('observe', options.observe) },
  })
  const uriOf = (one: string): string | undefined => (jwksUri === undefined ? undefined : forTenant(jwksUri, known.get(one)))
  return {
    issuers,
    warm: () => keys.warm(),
    snapshot: () => keys.snapshot(),
    close: async () => closing.abort(),
    [keysFor](asked) {
      checkMeans({ issuers, fetch, uriOf }, asked)
      return keys
    },
  }
}

interface Place {
  readonly issuers: readonly string[]
  readonly fetch: unknown
  readonly uriOf: (issuer: string) => string | undefined
}

/** Keys of another issuer, or from another place than the provider says, would be somebody else's. @throws TypeError */
function checkMeans(place: Place, options: JwtOptions & { introspect?: unknown }): void {
  const issuers = issuersOf(options.issuer)
  const foreign = [...issuers.keys()].find((issuer) => !place.issuers.includes(issuer))
  if (foreign !== undefined) {
    throw new TypeError(`"keys" are those of ${place.issuers.join(', ')}, and this provider is for ${foreign}; make issuerKeys for that issuer`)
  }
  if (options[chosenByTenant] === true) throw new TypeError('"keys" of a route in an IssuerRouter are its own: write the options of keys, or give a JwksProvider as the route')
  if (options[tokenFormat]?.fetchKeys !== undefined) throw new TypeError('"keys" cannot be shared where each lies at a URL of its own')
  const { jwksUri } = options
  const elsewhere = jwksUri !== undefined && [...issuers].some(([issuer, tenant]) => forTenant(jwksUri, tenant) !== place.uriOf(issuer))
  // With `introspect` it is for that question.
  const otherwise = options.fetch !== undefined && options.fetch !== place.fetch && options.introspect === undefined
  const own = elsewhere ? 'jwksUri' : otherwise ? 'fetch' : (['jwks', 'jwksFile', 'headers', 'timeout'] as const).find((name) => options[name] !== undefined)
  if (own !== undefined) throw new TypeError(`"${own}" says where keys come from, and these come from "keys"; give it to issuerKeys`)
}
