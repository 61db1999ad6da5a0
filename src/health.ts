/** How a provider is doing, as plain data: counts, ages and reasons; never a token, a secret or the value of a claim. */

/** What `health()` of a provider tells. Ages and waits are seconds by the provider's own clock. Plain JSON. */
export interface ProviderHealth {
  /** As in events. */
  readonly name: string
  /** `jwks`, `introspection`, `userinfo`, `github`, `static`, `chain` or `issuers`; `custom` for a provider of one's own. */
  readonly kind: string
  readonly issuers: readonly string[]
  /** Of a provider that checks signatures: the keys of each issuer. */
  readonly keys?: readonly KeyHealth[]
  /** Of a provider that remembers verdicts. */
  readonly memory?: MemoryHealth
  /** Of a provider that asks a server about tokens: how those calls go. */
  readonly upstream?: UpstreamHealth
  /** `caughtUp`: false while there may be revocations of other processes that are not known here. */
  readonly revocations?: { readonly held: number; readonly caughtUp: boolean }
  /** Of a provider with a list: how many tokens are on it. */
  readonly tokens?: number
  /** Of a chain or a router: each member. Of the tenants of `resolve` those that are kept. */
  readonly members?: readonly ProviderHealth[]
}

/** How an issuer's keys are doing. */
export interface KeyHealth {
  readonly issuer: string
  /** Keys at hand. */
  readonly keys: number
  /**
   * `fresh`: they serve. `due`: they serve, and are being read anew. `stale`: past their time, they serve while the issuer is
   * away. `ended`: too old to serve. `none`: not read yet, as before the first token.
   */
  readonly state: 'fresh' | 'due' | 'stale' | 'ended' | 'none'
  /** Since they were fetched. */
  readonly age?: number
  /** Until they are read anew; 0 where that is due. */
  readonly refreshIn?: number
  /** Since this process last saw the set change. Absent: it never did. */
  readonly rotatedAgo?: number
  /** The last attempt that failed, also where a later one went well. */
  readonly failure?: FailureHealth
}

/** What went wrong the last time that something did. */
export interface FailureHealth {
  /** As in events: what gave no answer. */
  readonly message: string
  readonly ago: number
  /** Attempts that have failed in a row; 0 where the last one went well. */
  readonly inARow: number
  /** Until the next attempt, where one is held back. */
  readonly retryIn?: number
}

export interface MemoryHealth {
  /** Verdicts remembered now: those of yes, and those of no. */
  readonly accepted: number
  readonly rejected: number
  /** Estimated bytes of both. */
  readonly bytes: number
  /** Counts since the provider was made, as in `stats()`. */
  readonly hits: number
  readonly misses: number
  readonly stale: number
}

/** How the calls to a server go that is asked about tokens. */
export interface UpstreamHealth {
  /** `open`: after five failures in a row nobody asks. `half-open`: the next call finds out whether it is back. */
  readonly breaker: 'closed' | 'open' | 'half-open'
  /** Since the breaker opened. Absent while it is closed. */
  readonly openFor?: number
  /** Calls under way. */
  readonly inFlight: number
  readonly failure?: FailureHealth
}
