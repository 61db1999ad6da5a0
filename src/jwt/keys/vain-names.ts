/** Names of keys that an issuer was asked for in vain: one name must not spend what is there for all of them. */
import { lruMemory } from '../../lib/lru-memory.js'

const MAX_NAMES = 1000
/** Looks for one name: a forger who knows the name of the coming key must not have used up its only one. */
const AT_ONCE = 2
/** Seconds after which one more may be made. */
const ONE_EVERY = 30

export class VainNames {
  readonly #now: () => number
  readonly #looks = lruMemory<{ readonly count: number; readonly last: number }>(MAX_NAMES)

  /** `now`: a clock in seconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** 0 where the issuer may be asked for this name, else the seconds until it may. */
  wait(name: string): number {
    const looks = this.#looks.get(name)
    if (looks === undefined || looks.count < AT_ONCE) return 0
    const wait = looks.last + ONE_EVERY - this.#now()
    return wait <= ONE_EVERY ? Math.max(0, wait) : 0 // a clock that was set back keeps nobody waiting
  }

  /** The issuer does not have it. */
  add(name: string): void {
    const { count = 0 } = this.#looks.get(name) ?? {}
    this.#looks.set(name, { count: count + 1, last: this.#now() })
  }
}
