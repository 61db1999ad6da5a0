/** Chance that can be repeated: the same seed gives the same schedule. */
export interface Random {
  /** From 0 to 1, without 1. */
  next(): number
  between(least: number, most: number): number
  pick<T>(list: readonly T[]): T
  shuffled<T>(list: readonly T[]): T[]
  /** Chance of one's own, so that workers do not take from each other. */
  fork(): Random
}

export function random(seed: number): Random {
  let state = seed >>> 0
  // mulberry32: small, and good enough to spread faults.
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (least, most) => least + next() * (most - least),
    pick: <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T, // never an empty list
    shuffled: (list) => list.map((item) => ({ item, at: next() })).sort((a, b) => a.at - b.at).map(({ item }) => item),
    fork: () => random(Math.floor(next() * 2 ** 32)),
  }
}
