/** A provider's clock that runs many times faster than the wall's, so that an hour of faults passes in a minute. */
import { START } from '../oauth-kit.js'

/** Real milliseconds that one turn counts for at most: a machine that stalls does not end keys and tokens at once. */
const LONGEST_TURN = 20

/** Moves only between turns of the event loop: whatever happens in one turn happens at one instant. */
export class FastClock {
  readonly #speed: number
  #lived = 0
  #seen = performance.now()

  constructor(speed: number) {
    this.#speed = speed
  }

  /** Seconds since the epoch, as a provider wants them. */
  readonly now = (): number => START + this.#lived * this.#speed

  /** Real seconds lived through, stalls left out. */
  readonly lived = (): number => this.#lived

  /** Lets the event loop turn once, and time pass. */
  async turn(): Promise<void> {
    await turn()
    const seen = performance.now()
    this.#lived += Math.min(seen - this.#seen, LONGEST_TURN) / 1000
    this.#seen = seen
  }
}

/** Sockets and timers get their chance. */
export function turn(): Promise<void> {
  return new Promise((done) => void setImmediate(done))
}
