/** Finds the keys that may have signed a token. An unknown key may be the first of a rotation, or one of a flood. */
import { isUnavailable } from '../../errors.js'
import { andThen, isPending } from '../../lib/awaitable.js'
import { KeySource, tooManyNames } from './key-source.js'
import { VainNames } from './vain-names.js'
import type { Awaitable } from '../../lib/awaitable.js'
import type { Algorithm } from '../signature/algorithms.js'
import type { HeldKeys, KeySourceOptions } from './key-source.js'
import type { VerificationKey } from '../signature/verification-key.js'

export type Keys = readonly VerificationKey[]

/** The header of a token, and when it says that it was issued: none of it is verified. */
interface Sought {
  readonly alg: Algorithm
  readonly kid: string | undefined
  readonly iat: unknown
}

/** Longer names than this are never a key's. */
const LONGEST_NAME = 256
/** Seconds by which an issuer may sign with a key before it publishes it, clocks that differ included. */
const PUBLISHED_WITHIN = 60
/** Seconds that a set must be old before a bad signature is a reason to read it anew; and between two looks for keys without a name. */
const LOOK_EVERY = 30

export class KeySearch {
  /** The source of the keys. */
  readonly source: KeySource
  readonly #options: KeySourceOptions
  readonly #vain: VainNames
  #lookedForNameless = Number.NEGATIVE_INFINITY

  constructor(options: KeySourceOptions) {
    this.source = new KeySource(options)
    this.#options = options
    this.#vain = new VainNames(options.now)
  }

  /**
   * The keys that may have signed a token with this header; none when the issuer has no such key. `iat`: the token's own, by
   * which a set that was read later is known to be complete.
   *
   * @throws AuthUnavailableError when the keys cannot be had, or when a key that we do not know may be a new one that
   * could not be asked for.
   */
  candidates(alg: Algorithm, kid: string | undefined, iat?: unknown): Awaitable<Keys> {
    const askedAt = this.#options.now() // first: what is read for this token begins later
    const held = this.source.keys(kid)
    // The keys are nearly always at hand, and then no promise is made. (D8)
    return isPending(held) ? held.then((read) => this.#findIn(read, { alg, kid, iat }, askedAt)) : this.#findIn(held, { alg, kid, iat }, undefined)
  }

  /**
   * The keys for this header in a set that was read after a bad signature: a new key may have an old name. Undefined where
   * no look was made, because the set is young or the issuer is away. From no budget of anybody's.
   *
   * @throws AuthUnavailableError for a token without a name, where its key may be a new one that could not be asked for.
   */
  newer(alg: Algorithm, kid: string | undefined, iat?: unknown): Awaitable<Keys | undefined> {
    const { held } = this.source
    if (held === undefined) return undefined
    if (held.final) return [] // there is nobody to ask, and so no other answer
    const wait = kid === undefined ? this.#waitForNameless() : spanUntil(held.begunAt + LOOK_EVERY, this.#options.now())
    if (wait > 0) return this.#unlooked(held, { alg, kid, iat }, wait)
    return this.#lookAfterSignature(held, { alg, kid, iat })
  }

  /** `askedAt`: when this token came, where it had to wait for the set. */
  #findIn(held: HeldKeys, sought: Sought, askedAt: number | undefined): Awaitable<Keys> {
    return andThen(held.set.candidates(sought.alg, sought.kid), (found) => (found.length > 0 ? found : this.#findBeyond(held, sought, askedAt)))
  }

  #findBeyond(held: HeldKeys, sought: Sought, askedAt: number | undefined): Awaitable<Keys> {
    const { kid } = sought
    if (held.final || isComplete(held, sought)) return this.#notThere(false)
    if (kid !== undefined && kid.length > LONGEST_NAME) return this.#notThere(false)
    if (askedAt !== undefined && isAnswerTo(held, sought, askedAt)) {
      if (kid !== undefined) this.#vain.add(kid)
      return this.#notThere(true)
    }
    // A name that the issuer took away is no rotation's first: where it cannot be asked again, its last word stands. (D33)
    return kid !== undefined && held.withdrawn.has(kid) ? this.#lookForWithdrawn(held, sought) : this.#look(held, sought)
  }

  /** One look at the issuer, within the budget. No promise for a flood of unknown names. */
  #look(held: HeldKeys, sought: Sought): Awaitable<Keys> {
    const { kid } = sought
    const wait = kid === undefined ? this.#waitForNameless() : this.#vain.wait(kid)
    if (wait > 0) throw tooManyNames(Math.ceil(wait))
    const askedAt = this.#options.now()
    const reading = this.source.keys(kid, held, kid === undefined ? 'no name' : 'unknown name')
    // What was being read already may have been sent before the key was there: then this looks once more.
    return andThen(reading, (newer) => this.#findIn(newer, sought, askedAt))
  }

  async #lookForWithdrawn(held: HeldKeys, sought: Sought): Promise<Keys> {
    try {
      return await this.#look(held, sought)
    } catch (error) {
      if (!isUnavailable(error)) throw error
      return this.#notThere(false)
    }
  }

  async #lookAfterSignature(held: HeldKeys, sought: Sought): Promise<Keys | undefined> {
    try {
      const newer = await this.source.keys(sought.kid, held, 'bad signature')
      return await newer.set.candidates(sought.alg, sought.kid)
    } catch (error) {
      // By the key of its name it is bad. Without a name nobody can see that a key is new, and nobody knows.
      if (!isUnavailable(error) || (sought.kid === undefined && !isComplete(held, sought))) throw error
      return undefined
    }
  }

  /** 0 for the one look in thirty seconds that is for tokens without a name: nobody else's budget is spent on them. */
  #waitForNameless(): number {
    const now = this.#options.now()
    const wait = spanUntil(this.#lookedForNameless + LOOK_EVERY, now)
    if (wait === 0) this.#lookedForNameless = now
    return wait
  }

  #unlooked(held: HeldKeys, sought: Sought, wait: number): undefined {
    if (sought.kid === undefined && !isComplete(held, sought)) throw tooManyNames(Math.ceil(wait))
    return undefined
  }

  #notThere(asked: boolean): Keys {
    this.#options.tell({ type: 'unknown', asked })
    return []
  }
}

/** True where the set was read so late that a key which signed this token was published by then. */
function isComplete({ completeAt }: HeldKeys, { iat }: Sought): boolean {
  return typeof iat === 'number' && completeAt > iat + PUBLISHED_WITHIN
}

/** True where the set was asked for after the token came, and says something about its key. */
function isAnswerTo({ begunAt, partial, wanted }: HeldKeys, { kid }: Sought, askedAt: number): boolean {
  return begunAt >= askedAt && (!partial || (kid !== undefined && wanted === kid))
}

/** Seconds until then; 0 for what is past, and for what is further away than any of it, by a clock that was set back. */
function spanUntil(then: number, now: number): number {
  return then - now <= LOOK_EVERY ? Math.max(0, then - now) : 0
}
