/** Refines claims between verification and mapping: a schema checks them, and `enrich` adds more. */
import { AuthUnavailableError, isUnavailable } from '../errors.js'
import { Closing } from '../lib/closing.js'
import { withinSpan } from '../lib/deadline.js'
import { frozenCopy } from '../lib/frozen-copy.js'
import { optionalFunction, spanInSeconds } from '../lib/options.js'
import { checkedBy } from './claims-schema.js'
import { PROTECTED_CLAIMS } from './protected-claims.js'
import { checkedSchema } from './standard-schema.js'
import type { Claims } from '../access-token.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { Rejected } from '../verdict.js'
import type { Refined } from './claims-schema.js'
import type { StandardSchema } from './standard-schema.js'

export interface ClaimOptions<Output = unknown> {
  /**
   * Checks the claims that the issuer signed, and gives them their types: a schema of zod, valibot, arktype. A mismatch is
   * a no (`invalid_claim`). What it transforms replaces the claim; what it does not mention stays.
   */
  claims?: StandardSchema<Output> | undefined
  /**
   * Asks for more claims, such as roles in a database of your own: once per verified token, remembered with the verdict in
   * this process and no other. When it throws, or takes too long, nobody knows (503). What is for the issuer to say, such
   * as `sub` and `exp`, it must not give.
   */
  enrich?: Enrich<Output> | undefined
  /** Seconds that `enrich` may take. Default 2, at most 30. */
  enrichTimeout?: number | undefined
}

/** Takes verified claims and gives more claims; `undefined` or `null` for none. The signal fires when its time is over. */
export type Enrich<Output = unknown> = (claims: Claims & Output, call: { readonly signal: AbortSignal }) => MoreClaims | Promise<MoreClaims>

// Every promise is an object, one of a text too.
type MoreClaims = (object & { readonly then?: never }) | null | undefined

/** The options `ClaimOptions`, whatever the schema makes sure of. */
export type AnyClaimOptions = Omit<ClaimOptions, 'enrich'> & { readonly enrich?: Enrich<never> | undefined }

export class ClaimSteps {
  /** What `refine` may stumble at, as `explain` calls it. */
  readonly names: readonly string[]
  readonly #schema: StandardSchema<unknown> | undefined
  readonly #enrich: Enrich<never> | undefined
  readonly #timeout: number
  readonly #closed = new Closing()

  /** @throws TypeError for an option that is wrong. */
  constructor({ claims, enrich, enrichTimeout = 2 }: AnyClaimOptions) {
    this.#schema = claims === undefined ? undefined : checkedSchema('claims', claims)
    this.#enrich = optionalFunction('enrich', enrich)
    this.names = [...(claims === undefined ? [] : ['claims']), ...(enrich === undefined ? [] : ['enrich'])]
    this.#timeout = spanInSeconds('enrichTimeout', enrichTimeout, { min: 0.001, max: 30 })
  }

  /** Gives the claims as handlers see them, frozen; or why they are refused. @throws AuthUnavailableError when `enrich` gives no answer. */
  refine(claims: Claims): Awaitable<Refined | Rejected> {
    const checked = this.#schema === undefined ? { accepted: true as const, claims, expiresAt: undefined, assured: [] } : checkedBy(this.#schema, claims)
    return !checked.accepted || this.#enrich === undefined ? checked : this.#enriched(checked, this.#enrich)
  }

  /** Aborts what is being asked. */
  close(): void {
    this.#closed.abort()
  }

  async #enriched(refined: Refined, enrich: Enrich<never>): Promise<Refined> {
    const claims = refined.claims as never // as `enrich` wants them: the schema saw to that
    const span = { timeout: this.#timeout, closed: this.#closed }
    let more: MoreClaims
    try {
      more = await withinSpan(span, async (signal) => enrich(claims, { signal }), () => new AuthUnavailableError('"enrich" gave no answer in time'))
    } catch (error) {
      throw isUnavailable(error) ? error : new AuthUnavailableError(`"enrich" failed${kindOf(error)}`, { cause: error })
    }
    const added = frozenCopy('what "enrich" gives', more ?? {})
    const taken = PROTECTED_CLAIMS.find((name) => Object.hasOwn(added, name))
    if (taken !== undefined) throw new TypeError(`"enrich" must not give "${taken}": that is for the issuer to say`)
    return { ...refined, claims: Object.freeze({ ...refined.claims, ...added }) }
  }
}

// The error's message may hold what was asked for, and ours goes into events: only its name is told.
function kindOf(error: unknown): string {
  return error instanceof Error && /^\w{1,40}$/.test(error.name) ? ` with ${error.name}` : ''
}
