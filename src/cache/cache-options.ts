/** Checks the options about how verdicts are remembered, where the provider is built. */
import { checkOptions, countOf, spanInSeconds } from '../lib/options.js'
import type { OptionNames } from '../lib/options.js'
import type { SharedOptions } from '../shared/shared-store.js'

export interface CacheOptions {
  /** Seconds a yes is remembered, never beyond the token's expiry. Default 30, at most an hour: what the issuer revokes is refused within this. */
  ttl?: number | undefined
  /** Seconds a no is remembered. Default 10. */
  rejectedTtl?: number | undefined
  /** How many yeses are remembered. Default 10 000. */
  maxEntries?: number | undefined
  /** How many noes are remembered, in a memory of their own: a flood of junk cannot push out the good. Default 2 000. */
  maxRejectedEntries?: number | undefined
  /** About how many bytes of yeses, whatever their number. Default 64 MiB. */
  maxBytes?: number | undefined
  /** About how many bytes of noes. Default 4 MiB. */
  maxRejectedBytes?: number | undefined
  /**
   * Seconds before its end in which a yes that is asked for is asked about anew, in the background: nobody waits for it.
   * For answers that cost a call. Default: not at all.
   */
  refreshAhead?: number | undefined
  /**
   * Only these claims are remembered, and given out. Those that the gate and `AccessToken` read are always kept: `iss`,
   * `sub` (and `subjectClaim`), `aud`, `exp`, `client_id`, `azp`, `username`, `cnf`, `acr` and `auth_time`. Scopes are mapped from all of them before.
   * Default: all.
   */
  claims?: { readonly keep: readonly string[] } | undefined
  /** A second level that several processes share. For answers that cost a call; refused where there is none to spare. */
  shared?: SharedOptions | undefined
}

/** The options with their defaults. */
export interface CachePlan {
  readonly ttl: number
  readonly rejectedTtl: number
  readonly maxEntries: number
  readonly maxRejectedEntries: number
  readonly maxBytes: number
  readonly maxRejectedBytes: number
  readonly refreshAhead: number
  readonly keep: readonly string[] | undefined
}

const NAMES = {
  ttl: true, rejectedTtl: true, maxEntries: true, maxRejectedEntries: true, maxBytes: true,
  maxRejectedBytes: true, refreshAhead: true, claims: true, shared: true,
} as const satisfies OptionNames<CacheOptions>

/** @throws TypeError for an option that is wrong; says what to write instead. */
export function cachePlan(options: CacheOptions): CachePlan {
  if (typeof options !== 'object' || options === null) throw new TypeError('"cache" must be false or an object such as { ttl: 30 }')
  checkOptions('cache', options, NAMES)
  const { ttl = 30, rejectedTtl = 10, maxEntries = 10_000, maxRejectedEntries = 2_000, claims } = options
  const { maxBytes = 64 * MIB, maxRejectedBytes = 4 * MIB, refreshAhead = 0 } = options
  return {
    ttl: spanInSeconds('cache.ttl', ttl, ONE_HOUR),
    rejectedTtl: spanInSeconds('cache.rejectedTtl', rejectedTtl, ONE_HOUR),
    maxEntries: countOf('cache.maxEntries', maxEntries),
    maxRejectedEntries: countOf('cache.maxRejectedEntries', maxRejectedEntries),
    maxBytes: countOf('cache.maxBytes', maxBytes),
    maxRejectedBytes: countOf('cache.maxRejectedBytes', maxRejectedBytes),
    refreshAhead: spanInSeconds('cache.refreshAhead', refreshAhead, { min: 0, max: ttl }),
    keep: claims === undefined ? undefined : claimsToKeep(claims),
  }
}

function claimsToKeep(claims: NonNullable<CacheOptions['claims']>): readonly string[] {
  const keep: unknown = claims?.keep
  if (!Array.isArray(keep) || !keep.every((name) => typeof name === 'string' && name !== '')) {
    throw new TypeError('"cache.claims" must name the claims to keep: { keep: ["email", "tenant"] }')
  }
  checkOptions('cache.claims', claims, ['keep'])
  return [...keep]
}

const ONE_HOUR = { min: 0, max: 3_600 }
const MIB = 1_048_576
