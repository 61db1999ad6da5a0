/** Runs 32 workers against one provider while its issuer breaks and mends. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { collect } from '../collect.js'
import { FastClock, turn } from './fast-clock.js'
import { FAULTS, HANGING, SLOW_ANSWER } from './faults.js'
import { FlappingIssuer } from './flapping-issuer.js'
import { JosePeer } from './jose-peer.js'
import { random } from './random.js'
import { Rotations } from './rotation.js'
import { Specimens } from './specimens.js'
import { FAST, RECOVERY } from './times.js'
import { Witness } from './witness.js'
import type { Fault } from './faults.js'
import type { Random } from './random.js'
import type { Ages, Pace } from './times.js'

export interface SoakOptions {
  /** Real seconds of flapping; the long outage and the recovery come on top. */
  readonly seconds: number
  readonly seed: number
  /** Lets jose verify tokens of the same issuer at the same time, for comparison. */
  readonly withJose: boolean
  readonly ages: Ages
  readonly pace: Pace
}

const WORKERS = 32

export class Soak {
  readonly options: SoakOptions
  readonly clock: FastClock
  readonly issuer: FlappingIssuer
  readonly rotations: Rotations
  readonly witness: Witness
  readonly jose: JosePeer | undefined
  /** Real milliseconds. */
  longestTurn = 0
  /** Seconds of the provider's clock from the end of the long outage until the keys were read again. */
  recoveredAfter = Number.POSITIVE_INFINITY
  readonly #chance: Random
  #ended = false

  /** A soak is begun with an issuer that listens already, so that a provider can name it. */
  static async begin(options: SoakOptions): Promise<Soak> {
    const clock = new FastClock(options.pace.speed)
    const issuer = new FlappingIssuer(clock.now)
    await issuer.listen()
    return new Soak(options, clock, issuer)
  }

  private constructor(options: SoakOptions, clock: FastClock, issuer: FlappingIssuer) {
    const { seed, ages, pace, withJose } = options
    const { speed, timeout } = pace
    this.options = options
    this.clock = clock
    this.issuer = issuer
    this.#chance = random(seed)
    this.rotations = new Rotations(issuer, this.#chance.fork(), clock.now(), ages.rest)
    this.witness = new Witness(issuer, clock.now, ages, pace)
    const times = { timeout, maxAge: ages.maxAge / speed, cooldown: 30 / speed }
    this.jose = withJose ? new JosePeer(issuer, clock.now, times) : undefined
  }

  /** One attempt in ten failed though the issuer was fine: then a soak measures the machine. */
  get isTooFast(): boolean {
    const { tooSlow, attempts } = this.witness.fetches
    return tooSlow >= 4 && tooSlow * 10 >= attempts.length
  }

  async run(): Promise<void> {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    const note = (error: unknown): void => void this.witness.unhandled.push(error)
    process.on('unhandledRejection', note).on('uncaughtException', note)
    delay.enable()
    try {
      await this.#soak()
    } finally {
      delay.disable()
      this.longestTurn = delay.max / 1e6
      await this.witness.close()
      await this.issuer.close()
      for (let n = 0; n < 50; n += 1) await turn() // for what has been left behind to come up
      process.off('unhandledRejection', note).off('uncaughtException', note)
    }
  }

  async #soak(): Promise<void> {
    const specimens = (): Specimens => new Specimens(this.issuer, this.clock.now, this.#chance.fork())
    await this.#coldStart(specimens())
    const workers = Promise.all(Array.from({ length: WORKERS }, () => this.#work(specimens())))
    await this.#flap()
    await this.#longOutage()
    await this.#recover()
    this.#ended = true
    let areDone = false
    void workers.then(() => (areDone = true))
    await this.#until((this.witness.patience / 1000) * this.options.pace.speed, () => areDone)
  }

  /** One worker asks without pause; between two of its questions the others get their turn. */
  async #work(specimens: Specimens): Promise<void> {
    while (!this.#ended) {
      await this.witness.ask(specimens.next())
      await turn()
    }
  }

  /** The issuer is down when the first requests come: nobody knows, until it is up. */
  async #coldStart(specimens: Specimens): Promise<void> {
    this.#break(this.#chance.pick(SILENCING))
    for (let n = 0; n < 10; n += 1) {
      await this.witness.ask(specimens.next())
      await this.#turn()
    }
    this.#mend()
  }

  /** One outage after the other, with fine times between, until time is over and every fault had its turn. */
  async #flap(): Promise<void> {
    const begun = this.clock.lived()
    let round = 0
    let waiting: readonly Fault[] = []
    while (this.clock.lived() - begun < this.options.seconds || (round < 2 && waiting.length > 0)) {
      if (this.isTooFast && this.options.pace === FAST) return // it will be done again, slower
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
      const met = (): number => this.issuer.met.get(fault.name) ?? 0
      const before = met()
      this.#break(fault)
      await this.#until(2 * RECOVERY, () => met() > before)
      if (HANGING.includes(fault.name)) collect() // a call is under way, and must end all the same
      // A key that comes while an answer is on its way is not in it.
      if (fault.name === SLOW_ANSWER) this.rotations.hurry(this.clock.now())
      await this.#until(this.#chance.between(0, this.options.ages.linger))
    }
    this.#mend()
    const { sets } = this.witness
    const read = sets.length
    await this.#until(RECOVERY + 5, () => sets.length > read)
    await this.#until(this.#chance.between(0, 5))
  }

  /** A long one, with a fault of another kind every few seconds: past R4, where keys age fast. */
  async #longOutage(): Promise<void> {
    const until = this.clock.now() + this.options.ages.outage
    while (this.clock.now() < until) {
      this.#break(this.#chance.pick(SILENCING))
      await this.#until(8, () => this.clock.now() >= until)
    }
    this.#mend()
  }

  async #recover(): Promise<void> {
    const { sets } = this.witness
    const [since, read] = [this.clock.now(), sets.length]
    await this.#until(RECOVERY * 2, () => sets.length > read)
    if (sets.length > read) this.recoveredAfter = this.clock.now() - since
    await this.#until(30) // all is as it was, rotations too
  }

  #break(fault: Fault): void {
    const at = fault.at === 'either' ? this.#chance.pick(['discovery', 'keys'] as const) : fault.at
    this.issuer.break(fault, at)
    this.witness.noteFault()
  }

  #mend(): void {
    this.issuer.mend()
    this.witness.noteCalm()
  }

  /** Lets so many seconds of the provider's clock pass, or fewer when the condition comes true. */
  async #until(seconds: number, holds = (): boolean => false): Promise<void> {
    const end = this.clock.now() + seconds
    while (this.clock.now() < end && !holds()) await this.#turn()
  }

  async #turn(): Promise<void> {
    await this.clock.turn()
    this.rotations.advance(this.clock.now())
    this.witness.watch()
    if (!this.#ended) this.jose?.ask()
  }
}

const SILENCING = FAULTS.filter(({ silences }) => silences)
