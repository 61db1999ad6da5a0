/** How every ready-made provider works, around one `check()`: alphabet, clock, scopes, revocations, events. */
import { VerifiedAccessToken } from './access-token.js'
import { ProviderRevocations } from './revocations/provider-revocations.js'
import { isUnavailable } from './errors.js'
import { Listeners, notify } from './events.js'
import { ClaimPipeline } from './claim-pipeline.js'
import { alsoAtOnce } from './lib/at-once.js'
import { andThen, isPending } from './lib/awaitable.js'
import { isBearerToken, isBoundedText } from './lib/bearer-token.js'
import { Closing } from './lib/closing.js'
import { unlessAborted } from './lib/deadline.js'
import { claimName, clockInSeconds, headerName, optionalFunction, spanInSeconds } from './lib/options.js'
import { FreshLookup } from './cache/lookup.js'
import { BearerAuthProvider, inheritObserver } from './provider.js'
import { TokenEvents } from './token-events.js'
import { reject } from './verdict.js'
import type { AccessToken, Claims } from './access-token.js'
import type { RememberedVerdict } from './cache/remembered.js'
import type { Revocation } from './revocations/revocation.js'
import type { AuthEvent, Observe } from './events.js'
import type { ExplainedStep } from './explanation.js'
import type { ProviderHealth } from './health.js'
import type { Awaitable } from './lib/awaitable.js'
import type { CheckRequest, Lookup, LookupOptions, LookupStats } from './cache/lookup.js'
import type { ProviderContext } from './provider-context.js'
import type { ProviderOptions } from './provider-options.js'
import type { VerifyOptions } from './provider.js'
import type { ClaimSteps } from './scopes/claim-steps.js'
import type { ScopesExplained } from './scopes/explain.js'
import type { Presented } from './token-events.js'
import type { Rejected, Verdict } from './verdict.js'

export type { CheckRequest }

/** Counts since the provider was made, for a page of figures. */
export interface ProviderStats extends LookupStats {
  /** Revocations in force. */
  readonly revocations: number
}

/** What a provider may have beside what all have. */
export interface ProviderParts {
  /** Finds verdicts. Default: by asking, each time. */
  readonly lookup?: ((options: LookupOptions) => Lookup) | undefined
  /** Refines claims. */
  readonly claimSteps?: ClaimSteps | undefined
  /** The claims that are remembered and given out. Default: all. */
  readonly keep?: readonly string[] | undefined
}

/** For those who know at once: nothing is remembered, because to remember costs as much. `StandardProvider` has a memory. */
export abstract class BaseProvider<Output = unknown> extends BearerAuthProvider {
  readonly name: string
  declare readonly tokenHeader?: string
  declare readonly requestAs?: (scope: string) => string | undefined
  /** Those that the tables of `scopes` name; the issuer may write others. */
  override readonly scopesSupported: readonly string[]
  protected readonly now: () => number
  protected readonly clockTolerance: number
  /** For the parts that work for this provider. */
  protected readonly context: ProviderContext
  /** Who hears the events: for parts that have some of their own. */
  protected readonly listeners: Listeners
  readonly #closed = new Closing()
  readonly #grants: ClaimPipeline
  readonly #lookup: Lookup
  readonly #revocations: ProviderRevocations
  readonly #events: TokenEvents

