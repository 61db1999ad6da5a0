/** How the flapping issuer changes its keys, over and over, whether it is broken at the time or not. */
import type { FlappingIssuer } from './flapping-issuer.js'
import type { IssuerKey } from './issuer-key.js'
import type { Random } from './random.js'

/** Steps and the seconds after the rotation's begin at which they are taken. */
type Rotation = (issuer: FlappingIssuer, old: IssuerKey, fresh: IssuerKey, random: Random) => readonly Step[]

interface Step {
  readonly after: number
  readonly take: () => void
}

const ROTATIONS: Readonly<Record<string, Rotation>> = {
  /** By the book: published well before its first use, and the old one removed well after its last. */
  orderly: (issuer, old, fresh, random) => [
    { after: 0, take: () => void issuer.publish(fresh) },
    { after: 12, take: () => void (issuer.signing = fresh) },
    { after: random.between(20, 30), take: () => issuer.remove(old) },
  ],
  /** Used as soon as it is published. */
  prompt: (issuer, old, fresh, random) => [
    { after: 0, take: () => void (issuer.signing = issuer.publish(fresh)) },
    { after: random.between(10, 20), take: () => issuer.remove(old) },
  ],
  /** After a break-in: the old key goes in the moment in which the new one comes. */
  abrupt: (issuer, old, fresh) => [
    {
      after: 0,
      take: () => {
        issuer.signing = issuer.publish(fresh)
        issuer.remove(old)
      },
    },
  ],
  /** A mistake that happens: it signs first and publishes later. */
  hasty: (issuer, old, fresh, random) => [
    { after: 0, take: () => void (issuer.signing = fresh) },
    { after: random.between(3, 8), take: () => void issuer.publish(fresh) },
    { after: random.between(15, 25), take: () => issuer.remove(old) },
  ],
}

export class Rotations {
  readonly #issuer: FlappingIssuer
  readonly #random: Random
  readonly #rest: readonly [number, number]
  #steps: { at: number; take: () => void }[] = []
  #kinds: Rotation[] = []
  #next: number
  count = 0

  /** `rest`: seconds between two rotations, at least and at most. */
  constructor(issuer: FlappingIssuer, random: Random, now: number, rest: readonly [number, number]) {
    this.#rest = rest
    this.#issuer = issuer
    this.#random = random
    this.#next = now + 5
  }

  /** Begins the next rotation now, unless one is under way. */
  hurry(now: number): void {
    this.#next = now
    this.advance(now)
  }

  /** Takes the steps that are due. */
  advance(now: number): void {
    while (this.#steps[0] !== undefined && this.#steps[0].at <= now) this.#steps.shift()?.take()
    if (this.#steps.length > 0 || now < this.#next) return
    if (this.#kinds.length === 0) this.#kinds = this.#random.shuffled(Object.values(ROTATIONS))
    const begin = this.#kinds.pop() as Rotation // there is one: it was filled above
    const steps = begin(this.#issuer, this.#issuer.signing, this.#issuer.make(), this.#random)
    this.#steps = steps.map(({ after, take }) => ({ at: now + after, take }))
    this.#next = now + (steps.at(-1)?.after ?? 0) + this.#random.between(...this.#rest)
    this.count += 1
  }
}
