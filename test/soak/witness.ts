/** Asks the provider, and writes down what it answers and what it asks of the issuer meanwhile. */
import { isUnavailable } from '../../src/errors.js'
import { JwksProvider } from '../../src/index.js'
import { AUDIENCE } from '../oauth-kit.js'
import { AnswerLedger } from './answer-ledger.js'
import { FetchLedger } from './fetch-ledger.js'
import { ATTEMPT } from './times.js'
import type { AuthEvent } from '../../src/index.js'
import type { FlappingIssuer } from './flapping-issuer.js'
import type { Answer, Asked, HeldSet, Specimen } from './oracle.js'
import type { Ages, Pace } from './times.js'

/** Earliest part of its age at which a set is refreshed. */
const REFRESH_FROM = 0.7

export class Witness {
  readonly answers: AnswerLedger
  readonly fetches: FetchLedger
  /** What the process would have died of, and what an observer must not throw. */
  readonly unhandled: unknown[] = []
  /** Calls that did not end within the patience. */
  hanging = 0
  /** Real milliseconds within which every call ends: two attempts of four calls each, and a slow machine. */
  readonly patience: number
  /** Every set of keys that the provider has had. */
  readonly sets: HeldSet[] = []
  readonly #issuer: FlappingIssuer
  readonly #now: () => number
  readonly #ages: Ages
  readonly #provider: JwksProvider
  readonly #underWay = new Set<{ readonly since: number }>()
  #calmSince: number
  #turns = 0

  constructor(issuer: FlappingIssuer, now: () => number, ages: Ages, { timeout }: Pace) {
    const { maxAge, maxStale } = ages
    this.#ages = ages
    this.answers = new AnswerLedger({ maxAge, maxStale, attempt: ATTEMPT })
    this.fetches = new FetchLedger(now, () => (this.sets.at(-1)?.fetchedAt ?? -Infinity) + maxAge * REFRESH_FROM)
    this.patience = 2 * 4 * timeout * 1000 + 2000
    this.#issuer = issuer
    this.#now = now
    this.#calmSince = now()
    this.#provider = new JwksProvider({
      issuer: issuer.issuer,
      audience: AUDIENCE,
      timeout,
      keys: { maxAge, maxStale },
      now,
      observe: (event) => this.#observe(event),
      fetch: (input, init) => {
        this.fetches.noteRequest(String(input), this.#isCalm)
        return globalThis.fetch(issuer.route(String(input)), init)
      },
    })
  }

  noteFault(): void {
    this.#calmSince = Number.POSITIVE_INFINITY
  }

  noteCalm(): void {
    this.#calmSince = this.#now()
  }

  async ask(specimen: Specimen): Promise<void> {
    const from = this.#now()
    if (from < specimen.key.publishedAt) specimen.key.shownEarly = true
    const calmSince = this.#calmSince
    const firstSet = Math.max(0, this.sets.length - 1)
    const call = { since: performance.now() }
    const turns = this.#turns
    const isAtHand = this.#isAtHand(specimen.key.kid, from)
    this.#underWay.add(call)
    const { answer, problem } = await this.#answer(specimen)
    this.#underWay.delete(call)
    const asked: Asked = {
      from,
      until: this.#now(),
      held: this.sets.slice(firstSet),
      lostAt: this.#lostAt(specimen.key.kid, from),
      calmSince: Math.max(calmSince, this.#calmSince),
      isAtHand,
      turns: this.#turns - turns,
    }
    this.answers.note(answer, specimen, asked, performance.now() - call.since, problem)
    if (answer === 'yes' && !specimen.shown && asked.held.length === 1) asked.held[0]?.used.add(specimen.key.kid)
    specimen.shown = true
  }

  /** Called once in each turn of the event loop: counts turns, and calls that are under way for too long. */
  watch(): void {
    this.#turns += 1
    const [oldest] = this.#underWay
    if (oldest === undefined || performance.now() - oldest.since < this.patience) return
    this.#underWay.delete(oldest)
    this.hanging += 1
  }

  async close(): Promise<void> {
    this.hanging += this.#underWay.size
    await this.#provider.close()
  }

  #isAtHand(kid: string, from: number): boolean {
    const set = this.sets.at(-1)
    const { maxAge, maxStale } = this.#ages
    return set !== undefined && set.used.has(kid) && from < set.fetchedAt + maxAge + (set.isOld ? maxStale : 0)
  }

  /** When the first set came that has the key no longer. */
  #lostAt(kid: string, from: number): number {
    const last = this.sets.findLastIndex(({ kids, fetchedAt }) => kids.has(kid) && fetchedAt <= from)
    return last === -1 ? Number.POSITIVE_INFINITY : (this.sets[last + 1]?.fetchedAt ?? Number.POSITIVE_INFINITY)
  }

  async #answer({ text, sub, exp }: Specimen): Promise<{ answer: Answer; problem?: string }> {
    try {
      const access = await this.#provider.verifyToken(text)
      if (access === null) return { answer: 'no' }
      const isOurs = access.claims.sub === sub && access.expiresAt === exp
      return { answer: 'yes', ...(!isOurs && { problem: 'the answer is about another token' }) }
    } catch (error) {
      return isUnavailable(error) ? { answer: 'silence' } : { answer: 'bug', problem: `threw ${String(error)}` }
    }
  }

  // A provider ignores what its observer throws; here it must not be lost.
  #observe(event: AuthEvent): void {
    try {
      this.#note(event)
    } catch (error) {
      this.unhandled.push(error)
    }
  }

  #note(event: AuthEvent): void {
    const { type } = event
    if (type === 'keys_fetched' || type === 'keys_rotated') {
      this.fetches.noteOutcome('read', this.#isCalm, true)
      const { keys, fetchedAt } = this.#provider.keys.snapshot()[this.#issuer.issuer] ?? { keys: [], fetchedAt: 0 }
      const named = keys as readonly ({ kid?: string } | null)[] // as published, garbage included
      this.sets.push({ kids: new Set(named.map((key) => String(key?.kid))), fetchedAt, isOld: false, used: new Set() })
    }
    if (event.type === 'keys_unavailable') {
      this.fetches.noteOutcome('failed', this.#isCalm, event.usable)
      const last = this.sets.at(-1)
      if (last !== undefined) last.isOld = true
      // Begun in the fault, or on a machine too slow for the timeout: for the provider the outage goes on.
      if (this.#isCalm) this.noteCalm()
    }
  }

  get #isCalm(): boolean {
    return this.#calmSince !== Number.POSITIVE_INFINITY
  }
}
