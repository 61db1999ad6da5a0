/**
 * What `JwksProvider` promises while its identity provider breaks in every way (R4–R9, R12, R13, R16).
 * SOAK_SECONDS: real seconds of flapping, default 3; from 20 on, a second soak has the true ages of keys, and jose runs
 * beside both. SOAK_SEED: repeats a schedule.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { FAULTS } from './faults.js'
import { FAST, FAST_AGES, RECOVERY, SLOW, Soak, TRUE_AGES } from './soak.js'
import { summary } from './summary.js'
import type { Ages } from './soak.js'

const seconds = Number(process.env.SOAK_SECONDS ?? 3)
const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 32))
const isLong = seconds >= 20

const soaks: readonly (readonly [string, Ages])[] = [
  ['keys that age sixty times as fast', isLong ? FAST_AGES : { ...FAST_AGES, linger: 0 }],
  ...(isLong ? [['keys that age as they do', TRUE_AGES] as const] : []),
]

describe.each(soaks)(`JwksProvider with an issuer that breaks and mends, and %s (SOAK_SEED=${seed})`, (_, ages) => {
  let soak: Soak
  const wrong = (answer: string): readonly string[] => soak.answers.wrong.filter((one) => one.answer === answer).map(({ words }) => words)

  beforeAll(async () => {
    for (const pace of [FAST, SLOW]) {
      soak = new Soak({ seconds, seed, ages, pace, withJose: isLong })
      await soak.run()
      console.log(summary(soak))
      // What a machine that is too slow for itself measures is itself: once more, then, and that counts.
      if (soak.fetches.tooSlow * 10 < soak.fetches.attempts.length) return
    }
  }, (seconds * 10 + 240) * 1000)

  test('says yes only to good tokens by keys that the issuer has, or had a moment ago', () => {
    expect(wrong('yes')).toEqual([])
  })

  test('says no to no good token, whatever the issuer does', () => {
    expect(wrong('no')).toEqual([])
  })

  test('is silent only about what a key decides, and not for longer than the back-off and the budget', () => {
    expect(wrong('silence')).toEqual([])
  })

  test('throws nothing but AuthUnavailableError', () => {
    expect(wrong('bug')).toEqual([])
  })

  test('answers at least 999 of 1000 good tokens by known keys', () => {
    expect(soak.answers.total('good, key known')).toBeGreaterThan(1000)
    expect(soak.answers.availability(['good, key known'])).toBeGreaterThanOrEqual(0.999)
  })

  test('leaves no call hanging', () => {
    expect(soak.hanging).toBe(0)
    expect(Math.max(...soak.answers.longest.values())).toBeLessThan(soak.patience)
  })

  test('leaves no rejection unhandled and no exception uncaught', () => {
    expect(soak.unhandled).toEqual([])
  })

  test('looks for names that nobody knows three times at once, then once in thirty seconds', () => {
    expect(soak.fetches.tooManyLooks).toEqual([])
  })

  test('makes at most ten attempts in the first minute of an outage, each after its back-off', () => {
    expect(soak.fetches.busiestOutage.attempts).toBeLessThanOrEqual(10)
    expect(soak.fetches.tooHasty).toEqual([])
  })

  test('tries each document at most twice in one attempt', () => {
    // Three places for discovery, and the keys.
    expect(Math.max(...soak.fetches.attempts.map(({ requests }) => requests))).toBeLessThanOrEqual(2 * 4)
  })

  test('recovers from a long outage without a restart', () => {
    expect(soak.recoveredAfter).toBeLessThanOrEqual(RECOVERY)
  })

  test('never asks where a redirect or a false discovery document points', () => {
    expect(soak.issuer.trapped).toEqual([])
  })

  test('has met every fault and has seen rotations', () => {
    expect([...soak.issuer.met].filter(([, times]) => times === 0)).toEqual([])
    expect(soak.issuer.met.size).toBe(FAULTS.length)
    expect(soak.rotations).toBeGreaterThanOrEqual(3)
  })
})
