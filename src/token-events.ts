/** Tells what became of a token: taken, refused, or what a rule that only reports would have refused. */
import { notify } from './events.js'
import { speakOnce, speaksByDefault } from './lib/default-voice.js'
import { toldLater } from './provider.js'
import type { AuthEvent, Listeners } from './events.js'
import type { Refusal, VerifyOptions } from './provider.js'
import type { Accepted, Rejected } from './verdict.js'

/** One token as it was shown to the provider. */
export interface Presented {
  /** Undefined where it was none to look at. */
  readonly token: string | undefined
  /** Whether the verdict on it was remembered. */
  readonly remembered: boolean
  readonly options: VerifyOptions | undefined
}

export interface TokenEventsOptions {
  /** The provider's name. */
  readonly provider: string
  readonly listeners: Listeners
  /** The operator's own word for a token. Asked for only where somebody observes. */
  readonly keyOf: (token: string) => string | undefined
}

export class TokenEvents {
  readonly #options: TokenEventsOptions

  constructor(options: TokenEventsOptions) {
    this.#options = options
  }

  accepted(token: string, remembered: boolean): void {
    const { provider, listeners } = this.#options
    if (listeners.observe) this.#tell({ type: 'accepted', provider, ...this.#key(token), remembered })
  }

  /** Says no. Where nobody observes, a developer hears of the first of each kind. */
  refused({ reason, detail }: Rejected, { token, remembered, options }: Presented): null {
    const isHeard = this.#options.listeners.observe !== undefined
    if (!isHeard && options?.refused === undefined && !speaksByDefault()) return null
    const refusal = this.#refusal({ reason, detail })
    const tell = (type: 'rejected' | 'passed_on'): void => {
      if (isHeard) this.#tell({ type, ...refusal, ...(token !== undefined && this.#key(token)), remembered })
      else if (type === 'rejected') speakOnce(refusal)
    }
    const later = options?.[toldLater]
    if (later === undefined) tell('rejected')
    else later(tell)
    options?.refused?.(refusal)
    return null
  }

  wouldRefuse(reported: NonNullable<Accepted['reported']>, token: string, remembered: boolean): void {
    const refusal = this.#refusal(reported)
    if (this.#options.listeners.observe === undefined) speakOnce(refusal, 'would have refused')
    else this.#tell({ type: 'would_reject', ...refusal, ...this.#key(token), remembered })
  }

  #tell(event: AuthEvent): void {
    notify(this.#options.listeners.observe, event)
  }

  #refusal({ reason, detail }: NonNullable<Accepted['reported']>): Refusal {
    const { claim, hint } = detail ?? {}
    return { provider: this.#options.provider, reason, ...(claim && { claim }), ...(hint && { hint }) }
  }

  #key(token: string): { readonly key?: string } {
    const key = this.#options.keyOf(token)
    return key === undefined ? {} : { key }
  }
}
