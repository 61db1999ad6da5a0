/** A provider with a memory: what every provider is that asks somebody, or verifies what costs something. */
import { BaseProvider } from './base-provider.js'
import { cachePlan } from './cache/cache-options.js'
import { ClaimSteps } from './scopes/claim-steps.js'
import { FreshLookup } from './cache/lookup.js'
import { VerdictLookup } from './cache/verdict-lookup.js'
import type { ProviderOptions } from './provider-options.js'

/** Extend this and write `check` to get memory, single flight, revocations, scopes, events and the clock. */
export abstract class StandardProvider<Output = unknown> extends BaseProvider<Output> {
  constructor(options: ProviderOptions<Output> = {}) {
    const { cache = {}, claims, enrich, enrichTimeout } = options
    const { keep } = cachePlan(cache === false ? {} : cache)
    const hasSteps = claims !== undefined || enrich !== undefined || enrichTimeout !== undefined
    super(options, {
      lookup: (rest) => (cache === false ? new FreshLookup(rest) : new VerdictLookup(cache, rest)),
      claimSteps: hasSteps ? new ClaimSteps(options) : undefined,
      keep,
    })
  }
}