  constructor(options: Omit<ProviderOptions<Output>, 'cache' | 'claims' | 'enrich' | 'enrichTimeout'>, parts: ProviderParts = {}) {
    super()
    const { clockTolerance = 5, name = 'custom', subjectClaim = 'sub' } = options
    if (typeof name !== 'string' || name === '') throw new TypeError('"name" must be a name')
    this.name = name
    if (options.tokenHeader !== undefined) this.tokenHeader = headerName('tokenHeader', options.tokenHeader)
    const requestAs = optionalFunction('requestAs', options.requestAs)
    if (requestAs !== undefined) this.requestAs = requestAs
    this.now = clockInSeconds(options.now)
    this.clockTolerance = spanInSeconds('clockTolerance', clockTolerance, { min: 0, max: 60 })
    this.listeners = new Listeners(optionalFunction('observe', options.observe))
    this.context = { provider: name, now: this.now, clockTolerance: this.clockTolerance, tell: (event) => this.emit(event), closed: this.#closed }
    this.#revocations = new ProviderRevocations(options.revocations, { now: this.now, observe: (event) => this.emit(event) })
    this.#events = new TokenEvents({ provider: name, listeners: this.listeners, keyOf: (token) => this.keyOf?.(token) })
    const { lookup = (rest) => new FreshLookup(rest), claimSteps, keep } = parts
    this.#grants = new ClaimPipeline(options, claimSteps, {
      ...{ provider: name, clockTolerance: this.clockTolerance, now: this.now, listeners: this.listeners, keep },
      subjectClaim: claimName('subjectClaim', subjectClaim),
      issuer: () => (this.issuers?.length === 1 ? this.issuers[0] : undefined),
    })
    this.scopesSupported = this.#grants.scopesSupported
    this.#lookup = lookup({
      context: this.context,
      policy: () => this.policy,
      check: (token, request) => this.check(token, request),
      judge: (verdict) => this.judge(verdict),
      process: (token, verdict, asked) => this.#grants.process(token, verdict, asked),
      revocations: () => this.#revocations.current,
    })
  }

  /**
   * Finds out about one token. Give `accept(claims, expiresAt)` or `reject(reason)`; throw `AuthUnavailableError` when
   * you could not find out. Called once per token and memory span, however many requests ask at once. `request` matters
   * to those who remember something of their own.
   */
  protected abstract check(token: string, request: CheckRequest): Awaitable<Verdict>

  /**
   * What code of the user's makes of what `check` found out, such as rules about claims. Apart from it, because processes
   * with the same policy share what `check` found out, and no text tells two functions apart. Default: the same.
   */
  protected judge(verdict: Verdict): Verdict {
    return verdict
  }

  /** What can be a token of this provider at all, at a glance. Default: RFC 6750's alphabet. */
  protected isWellFormed(token: string): boolean {
    return isBearerToken(token)
  }

  /**
   * What a glance shows to be none of this provider's, for less than a digest takes: it comes before the memory, which has a
   * text like that never. Says no as `check` would.
   */
  protected misshapen?(token: string): Rejected | undefined

  /** The operator's own word for this token, for events; no part of it, and no person. Asked for only where somebody observes. */
  protected keyOf?(token: string): string | undefined

  /**
   * Everything that decides what `check` answers (endpoint, issuer, audience …), and no secret. Processes with the same
   * policy share those answers by `cache: { shared }`. Write it in a provider whose answers cost a call, and leave to
   * `judge` what functions decide.
   *
   * @throws TypeError where nobody wrote it.
   */
  protected get policy(): string {
    throw new TypeError('"cache.shared" needs a policy: protected override get policy() { return "https://…/introspect for my-api" }')
  }

  override async verifyToken(token: string, options?: VerifyOptions): Promise<AccessToken<Output> | null> {
    return this.#verify(token, options)
  }

  static {
    alsoAtOnce(BaseProvider.prototype.verifyToken, function (this: BaseProvider, token, options) { return this.#verify(token, options) })
  }

  /** Waits for nothing that is at hand: a promise costs as much as reading the token. */
  #verify(token: string, options: VerifyOptions | undefined): Awaitable<AccessToken<Output> | null> {
    if (!isBoundedText(token)) return this.#events.refused(reject('malformed'), { token: undefined, remembered: false, options })
    const misshapen = this.misshapen?.(token)
    if (misshapen !== undefined) return this.#events.refused(misshapen, { token, remembered: false, options })
    const key = this.#lookup.keyOf(token)
    const remembered = this.#lookup.recall(key, token, options?.maxAge)
    if (remembered !== undefined) return this.#conclude(remembered, { token, remembered: true, options })
    const presented = { token, remembered: false, options }
    // What is remembered passed this before.
    if (!this.isWellFormed(token)) return this.#events.refused(reject('malformed'), presented)
    options?.signal?.throwIfAborted() // nobody is asked for someone who has left
    return andThen(this.#ask(key, token, options), (found) => this.#conclude(found, presented))
  }

  /** True where a yes is remembered for this token: `verifyToken` asks nobody about it. */
  override remembers(token: string, maxAge?: number): boolean {
    return isBoundedText(token) && this.#lookup.holdsYes(token, maxAge)
  }

  /**
   * Refuses tokens from now on: by `jti`, `sub`, `sid`, `clientId`, or the token itself. In this process, for whoever asks
   * after the call; in all that share `revocations` with a log, soon after.
   *
   * @throws AuthUnavailableError when the others could not be told.
   */
  async revoke(what: Revocation): Promise<void> {
    return this.#revocations.revoke(what)
  }

  /** Rings when tokens are revoked, here or by another process. */
  override watch(token: AccessToken, ended: (how: 'revoked' | 'closed') => void): () => void {
    return this.#revocations.watch(token, ended)
  }

  override [inheritObserver](observe: Observe, how?: 'beside'): void {
    this.listeners.inherit(observe, how)
  }

  /**
   * What `check` looks at, rule by rule, as far as that can be told apart: asks no more than `check` would. Default: nothing,
   * and `check` is one step.
   */
  protected rulesOf(_token: string): Awaitable<readonly ExplainedStep[]> {
    return []
  }

  /** What `check` is called as a step, beside `rulesOf`; undefined where those are all of it. */
  protected get checkName(): string | undefined {
    return 'check'
  }

  /**
   * Every step from the token to yes or no, and what it found. What is remembered is not asked again; what could not be asked
   * is a step that did not pass, with the cause as its hint.
   */
  override async explain(token: string): Promise<readonly ExplainedStep[]> {
    const { failedStep, isTaken, passedStep, PROOF, reportedBeside, unknownStep, unproven } = await import('./explanation.js') // a person asks
    const isWhole = isBoundedText(token) && this.isWellFormed(token)
    if (!isWhole) return [failedStep('shape', reject('malformed'))]
    const rules = await this.rulesOf(token)
    if (!isTaken(rules)) return rules
    const steps = [...(this.checkName === undefined ? [] : [this.checkName]), ...this.#grants.steps, REVOKED]
    try {
      const found = await this.#outcomeOf(token)
      const outcome = found.accepted && found.claims.cnf !== undefined ? unproven(found.claims) : found
      if (outcome.accepted) return [...rules, ...steps.map(passedStep), ...reportedBeside(rules, outcome.reported)]
      const at = outcome.at ?? this.checkName ?? 'remembered'
      const before = at === PROOF ? steps : steps.slice(0, Math.max(0, steps.indexOf(at)))
      return [...rules, ...before.map(passedStep), failedStep(at, outcome)]
    } catch (error) {
      if (!isUnavailable(error)) throw error
      return [...rules, unknownStep(steps[0] ?? 'check', error)]
    }
  }

  /** What `verifyToken` says to this token, by what is remembered or else by a check. */
  async #outcomeOf(token: string): Promise<RememberedVerdict | Rejected> {
    const remembered = this.#lookup.recall(this.#lookup.keyOf(token), token, undefined)
    const verdict = remembered ?? this.judge(await this.check(token, { maxAge: undefined }))
    if (!verdict.accepted) return verdict
    const finding = remembered ?? (await this.#grants.process(token, verdict))
    if (!finding.accepted) return finding
    await this.#revocations.beginning
    if (!this.#revocations.caughtUp) await this.#revocations.current?.ready()
    if (this.#revocations.cover(token, finding)) return { ...reject('revoked'), at: REVOKED }
    return finding
  }

  /** What the memory was good for. */
  stats(): ProviderStats {
    return { ...this.#lookup.stats(), revocations: this.#revocations.size }
  }

  /** How it is doing: memory and revocations here, and in a subclass what else it rests on. */
  override health(): ProviderHealth {
    const { accepted, rejected, hits, misses, stale } = this.#lookup.stats()
    const memory = { accepted: accepted.entries, rejected: rejected.entries, bytes: accepted.bytes + rejected.bytes, hits, misses, stale }
    const { size: held, caughtUp } = this.#revocations
    return { name: this.name, kind: 'custom', issuers: [...(this.issuers ?? [])], memory, revocations: { held, caughtUp } }
  }

  /** Which rule made which scope of these claims, and what a wanted one would take: for a person who set this up. */
  explainScopes(claims: Claims, wanted: readonly string[] = []): ScopesExplained {
    return this.#grants.explain(claims, wanted)
  }

  /** Forgets every verdict, and ends what is being asked. What needs an answer after this is unavailable. */
  override async close(): Promise<void> {
    this.#closed.abort()
    this.#revocations.close()
    this.#grants.close()
    this.#lookup.clear()
  }

  /** Tells the observer, if there is one. Never put a token, a secret or the value of a claim into an event. */
  protected emit(event: AuthEvent): void {
    notify(this.listeners.observe, event)
  }

  #ask(key: string, token: string, options: VerifyOptions | undefined): Awaitable<RememberedVerdict> {
    try {
      const asked = this.#lookup.ask(key, token, options?.maxAge)
      return isPending(asked) ? this.#answer(asked, options?.signal) : asked
    } catch (error) {
      return this.#failed(error)
    }
  }

  async #answer(asked: Promise<RememberedVerdict>, signal: AbortSignal | undefined): Promise<RememberedVerdict> {
    try {
      return await (signal === undefined ? asked : unlessAborted(asked, signal))
    } catch (error) {
      return this.#failed(error)
    }
  }

  async #failed(error: unknown): Promise<never> {
    if (isUnavailable(error)) this.emit({ type: 'unavailable', provider: this.name, message: error.message, ...(error.overloaded && { overloaded: true }) })
    // A turn later, when whoever asked listens: Node takes the time to note a rejection that nobody has heard yet. (D9)
    await undefined // oxlint-disable-line await-thenable
    throw error
  }

  #conclude(finding: RememberedVerdict, presented: Presented & { readonly token: string }): Awaitable<AccessToken<Output> | null> {
    const { token, remembered } = presented
    const { beginning } = this.#revocations
    if (beginning !== undefined) return beginning.then(() => this.#conclude(finding, presented))
    if (!finding.accepted) return this.#events.refused(finding, presented)
    if (this.#revocations.cover(token, finding)) return this.#events.refused(reject('revoked'), presented)
    // Looked at here, and never remembered: else whoever shows a stolen token as it is gets its holder refused.
    if (finding.claims.cnf !== undefined && presented.options?.proof !== 'checked') return this.#events.refused(reject('unproven'), presented)
    this.#events.accepted(token, remembered)
    if (finding.reported !== undefined) this.#events.wouldRefuse(finding.reported, token, remembered)
    // What the claims hold beyond `Claims`, the schema saw to.
    const given = new VerifiedAccessToken(token, finding, this.name)
    if (finding.marks !== undefined) this.#revocations.keepMarks(given, finding.marks)
    return given as AccessToken as AccessToken<Output>
  }
}

/** The last step of an explanation. */
const REVOKED = 'revoked'
