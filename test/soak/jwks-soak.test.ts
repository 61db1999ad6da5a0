/**
 * What `JwksProvider` promises while its authorization server breaks in every way (R4–R9, R12, R13, R16).
 * SOAK_SECONDS: real seconds of flapping, default 2; from 20 on, a second soak has the true ages of keys, and jose runs
 * beside both. SOAK_SEED: repeats a schedule.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { Soak } from './soak.js'
import { summary } from './summary.js'
import { FAST, FAST_AGES, RECOVERY, SLOW, TRUE_AGES } from './times.js'
import type { Ages } from './times.js'

const seconds = Number(process.env.SOAK_SECONDS ?? 2)
const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 32))
const isLong = seconds >= 20

const soaks: readonly (readonly [string, Ages])[] = [
  ['keys that age sixty times as fast', isLong ? FAST_AGES : { ...FAST_AGES, linger: 0 }],
  ...(isLong ? [['keys that age as they do', TRUE_AGES] as const] : []),
]

describe.each(soaks)(`JwksProvider with an issuer that breaks and mends, and %s (SOAK_SEED=${seed})`, (_, ages) => {
  /** More than one only on a machine that is too slow for the first. */
  const runs: Soak[] = []
  let last: Soak

  beforeAll(async () => {
    for (const pace of [FAST, SLOW]) {
      last = await Soak.begin({ seconds, seed, ages, pace, withJose: isLong })
      runs.push(last)
      await last.run()
      console.log(summary(last))
      if (!last.isTooFast) return
    }
  }, (seconds * 10 + 240) * 1000)

  /** True at any pace. */
  const wrong = (kind: string): readonly string[] => {
    const all = runs.flatMap(({ witness }) => witness.answers.wrong)
    return all.filter(({ answer }) => answer === kind).map(({ words }) => words)
  }

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
    const { answers } = last.witness
    expect(answers.total('good, key known')).toBeGreaterThan(1000)
    expect(answers.availability(['good, key known'])).toBeGreaterThanOrEqual(0.999)
  })

  test('makes nobody wait for the issuer who brings a key that is at hand', () => {
    expect(runs.flatMap(({ witness }) => witness.answers.keptWaiting)).toEqual([])
  })

  test('leaves no call hanging', () => {
    expect(runs.map(({ witness }) => witness.hanging)).toEqual(runs.map(() => 0))
  })

  test('leaves no rejection unhandled and no exception uncaught', () => {
    expect(runs.flatMap(({ witness }) => witness.unhandled)).toEqual([])
  })

  test('looks for names that nobody knows three times at once, then once in thirty seconds', () => {
    expect(runs.flatMap(({ witness }) => witness.fetches.tooManyLooks)).toEqual([])
  })

  test('makes at most ten attempts in the first minute of an outage, 24 without keys at hand, each after its back-off', () => {
    for (const { fetches } of runs.map(({ witness }) => witness)) {
      expect(fetches.busiestOutage('with keys').attempts).toBeLessThanOrEqual(10)
      expect(fetches.busiestOutage().attempts).toBeLessThanOrEqual(24)
      expect(fetches.tooHasty).toEqual([])
    }
  })

  test('tries each document at most twice in one attempt', () => {
    const attempts = runs.flatMap(({ witness }) => witness.fetches.attempts)
    expect(Math.max(...attempts.flatMap(({ documents }) => [...documents.values()]))).toBeLessThanOrEqual(2)
  })

  test('recovers from a long outage without a restart', () => {
    expect(last.recoveredAfter).toBeLessThanOrEqual(RECOVERY)
  })

  test('never asks where a redirect or a false discovery document points', () => {
    expect(runs.flatMap(({ issuer }) => issuer.trapped)).toEqual([])
  })

  test('has met every fault and has seen rotations', () => {
    expect([...last.issuer.met].filter(([, times]) => times === 0)).toEqual([])
    expect(last.rotations.count).toBeGreaterThanOrEqual(3)
  })
})
