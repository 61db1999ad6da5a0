/** Finds the keys that may have signed a token. An unknown key may be the first of a rotation, or one of a flood. */
import { AuthUnavailableError, isUnavailable } from '../../errors.js'
import { andThen } from '../../lib/awaitable.js'
import { lruMemory } from '../../lib/lru-memory.js'
import { KeySource } from './key-source.js'
import { RefetchBudget } from './refetch-budget.js'
import type { Awaitable } from '../../lib/awaitable.js'
import type { Algorithm } from '../signature/algorithms.js'
import type { KeySet } from './key-set.js'
import type { KeySourceOptions } from './key-source.js'
import type { VerificationKey } from '../signature/verification-key.js'

/** Names of keys remembered as not there, and for how many seconds; longer names than this are never a key's. */
const MAX_ABSENT = 1000
const ABSENT_FOR = 30
const LONGEST_NAME = 256

export class KeySearch {
  /** The source of the keys. */
  readonly source: KeySource
  readonly #options: KeySourceOptions
  readonly #budget: RefetchBudget
  /** Names that the issuer was asked for in vain, and when: one name costs one look in thirty seconds. */
  readonly #absent = lruMemory<number>(MAX_ABSENT)
  #tooMany: AuthUnavailableError | undefined

  constructor(options: KeySourceOptions) {
    this.source = new KeySource(options)
    this.#options = options
    this.#budget = new RefetchBudget(options.now)
  }

  /**
   * The keys that may have signed a token with this header; none when the issuer has no such key.
   *
   * @throws AuthUnavailableError when the keys cannot be had, or when a key that we do not know may be a new one that
   * could not be asked for.
   */
  candidates(alg: Algorithm, kid: string | undefined): Awaitable<readonly VerificationKey[]> {
    const set = this.source.usable()
    // The keys are nearly always at hand, and then no promise is made. (D8)
    return set === undefined ? this.#fetchAndFind(alg, kid) : this.#findIn(set, alg, kid)
  }

  /** Finds the keys for this algorithm after another look at the issuer; none where there is nobody to ask. */
  async newer(alg: Algorithm): Promise<readonly VerificationKey[]> {
    if (this.source.held?.final === true) return []
    return (await this.#loadWithinBudget(undefined)).candidates(alg, undefined)
  }

  async #fetchAndFind(alg: Algorithm, kid: string | undefined): Promise<readonly VerificationKey[]> {
    return this.#findIn(await this.source.current(kid), alg, kid)
  }

  #findIn(set: KeySet, alg: Algorithm, kid: string | undefined): Awaitable<readonly VerificationKey[]> {
    return andThen(set.candidates(alg, kid), (found) => (found.length > 0 ? found : this.#lookAgain(alg, kid)))
  }

  /** Looks at the issuer once, within the budget. It makes no promise for a flood of unknown keys. */
  #lookAgain(alg: Algorithm, kid: string | undefined): Awaitable<readonly VerificationKey[]> {
    if (this.source.held?.final === true) return this.#notThere(false)
    if (kid !== undefined && this.source.wasWithdrawn(kid)) return this.#lookForRemoved(alg, kid)
    return this.#look(alg, kid)
  }

  /** A name that the issuer took away is no rotation's first: where it cannot be asked again, its last word stands. (D33) */
  async #lookForRemoved(alg: Algorithm, kid: string): Promise<readonly VerificationKey[]> {
    try {
      return await this.#look(alg, kid)
    } catch (error) {
      if (!isUnavailable(error)) throw error
      return this.#notThere(false)
    }
  }

  #look(alg: Algorithm, kid: string | undefined): Awaitable<readonly VerificationKey[]> {
    const { underWay } = this.source
    return underWay === undefined ? this.#lookOnce(alg, kid) : this.#lookAfter(underWay, alg, kid)
  }

  /** What is being fetched may have it. */
  async #lookAfter(underWay: Promise<KeySet>, alg: Algorithm, kid: string | undefined): Promise<readonly VerificationKey[]> {
    const found = await (await underWay).candidates(alg, kid)
    return found.length > 0 ? found : this.#lookOnce(alg, kid)
  }

  #lookOnce(alg: Algorithm, kid: string | undefined): Awaitable<readonly VerificationKey[]> {
    const name = kid === undefined ? alg : `${alg} ${kid}`
    if (name.length > LONGEST_NAME || this.#wasAbsent(name)) return this.#notThere(false)
    return andThen(this.#loadWithinBudget(kid), async (set) => {
      const found = await set.candidates(alg, kid)
      if (found.length > 0) return found
      this.#absent.set(name, this.#options.now())
      return this.#notThere(true)
    })
  }

  #loadWithinBudget(wanted: string | undefined): Promise<KeySet> {
    // While the back-off forbids a look anyway, none is paid for: the first one after it must be affordable.
    const wait = this.source.underWay === undefined && this.source.mayLoad() ? this.#budget.spend() : 0
    if (wait > 0) throw this.#tooManyAsked(Math.ceil(wait))
    return this.source.load(wanted)
  }

  // One error serves all who ask within a second: a flood is what this is for. (D32)
  #tooManyAsked(retryAfter: number): AuthUnavailableError {
    if (this.#tooMany?.retryAfter !== retryAfter) {
      this.#tooMany = new AuthUnavailableError('a key that is not known may be new, and too many were asked for', { retryAfter })
    }
    return this.#tooMany
  }

  #wasAbsent(name: string): boolean {
    const since = this.#absent.get(name)
    return since !== undefined && this.#options.now() - since < ABSENT_FOR
  }

  #notThere(asked: boolean): readonly VerificationKey[] {
    this.#options.tell({ type: 'unknown', asked })
    return []
  }
}
