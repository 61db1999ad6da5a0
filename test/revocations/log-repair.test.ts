/** A log that lost its entries is written back once, however many know what was in it. */
import { expect, test } from 'vitest'
import { LogRepair } from '../../src/revocations/log-repair.js'
import type { RevocationEntry } from '../../src/revocations/revocation.js'

test('those who write back at the same time go by an order of their own, and leave out what others have written', async () => {
  const [count, replicas] = [10_000, 4]
  const rest = { by: 'jti', issuer: undefined, before: Number.POSITIVE_INFINITY, until: 2_000_000_000 } as const
  const entries: RevocationEntry[] = Array.from({ length: count }, (_, n) => ({ ...rest, value: `token-${n}` }))
  const log: RevocationEntry[] = []
  const begin: (() => void)[] = []
  let writing = replicas
  const all = Array.from({ length: replicas }, () => new LogRepair({
    every: 5,
    after: (_, work) => (begin.push(work), () => undefined),
    entries: () => entries,
    write: async (written) => {
      await new Promise((resolve) => void setImmediate(resolve)) // the way to the log and back
      log.push(...written)
      for (const one of all) for (const entry of written) one.seen(entry)
    },
  }))
  for (const one of all) {
    one.begin()
    one.ended()
  }
  for (const work of begin) work()
  while (writing > 0) {
    await new Promise((resolve) => void setImmediate(resolve))
    writing = all.filter(({ isDue }) => isDue).length
  }
  expect(new Set(log.map(({ value }) => value)).size).toBe(count)
  expect(log.length, 'and not as often as there are replicas').toBeLessThan(count * 1.25)
})

test('whoever has nothing to add looks through a long list in slices, and lets others have their turn', async () => {
  const rest = { by: 'jti', issuer: undefined, before: Number.POSITIVE_INFINITY, until: 2_000_000_000 } as const
  const entries: RevocationEntry[] = Array.from({ length: 10_000 }, (_, n) => ({ ...rest, value: `token-${n}` }))
  const repair = new LogRepair({ every: 5, after: (_, work) => (work(), () => undefined), entries: () => entries, write: async () => undefined })
  repair.begin()
  for (const entry of entries) repair.seen(entry)
  repair.ended()
  let turns = 0
  while (repair.isDue) {
    await new Promise((resolve) => void setImmediate(resolve))
    turns += 1
  }
  expect(turns).toBeGreaterThan(15)
})
