/** Runs 32 workers against one provider while its issuer breaks and mends, and gives the ledgers of what happened. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isUnavailable } from '../../src/errors.js'
import { JwksProvider } from '../../src/index.js'
import { AUDIENCE } from '../oauth-kit.js'
import { AnswerLedger } from './answer-ledger.js'
import { FastClock, turn } from './fast-clock.js'
import { FAULTS } from './faults.js'
import { FetchLedger } from './fetch-ledger.js'
import { FlappingIssuer } from './flapping-issuer.js'
import { JosePeer } from './jose-peer.js'
import { random } from './random.js'
import { Rotations } from './rotation.js'
import { Specimens } from './specimens.js'
import type { AuthEvent } from '../../src/index.js'
import type { Fault } from './faults.js'
import type { Answer, Asked, Bounds, HeldSet, Specimen } from './oracle.js'
import type { Random } from './random.js'

export interface SoakOptions {
  /** Real seconds of flapping; the long outage and the recovery come on top. */
  readonly seconds: number
  readonly seed: number
  /** Lets jose verify tokens of the same issuer at the same time, for comparison. */
  readonly withJose: boolean
  readonly ages: Ages
  readonly pace: Pace
}

/** How keys age in this soak, in seconds of the provider. */
export interface Ages {
  readonly maxAge: number
  readonly maxStale: number
  /** How long the long outage lasts. */
  readonly outage: number
  /** How long a fault goes on after it was met, at most. */
  readonly linger: number
  /** How long the issuer keeps its keys between two rotations, at least and at most. */
  readonly rest: readonly [number, number]
}

/** R3 and R4 sixty times shorter, so that many a key set ends: 10 s and 60 s for 10 and 60 min. */
export const FAST_AGES: Ages = { maxAge: 10, maxStale: 60, outage: 85, linger: 15, rest: [2, 12] }
/** R3 and R4 as they are: between refreshes only the budget for unknown names finds what is new. */
export const TRUE_AGES: Ages = { maxAge: 600, maxStale: 3600, outage: 600, linger: 200, rest: [60, 240] }

/** How fast time passes. The two belong together: one call takes 3 s of the provider's at most, where R1 has 2. */
export interface Pace {
  /** Seconds of the provider in one real one. */
  readonly speed: number
  /** Real seconds for one call. */
  readonly timeout: number
}

export const FAST: Pace = { speed: 60, timeout: 0.05 }
/** For a machine that does not answer itself within 50 ms. */
export const SLOW: Pace = { speed: 12, timeout: 0.25 }

/** Provider's seconds that one attempt to read the keys takes at most: three places for discovery, and the keys. */
const ATTEMPT = 4 * 3
/** Provider's seconds within which all is well after the last fault: the longest back-off, and one attempt. */
export const RECOVERY = 33 + ATTEMPT

const WORKERS = 32
/** Earliest part of the age at which a set is refreshed. */
const REFRESH_FROM = 0.7

export class Soak {
  readonly options: SoakOptions
  /** Real milliseconds within which every call ends: two attempts of four calls each, and a slow machine. */
  readonly patience: number
  readonly clock: FastClock
  readonly issuer: FlappingIssuer
  readonly answers: AnswerLedger
  readonly fetches: FetchLedger
  /** What the process would have died of. */
  readonly unhandled: unknown[] = []
  jose: JosePeer | undefined
  rotations = 0
  /** Real milliseconds. */
  longestTurn = 0
  /** Seconds of the provider's clock from the end of the long outage until the keys were read again. */
  recoveredAfter = Number.POSITIVE_INFINITY
  /** Calls that had not ended when the patience with them did. */
  hanging = 0
  readonly #bounds: Bounds
  readonly #chance: Random
  #provider!: JwksProvider // made when the issuer has its port
  #schedule!: Rotations
  readonly #sets: HeldSet[] = []
  #calmSince: number
  #ended = false
  readonly #underWay = new Set<{ readonly since: number }>()

