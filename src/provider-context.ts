/** What a provider lends to the parts that work for it. */
import type { AuthEvent } from './events.js'
import type { Closed } from './lib/closing.js'

export interface ProviderContext {
  /** The provider's name, for events and warnings. */
  readonly provider: string
  /** The clock, in seconds since the epoch. */
  readonly now: () => number
  /** Seconds of clock difference to the issuer that are forgiven. */
  readonly clockTolerance: number
  /** Takes what happened. Never throws. */
  readonly tell: (event: AuthEvent) => void
  /** Fires when the provider is closed. */
  readonly closed: Closed
}
