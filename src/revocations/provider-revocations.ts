/** Knows which tokens of one provider were revoked, and who follows them: by revocations that it was given, or by its own. */
import { marksOf } from './revocation-marks.js'
import type { AccessToken, Claims } from '../access-token.js'
import type { RevocationMarks } from './revocation-marks.js'
import type { Revocation } from './revocation.js'
import type { Revocations, RevocationsOptions } from './revocations.js'
import type { Watcher } from './revocation-watch.js'

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
  #loading: Promise<Revocations> | undefined
  #beginning: Promise<unknown> | undefined
  readonly #watchers = new Set<Watcher>()
  /** Of tokens whose claims are not all kept (`cache.keep`). */
  readonly #slimMarks = new WeakMap<AccessToken, RevocationMarks>()

  /**
   * `given`: what the user handed in. Without it, some of `options` are loaded and made when the first token is revoked.
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

  /** Settles when what revokes is there, while it is loaded. Whoever has to know of what was revoked before waits for it. */
  get beginning(): Promise<unknown> | undefined {
    return this.#revocations === undefined ? this.#beginning : undefined
  }

  /**
   * What is asked about after this call is refused. Most providers never revoke anything: what does it is loaded by the first.
   *
   * @throws AuthUnavailableError when the others could not be told.
   */
  async revoke(what: Revocation): Promise<void> {
    if (this.#revocations !== undefined) return this.#revocations.revoke(what)
    this.#loading ??= this.#load()
    const revoked = this.#loading.then((own) => this.#begun(own).revoke(what))
    this.#beginning = revoked.catch(() => undefined)
    return revoked
  }

  /** Calls `ended` once the token is revoked, or `close` is called. Gives the function that ends this. */
  watch(token: AccessToken, ended: (how: 'revoked' | 'closed') => void): () => void {
    const marks = this.#slimMarks.get(token) ?? marksOf(token.token, token.claims, token)
    const watcher = { marks, ended }
    this.#watchers.add(watcher)
    // Between the yes and this call it may have been revoked.
    if (this.#revocations?.covers(marks) === true) ended('revoked')
    this.#revocations?.watch(watcher)
    return () => {
      this.#revocations?.unwatch(watcher)
      this.#watchers.delete(watcher)
    }
  }

  close(): void {
    for (const { ended } of [...this.#watchers]) ended('closed')
  }

  async #load(): Promise<Revocations> {
    try {
      const loaded = await import('./revocations.js')
      return new loaded.Revocations(this.#options)
    } catch (error) {
      this.#loading = this.#beginning = undefined
      throw error
    }
  }

  #begun(own: Revocations): Revocations {
    if (this.#revocations === undefined) for (const watcher of this.#watchers) own.watch(watcher)
    this.#revocations = own
    return own
  }
}

/** @throws TypeError for what is none. Returns it. */
function checkedRevocations(revocations: Revocations | undefined): Revocations | undefined {
  if (revocations === undefined || typeof revocations?.covers === 'function') return revocations
  throw new TypeError('"revocations" must be a Revocations: new Revocations()')
}