  constructor(options: SoakOptions) {
    this.options = options
    this.patience = 2 * 4 * options.pace.timeout * 1000 + 2000
    this.clock = new FastClock(options.pace.speed)
    this.issuer = new FlappingIssuer(this.clock.now)
    this.fetches = new FetchLedger(this.clock.now, () => this.#dueAt())
    this.#bounds = { ...options.ages, attempt: ATTEMPT }
    this.answers = new AnswerLedger(this.#bounds)
    this.#chance = random(options.seed)
    this.#calmSince = this.clock.now()
  }

  async run(): Promise<void> {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    const note = (error: unknown): void => void this.unhandled.push(error)
    process.on('unhandledRejection', note).on('uncaughtException', note)
    await this.issuer.listen()
    this.#provider = this.#makeProvider()
    this.#schedule = new Rotations(this.issuer, this.#chance.fork(), this.clock.now(), this.options.ages.rest)
    this.jose = this.options.withJose ? this.#makePeer() : undefined
    delay.enable()
    try {
      await this.#coldStart()
      const workers = Array.from({ length: WORKERS }, () => this.#work(new Specimens(this.issuer, this.clock.now, this.#chance.fork())))
      await this.#flap()
      await this.#longOutage()
      await this.#recover()
      this.#ended = true
      await Promise.race([Promise.all(workers), this.#lives(this.patience / 1000)])
      this.hanging += this.#underWay.size
    } finally {
      delay.disable()
      this.longestTurn = delay.max / 1e6
      this.rotations = this.#schedule.count
      await this.#provider.close()
      await this.issuer.close()
      await this.#turns(50) // for what has been left behind to come up
      process.off('unhandledRejection', note).off('uncaughtException', note)
    }
  }

  #makeProvider(): JwksProvider {
    return new JwksProvider({
      issuer: this.issuer.issuer,
      audience: AUDIENCE,
      timeout: this.options.pace.timeout,
      keys: { maxAge: this.#bounds.maxAge, maxStale: this.#bounds.maxStale },
      now: this.clock.now,
      observe: (event) => this.#observe(event),
      fetch: (input, init) => {
        this.fetches.noteRequest(this.#isCalm)
        return globalThis.fetch(this.issuer.route(String(input)), init)
      },
    })
  }

  #makePeer(): JosePeer {
    const { speed, timeout } = this.options.pace
    return new JosePeer(this.issuer, this.clock.now, { timeout, maxAge: this.#bounds.maxAge / speed, cooldown: 30 / speed })
  }

  /** The issuer is down when the first requests come: nobody knows, until it is up. */
  async #coldStart(): Promise<void> {
    this.#break(faultNamed('500'))
    const specimens = new Specimens(this.issuer, this.clock.now, this.#chance.fork())
    await this.#until(5, async () => void (await this.#ask(specimens.next())))
    this.#mend()
  }

  /** One outage after the other, with fine times between, until time is over and every fault had its turn. */
  async #flap(): Promise<void> {
    const begun = this.clock.lived()
    let round = 0
    let waiting: readonly Fault[] = []
    while (this.clock.lived() - begun < this.options.seconds || (round < 2 && waiting.length > 0)) {
      if (waiting.length === 0) {
        waiting = this.#chance.shuffled(FAULTS)
        round += 1
      }
      const kinds = this.#chance.pick([2, 3, 4, 5])
      await this.#outage(waiting.slice(0, kinds))
      waiting = waiting.slice(kinds)
    }
  }

  /** The issuer is broken in one way after the other, each until it was met, and then fine until that was seen. */
  async #outage(faults: readonly Fault[]): Promise<void> {
    for (const fault of faults) {
      const before = this.issuer.met.get(fault.name) ?? 0
      this.#break(fault)
      await this.#until(40, () => (this.issuer.met.get(fault.name) ?? 0) > before)
      await this.#until(this.#chance.between(0, this.options.ages.linger), () => false)
    }
    this.#mend()
    const read = this.#sets.length
    await this.#until(RECOVERY + 5, () => this.#sets.length > read)
    const rest = this.clock.now() + this.#chance.between(0, 5)
    await this.#until(5, () => this.clock.now() >= rest)
  }

  /** A long one, with a fault of another kind every few seconds: past R4, where keys age fast. */
  async #longOutage(): Promise<void> {
    const silencing = FAULTS.filter(({ silences }) => silences)
    const until = this.clock.now() + this.options.ages.outage
    while (this.clock.now() < until) {
      this.#break(this.#chance.pick(silencing))
      await this.#until(8, () => this.clock.now() >= until)
    }
    this.#mend()
  }

  async #recover(): Promise<void> {
    const since = this.clock.now()
    const read = this.#sets.length
    await this.#until(RECOVERY * 2, () => this.#sets.length > read)
    if (this.#sets.length > read) this.recoveredAfter = this.clock.now() - since
    await this.#until(10, () => false)
  }

  /** One worker asks without pause; between two of its questions the others get their turn. */
  async #work(specimens: Specimens): Promise<void> {
    while (!this.#ended) {
      await this.#ask(specimens.next())
      await turn()
    }
  }

  async #ask(specimen: Specimen): Promise<void> {
    const from = this.clock.now()
    if (from < specimen.key.publishedAt) specimen.key.shownEarly = true
    const firstSet = Math.max(0, this.#sets.length - 1)
    const calmSince = this.#calmSince
    const call = { since: performance.now() }
    this.#underWay.add(call)
    const { answer, problem } = await this.#answer(specimen)
    this.#underWay.delete(call)
    const asked: Asked = { from, until: this.clock.now(), held: this.#sets.slice(firstSet), calmSince: Math.max(calmSince, this.#calmSince) }
    this.answers.note(answer, specimen, asked, performance.now() - call.since, ...(problem === undefined ? [] : [problem]))
    specimen.shown = true
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
    if (event.type === 'keys_fetched' || event.type === 'keys_rotated') {
      this.fetches.noteOutcome('read', this.#isCalm)
      const held = this.#provider.keys.snapshot()[this.issuer.issuer]
      const keys = (held?.keys ?? []) as readonly ({ kid?: string } | null)[] // as published, garbage included
      this.#sets.push({ kids: new Set(keys.map((key) => String(key?.kid))), fetchedAt: held?.fetchedAt ?? 0 })
    }
    if (event.type === 'keys_unavailable') {
      this.fetches.noteOutcome('failed', this.#isCalm)
      // Begun in the fault, or on a machine too slow for the timeout: for the provider the outage goes on.
      if (this.#isCalm) this.#calmSince = this.clock.now()
    }
  }

  get #isCalm(): boolean {
    return this.#calmSince !== Number.POSITIVE_INFINITY
  }

  #dueAt(): number {
    const held = this.#sets.at(-1)
    return held === undefined ? Number.NEGATIVE_INFINITY : held.fetchedAt + this.#bounds.maxAge * REFRESH_FROM
  }

  #break(fault: Fault): void {
    const at = fault.at === 'either' ? this.#chance.pick(['discovery', 'keys'] as const) : fault.at
    this.#calmSince = Number.POSITIVE_INFINITY
    this.issuer.break(fault, at)
  }

  #mend(): void {
    this.issuer.mend()
    this.#calmSince = this.clock.now()
  }

  /** Lets time pass until the condition holds, and no longer than so many seconds of the provider's. */
  async #until(seconds: number, holds: () => boolean | Promise<void>): Promise<void> {
    const end = this.clock.now() + seconds
    while (this.clock.now() < end && (await holds()) !== true) await this.#turn()
  }

  async #turn(): Promise<void> {
    await this.clock.turn()
    this.#schedule.advance(this.clock.now())
    this.jose?.ask()
    const [oldest] = this.#underWay
    if (oldest === undefined || performance.now() - oldest.since < this.patience) return
    this.#underWay.delete(oldest)
    this.hanging += 1
  }

  async #turns(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) await this.clock.turn()
  }

  async #lives(seconds: number): Promise<void> {
    const end = this.clock.lived() + seconds
    while (this.clock.lived() < end) await this.clock.turn()
  }
}

function faultNamed(name: string): Fault {
  const found = FAULTS.find((fault) => fault.name === name)
  if (found === undefined) throw new Error(`no fault has the name ${name}`)
  return found
}
