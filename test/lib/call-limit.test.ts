import { describe, expect, test } from 'vitest'
import { CallLimit } from '../../src/lib/call-limit.js'

const busy = (): Error => new Error('busy')
const turn = (): Promise<void> => new Promise((done) => void setImmediate(done))

/** Work that ends when told. */
function work(): { readonly run: () => Promise<string>; readonly end: () => void; begun: boolean } {
  let resolve: (text: string) => void = () => undefined
  const promise = new Promise<string>((done) => void (resolve = done))
  const made = { begun: false, run: () => ((made.begun = true), promise), end: () => resolve('done') }
  return made
}

/** How many of three calls begin at once. */
async function roomIn(limit: CallLimit): Promise<number> {
  const works = [work(), work(), work()]
  const runs = works.map((one) => limit.run(one.run, new AbortController().signal, busy))
  const begun = works.filter((one) => one.begun).length
  works.forEach((one) => one.end())
  await Promise.all(runs)
  return begun
}

describe('CallLimit', () => {
  test('lets so many run and calls the next in order', async () => {
    const limit = new CallLimit({ most: 2 })
    const works = [work(), work(), work(), work()]
    const { signal } = new AbortController()
    const runs = works.map((one) => limit.run(one.run, signal, busy))
    expect(works.map(({ begun }) => begun)).toEqual([true, true, false, false])
    works[1]?.end()
    await turn()
    expect(works.map(({ begun }) => begun)).toEqual([true, true, true, false])
    works.forEach((one) => one.end())
    expect(await Promise.all(runs)).toEqual(['done', 'done', 'done', 'done'])
    expect(await roomIn(limit)).toBe(2)
  })

  test('whoever gives up leaves the line, and takes no place with them', async () => {
    const limit = new CallLimit({ most: 1 })
    const [first, second, third] = [work(), work(), work()]
    const impatient = new AbortController()
    const { signal } = new AbortController()
    const runs = [
      limit.run(first.run, signal, busy),
      limit.run(second.run, impatient.signal, busy).catch((error: Error) => error.message),
      limit.run(third.run, signal, busy),
    ]
    impatient.abort()
    expect(await runs[1]).toBe('busy')
    first.end()
    await turn()
    expect([second.begun, third.begun]).toEqual([false, true])
    third.end()
    await Promise.all(runs)
    expect(await roomIn(limit)).toBe(1)
  })

  test('work that fails gives its place up', async () => {
    const limit = new CallLimit({ most: 1 })
    const { signal } = new AbortController()
    await expect(limit.run(() => Promise.reject(new Error('no')), signal, busy)).rejects.toThrow('no')
    expect(await roomIn(limit)).toBe(1)
  })

  test('the line is not endless', async () => {
    const limit = new CallLimit({ most: 1 })
    const { signal } = new AbortController()
    const first = work()
    const runs = Array.from({ length: 4098 }, () => limit.run(first.run, signal, busy).catch((error: Error) => error.message))
    expect(await runs.at(-1)).toBe('busy')
    first.end()
    expect((await Promise.all(runs)).filter((one) => one === 'busy')).toHaveLength(1)
  })

  test('strangers leave the places of those who are known, who go first', async () => {
    const limit = new CallLimit({ most: 3, keptForKnown: 1 })
    const { signal } = new AbortController()
    const strangers = [work(), work(), work(), work()]
    const known = [work(), work()]
    const begun = (): boolean[][] => [strangers, known].map((works) => works.map((one) => one.begun))
    const runs = strangers.map((one) => limit.run(one.run, signal, busy))
    expect(begun()).toEqual([[true, true, false, false], [false, false]])
    runs.push(...known.map((one) => limit.run(one.run, signal, busy, 'known')))
    expect(begun()).toEqual([[true, true, false, false], [true, false]])
    strangers[0]?.end()
    await turn()
    expect(begun()).toEqual([[true, true, false, false], [true, true]])
    known[0]?.end()
    await turn()
    expect(begun()).toEqual([[true, true, true, false], [true, true]])
    for (const one of [...strangers, ...known]) one.end()
    await Promise.all(runs)
    expect(limit.running).toBe(0)
  })
})
