/** Knows which tokens of one provider were revoked, and who follows them: by revocations that it was given, or by its own. */
import { checkedRevocations, Revocations } from './revocations.js'
import { marksOf } from './revocation-marks.js'
import type { AccessToken, Claims } from '../access-token.js'
import type { RevocationMarks } from './revocation-marks.js'
import type { Revocation } from './revocation.js'
import type { RevocationsOptions } from './revocations.js'

/** A yes as the provider remembers it, as far as it matters here. */
export interface RevocableVerdict {
  readonly claims: Claims
  /** Where the claims do not hold them any more. */
  readonly marks: RevocationMarks | undefined
  /** As `AccessToken` has them. */
  readonly issuer: string | undefined
  readonly subject: string | undefined
  /** The version of the revocations at which none covered it. */
  seen: number
}

export class ProviderRevocations {
  readonly #options: RevocationsOptions
  #revocations: Revocations | undefined
  readonly #watchers = new Set<{ ended(how: 'closed'): void }>()
  /** Of tokens whose claims are not all kept (`cache.keep`). */
  readonly #slimMarks = new WeakMap<AccessToken, RevocationMarks>()

  /**
   * `given`: what the user handed in. Without it, some of `options` are made when the first token is revoked or followed.
   *
   * @throws TypeError where that is something else.
   */
  constructor(given: Revocations | undefined, options: RevocationsOptions) {
    this.#revocations = checkedRevocations(given)
    this.#options = options
  }

  /** Undefined until there is something to revoke. */
  get current(): Revocations | undefined {
    return this.#revocations
  }

  /** How many are in force. */
  get size(): number {
    return this.#revocations?.size ?? 0
  }

  /** False while the log that others write has not been read to its end. */
  get caughtUp(): boolean {
    return this.#revocations?.caughtUp ?? true
  }

  /** True for a token that was revoked. What was looked at is not looked at again before something else is revoked. */
  cover(token: string, verdict: RevocableVerdict): boolean {
    const revocations = this.#revocations
    if (revocations === undefined) return false
    const { version } = revocations
    if (verdict.seen === version) return false
    if (revocations.covers(verdict.marks ?? marksOf(token, verdict.claims, verdict))) return true
    verdict.seen = version // nothing that was revoked until now covers it
    return false
  }

  /** Remembers what a token can be revoked by whose claims do not tell it. */
  keepMarks(token: AccessToken, marks: RevocationMarks): void {
    this.#slimMarks.set(token, marks)
  }

  /** @throws AuthUnavailableError when the others could not be told. */
  async revoke(what: Revocation): Promise<void> {
    return this.#own().revoke(what)
  }

  /** Calls `ended` once the token is revoked, or `close` is called. Gives the function that ends this. */
  watch(token: AccessToken, ended: (how: 'revoked' | 'closed') => void): () => void {
    const marks = this.#slimMarks.get(token) ?? marksOf(token.token, token.claims, token)
    const revocations = this.#own()
    // Between the yes and this call it may have been revoked.
    if (revocations.covers(marks)) ended('revoked')
    const watcher = { marks, ended }
    revocations.watch(watcher)
    this.#watchers.add(watcher)
    return () => {
      revocations.unwatch(watcher)
      this.#watchers.delete(watcher)
    }
  }

  close(): void {
    for (const { ended } of [...this.#watchers]) ended('closed')
  }

  #own(): Revocations {
    this.#revocations ??= new Revocations(this.#options)
    return this.#revocations
  }
}
