/**
 * What stays behind when servers have had everything at once. SOAK_SECONDS: how long, default 4; ten minutes:
 * `SOAK_SECONDS=600 npm run soak -- mixed`. SOAK_SEED: repeats the choices.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { collect } from '../collect.js'
import { MixedLoad } from './mixed-load.js'
import { random } from './random.js'
import { countTimers } from './timers.js'

const seconds = Number(process.env.SOAK_SECONDS ?? 4)
const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 32))

interface State {
  readonly megabytes: number
  readonly handles: Readonly<Record<string, number>>
  readonly timers: number
  readonly watching: number
}

describe(`servers that had everything at once (SOAK_SEED=${seed})`, () => {
  const unhandled: unknown[] = []
  let load: MixedLoad
  /** After the warm-up, and after each quarter of the time. */
  const states: State[] = []
  let before: State
  let after: State

  beforeAll(async () => {
    const note = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', note)
    const timers = countTimers()
    load = new MixedLoad(random(seed))
    await load.start()
    await load.run(Math.max(2, seconds / 10)) // what the first requests leave behind stays: memories fill, code is compiled
    states.push((before = await stateOf(load, timers.waiting)))
    for (let quarter = 0; quarter < 4; quarter += 1) {
      await load.run(seconds / 4)
      states.push((after = await stateOf(load, timers.waiting)))
    }
    await load.close()
    timers.end()
    process.off('unhandledRejection', note)
    console.log(summary(load, states))
  }, (seconds * 2 + 120) * 1000)

  test('had answers of every kind', () => {
    const seen = [...load.outcomes.keys()].map((outcome) => outcome.split(' ').at(-1))
    expect(seen).toEqual(expect.arrayContaining(['200', '401', '500', 'revoked']))
  })

  test('follow no token any more', () => {
    expect([before.watching, after.watching]).toEqual([0, 0])
  })

  test('have no more timers and handles than before', () => {
    expect(after.timers).toBeLessThanOrEqual(before.timers)
    expect(after.handles).toEqual(before.handles)
  })

  test('have no larger heap than before', () => {
    expect(after.megabytes - before.megabytes).toBeLessThan(10)
  })

  test('left no rejection unhandled', () => {
    expect(unhandled).toEqual([])
  })
})

/** When all is still: closed connections are noticed a little later. */
async function stateOf(load: MixedLoad, timers: () => number): Promise<State> {
  const sockets = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length
  for (let turns = 0; turns < 200 && (sockets() > 0 || load.watching > 0 || timers() > 0); turns += 1)
    await new Promise((resolve) => void setImmediate(resolve))
  for (let turns = 0; turns < 5; turns += 1) {
    collect()
    await new Promise((resolve) => void setImmediate(resolve)) // finalizers
  }
  const { heapUsed, external } = process.memoryUsage()
  const handles: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) if (kind.startsWith('TCP')) handles[kind] = (handles[kind] ?? 0) + 1
  return { megabytes: (heapUsed + external) / 1e6, handles, timers: timers(), watching: load.watching }
}

function summary(load: MixedLoad, states: readonly State[]): string {
  const line = ({ megabytes, handles, timers, watching }: State, quarter: number): string =>
    `after ${(quarter * seconds) / 4} s  ${megabytes.toFixed(1)} MB, ${JSON.stringify(handles)}, ${timers} timers, ${watching} tokens followed`
  const outcomes = [...load.outcomes].toSorted().map(([outcome, count]) => `${outcome}: ${count}`)
  return ['', `soak: seed ${seed}, ${seconds} s`, ...states.map(line), outcomes.join(', '), ''].join('\n')
}
