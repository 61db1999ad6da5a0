import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Seal } from '../../src/shared/seal.js'
import { SharedVerdicts } from '../../src/shared/shared-verdicts.js'
import { AuthUnavailableError } from '../../src/errors.js'
import { accept, reject } from '../../src/verdict.js'
import { clock, START } from '../oauth-kit.js'
import { quiet } from '../quiet.js'
import { memoryStore, OTHER_SECRET, SECRET, settled, timers } from './shared-kit.js'
import type { Timers } from './shared-kit.js'
import type { SharedNews } from '../../src/shared/shared-verdicts.js'
import type { Verdict } from '../../src/verdict.js'

const YES = accept({ sub: 'ada', roles: ['admin'], deep: { a: [1, null, true] } }, START + 1000)
const NO = reject('unknown_token')

/** Several processes with one store, one clock and one set of timers. */
function fleet() {
  const time = clock()
  const store = memoryStore(time.now)
  const hands = timers()
  const process = ({ policy = 'a policy', ...options }: { secret?: string | string[]; policy?: string; now?: () => number } = {}) => {
    const news: SharedNews[] = []
    const now = options.now ?? time.now
    const verdicts = new SharedVerdicts({ store, secret: SECRET, after: hands.after, tell: (one) => news.push(one), ...options, policy: () => policy, now })
    let asked = 0
    const endOf = (verdict: Verdict): number | undefined =>
      verdict.accepted ? Math.min(now() + 30, verdict.expiresAt ?? Number.POSITIVE_INFINITY) : verdict.reason === 'unknown_key' ? undefined : now() + 10
    return {
      verdicts,
      news,
      asked: () => asked,
      ask: (digest: string, verdict: Verdict | (() => Promise<Verdict>) = YES) =>
        verdicts.ask(
          digest,
          async () => {
            asked += 1
            return typeof verdict === 'function' ? verdict() : verdict
          },
          endOf,
        ),
    }
  }
  /** The answer is written behind the back of the one who asked. */
  const written = (count = 1): Promise<void> => settled(() => store.calls.filter((call) => call.startsWith('swap')).length >= count)
  return { time, store, hands, process, written }
}

/** A check that answers when told. */
function slowly(): { check: () => Promise<Verdict>; answer(verdict: Verdict): void; fail(error: Error): void } {
  const { promise, resolve, reject: fail } = withResolvers<Verdict>()
  return { check: () => promise, answer: resolve, fail }
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let resolve: (value: T) => void = () => undefined
  let refuse: (error: Error) => void = () => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    refuse = no
  })
  return { promise, resolve, reject: refuse }
}

describe('SharedVerdicts', () => {
  test('what one asked, the other need not', async () => {
    const { process, written } = fleet()
    const [one, other] = [process(), process()]
    expect(await one.ask('a')).toEqual({ verdict: YES, since: START, until: START + 30, shared: false })
    await written()
    expect(await other.ask('a', NO)).toEqual({ verdict: YES, since: START, until: START + 30, shared: true })
    expect(other.asked()).toBe(0)
    expect([one.news, other.news]).toEqual([[{ type: 'shared_missed', because: 'unknown' }], [{ type: 'shared_hit' }]])
  })

  test('a no is known to all, without what did not fit', async () => {
    const { process, written } = fleet()
    await process().ask('a', reject('wrong_audience', { claim: 'aud', expected: 'us', actual: 'them', hint: 'a slash' }))
    await written()
    const { verdict, until } = await process().ask('a')
    expect(verdict).toEqual(reject('wrong_audience', { claim: 'aud', expected: undefined, actual: undefined, hint: 'a slash' }))
    expect(until).toBe(START + 10)
  })

  test('what is not remembered is not shared, and nobody waits for it', async () => {
    const { process, store, written } = fleet()
    expect(await process().ask('a', reject('unknown_key'))).toEqual({ verdict: reject('unknown_key'), since: START, until: undefined, shared: false })
    await written()
    expect(await process().ask('a')).toMatchObject({ verdict: { accepted: true }, shared: false })
    expect(store.calls.map((call) => call.split(' ')[0])).toEqual(['get', 'add', 'get', 'swap', 'get'])
  })

  test('claims come frozen, and are the ones that were written', async () => {
    const { process, written } = fleet()
    const claims = JSON.parse('{"sub":"ada","__proto__":{"admin":true},"constructor":"x"}') as { sub: string }
    await process().ask('a', accept(claims))
    await written()
    const { verdict } = await process().ask('a')
    if (!verdict.accepted) throw new Error('expected a yes')
    expect(JSON.stringify(verdict.claims)).toBe(JSON.stringify(claims))
    expect(Object.getPrototypeOf(verdict.claims)).toBe(Object.prototype)
    expect(() => Object.assign(verdict.claims, { admin: true })).toThrow(TypeError)
  })

  test('the answer keeps its end on its way through the store', async () => {
    const { process, written, time } = fleet()
    await process().ask('a')
    await written()
    time.forward(29)
    expect(await process().ask('a')).toMatchObject({ until: START + 30, shared: true })
    time.forward(1)
    expect(await process().ask('a')).toMatchObject({ until: START + 60, shared: false })
  })

  test('a yes never outlives its token', async () => {
    const { process, written } = fleet()
    await process().ask('a', accept({ sub: 'ada' }, START + 5))
    await written()
    expect(await process().ask('a')).toMatchObject({ until: START + 5, shared: true })
  })

  test('two policies never share an answer', async () => {
    const { process, written } = fleet()
    await process({ policy: 'one' }).ask('a')
    await written()
    expect(await process({ policy: 'other' }).ask('a', NO)).toMatchObject({ verdict: NO, shared: false })
    // Nor where one could be read as the other.
    expect(await process({ policy: 'on' }).ask('ea', NO)).toMatchObject({ verdict: NO, shared: false })
    expect(await process({ policy: '["one","a"]' }).ask('', NO)).toMatchObject({ verdict: NO, shared: false })
  })

  test('nobody learns a token or a claim from what is stored', async () => {
    const { process, written, store } = fleet()
    await process().ask('the-digest')
    await written()
    const everything = JSON.stringify([...store.entries])
    const decoded = Buffer.from(everything.replaceAll(/[^\w-]/g, ''), 'base64url').toString('latin1')
    expect(everything + decoded).not.toMatch(/the-digest|ada|admin|a policy/)
  })
})

describe('one process asks at a time', () => {
  test('the others wait for what it hears', async () => {
    const { process, hands } = fleet()
    const [one, ...others] = Array.from({ length: 5 }, () => process())
    const { check, answer } = slowly()
    const first = one?.ask('a', check)
    await settled(() => one?.asked() === 1)
    const waiting = others.map((other) => other.ask('a', NO))
    await settled(() => hands.pending('looks').length === 4)
    expect(hands.pending('looks')).toEqual([0.02, 0.02, 0.02, 0.02])
    hands.pass('looks')
    await settled(() => hands.pending('looks').filter((seconds) => seconds === 0.03).length === 4)
    answer(YES)
    await first
    for (let n = 0; n < 3; n += 1) await lookAgain(hands)
    expect((await Promise.all(waiting)).map(({ verdict, shared }) => ({ verdict, shared }))).toEqual(Array(4).fill({ verdict: YES, shared: true }))
    expect(others.map(({ asked }) => asked())).toEqual([0, 0, 0, 0])
    expect(others.map(({ news }) => news.map(({ type }) => type))).toEqual(Array(4).fill(['shared_joined']))
  })

  test('of a herd that finds nothing, one gets to ask', async () => {
    const { process, hands } = fleet()
    const herd = Array.from({ length: 50 }, () => process())
    const { check, answer } = slowly()
    const answers = herd.map((one) => one.ask('a', check))
    await settled(() => hands.pending('looks').length === 49)
    answer(YES)
    for (let n = 0; n < 5; n += 1) await lookAgain(hands)
    await Promise.all(answers)
    expect(herd.reduce((sum, { asked }) => sum + asked(), 0)).toBe(1)
  })

  test('"nobody knows" is not stored, reaches only who asked, and lets the others go on at once', async () => {
    const { process, hands, store } = fleet()
    const [one, other] = [process(), process()]
    const { check, fail } = slowly()
    const first = one.ask('a', check)
    await settled(() => one.asked() === 1)
    const second = other.ask('a', YES)
    await settled(() => hands.pending('looks').length === 1)
    fail(new AuthUnavailableError('no answer'))
    await expect(first).rejects.toThrow(AuthUnavailableError)
    await settled(() => store.entries.size === 0)
    hands.pass('looks')
    expect(await second).toMatchObject({ verdict: YES, shared: false })
    expect(other.news).toEqual([{ type: 'shared_missed', because: 'unjoined' }])
  })

  test('a check that throws before it is a promise frees the lock too', async () => {
    const { process, store } = fleet()
    const broken = (): Promise<Verdict> => {
      throw new TypeError('bug')
    }
    await expect(process().ask('a', broken)).rejects.toThrow(TypeError)
    await settled(() => store.entries.size === 0)
  })

  test('one that died is waited for two seconds in all, and slower and slower', async () => {
    const { process, hands } = fleet()
    const [one, other] = [process(), process()]
    void one.ask('a', () => new Promise(() => undefined))
    await settled(() => one.asked() === 1)
    const second = other.ask('a', NO)
    const waited: number[] = []
    for (let n = 0; n < 12; n += 1) {
      await settled(() => hands.pending('looks').length === 1)
      waited.push(...hands.pending('looks'))
      hands.pass('looks')
    }
    expect(await second).toMatchObject({ verdict: NO, shared: false })
    expect(waited[0]).toBe(0.02)
    expect(waited).toEqual(waited.toSorted((a, b) => a - b))
    expect(waited.reduce((sum, seconds) => sum + seconds)).toBeCloseTo(2)
  })

  test('a lock ends by itself after three seconds', async () => {
    const { process, time } = fleet()
    const [one, other] = [process(), process()]
    void one.ask('a', () => new Promise(() => undefined))
    await settled(() => one.asked() === 1)
    time.forward(3)
    expect(await other.ask('a', NO)).toMatchObject({ verdict: NO, shared: false })
  })

  test('who took longer than its lock does not take away what another wrote', async () => {
    const { process, time, written } = fleet()
    const [one, other] = [process(), process()]
    const { check, fail } = slowly()
    const first = one.ask('a', check)
    await settled(() => one.asked() === 1)
    time.forward(4)
    await other.ask('a', YES)
    await written()
    fail(new AuthUnavailableError('no answer'))
    await expect(first).rejects.toThrow('no answer')
    expect(await process().ask('a', NO)).toMatchObject({ verdict: YES, shared: true })
  })
})

describe('an attacker who can write to the store', () => {
  const nameIn = (store: { entries: Map<string, unknown> }): string => [...store.entries.keys()][0] ?? ''

  test('cannot move a yes to another token or another policy', async () => {
    const { process, store, written } = fleet()
    await process().ask('good')
    await written()
    const good = store.entries.get(nameIn(store))
    if (good === undefined) throw new Error('expected an entry')
    const victims = [process(), process({ policy: 'another' })]
    // Everything that anybody asks for is the good one's answer.
    store.get = async () => good.text
    for (const victim of victims) {
      expect(await victim.ask('bad', NO)).toMatchObject({ verdict: NO, shared: false })
      expect(victim.news).toEqual([{ type: 'shared_missed', because: 'unreadable' }])
    }
  })

  test('cannot mint a yes without the secret, not even in the right form', async () => {
    const { process, store, written } = fleet()
    await process().ask('a', NO)
    await written()
    const name = nameIn(store)
    const minted = JSON.stringify({ until: START + 10, claims: { sub: 'mallory' } })
    for (const text of [minted, await new Seal(OTHER_SECRET).close(name, minted), `eyJhbGciOiJub25lIn0..${'A'.repeat(16)}.${btoa(minted)}.`]) {
      store.entries.set(name, { text, until: Number.POSITIVE_INFINITY })
      expect(await process().ask('a', NO)).toMatchObject({ verdict: NO, shared: false })
    }
  })

  test('cannot make a yes last: its end is in the seal', async () => {
    const { process, store, time, written } = fleet()
    await process().ask('a')
    await written()
    const name = nameIn(store)
    const old = store.entries.get(name)
    if (old === undefined) throw new Error('expected an entry')
    store.entries.set(name, { text: old.text, until: Number.POSITIVE_INFINITY })
    time.forward(30)
    expect(await process().ask('a', NO)).toMatchObject({ verdict: NO, shared: false })
  })

  test('cannot hold anybody up with a lock of its own, nor with an old one', async () => {
    const { process, store, hands, time } = fleet()
    const one = process()
    void one.ask('a', () => new Promise(() => undefined))
    await settled(() => one.asked() === 1)
    const name = nameIn(store)
    const lock = store.entries.get(name)
    if (lock === undefined) throw new Error('expected a lock')
    for (const text of ['locked', '1', await new Seal(OTHER_SECRET).close(name, JSON.stringify({ until: START + 9999 }))]) {
      store.entries.set(name, { text, until: Number.POSITIVE_INFINITY })
      expect(await process().ask('a', NO)).toMatchObject({ shared: false })
    }
    time.forward(3)
    store.entries.set(name, { text: lock.text, until: Number.POSITIVE_INFINITY })
    expect(await process().ask('a', NO)).toMatchObject({ shared: false })
    expect(hands.pending('looks')).toEqual([])
  })

  test('with the old secret of a rotation that is over, cannot mint either', async () => {
    const { process, store, written } = fleet()
    await process({ secret: OTHER_SECRET }).ask('a')
    await written()
    expect(await process().ask('a', NO)).toMatchObject({ verdict: NO, shared: false })
    expect(store.calls.filter((call) => call.startsWith('swap')).length).toBeGreaterThan(0)
  })

  test('nonsense under any name is a miss and no error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.anything()), async (text) => {
        const { process, store } = fleet()
        store.get = async () => text as string // what a store may give
        expect(await process().ask('a', NO)).toMatchObject({ verdict: NO, shared: false })
      }),
      { numRuns: 200 },
    )
  })

  test('nonsense that is sealed, as by another version of this library, is a miss and no error', async () => {
    const { process, store, written } = fleet()
    await process().ask('a', NO)
    await written()
    const name = nameIn(store)
    const seal = new Seal(SECRET)
    const until = START + 10
    const wrong = [
      7, null, [], 'x', {}, { until: 'later', claims: {} }, { until, claims: 7 }, { until, claims: [] }, { until, claims: {}, expiresAt: 'never' },
      { until, claims: {}, expiresAt: -1 }, { until, reason: 'constructor' }, { until, reason: 7 }, { until, reason: 'unknown_key' }, { until: 1e300, reason: 'expired' },
    ]
    for (const value of wrong) {
      store.entries.set(name, { text: await seal.close(name, JSON.stringify(value)), until: Number.POSITIVE_INFINITY })
      expect(await process().ask('a', NO), JSON.stringify(value)).toMatchObject({ verdict: NO, shared: false })
    }
    const deep = `{"until":${until},"claims":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`
    store.entries.set(name, { text: await seal.close(name, deep), until: Number.POSITIVE_INFINITY })
    expect(await process().ask('a', NO)).toMatchObject({ shared: false })
  })
})

describe('clocks that differ', () => {
  test('a writer that is ahead cannot lengthen an answer beyond our own span', async () => {
    for (const ahead of [1, 4, 20, 3600]) {
      const { process, time, written } = fleet()
      await process({ now: () => time.now() + ahead }).ask('a', accept({ sub: 'ada' }))
      await written()
      const { until, shared } = await process().ask('a')
      expect(until).toBe(START + 30)
      expect(shared).toBe(ahead < 5)
    }
  })

  test('a writer that is behind shortens it', async () => {
    const { process, time, written } = fleet()
    await process({ now: () => time.now() - 20 }).ask('a')
    await written()
    expect(await process().ask('a')).toMatchObject({ until: START + 10, shared: true })
  })
})

describe('a store that is away', () => {
  const faults = ['fails', 'throws', 'full'] as const
  test.each(faults)('one that %s costs nothing but the sharing', async (fault) => {
    const { process, store } = fleet()
    store.fault = fault
    const one = process()
    for (let n = 0; n < 20; n += 1) expect(await one.ask(`a${n}`)).toMatchObject({ verdict: YES, shared: false })
  })

  test('one that fails is left alone after five failures, asked once a second, and taken back', async () => {
    const { process, store, time } = fleet()
    const one = process()
    store.fault = 'fails'
    for (let n = 0; n < 20; n += 1) await one.ask(`a${n}`)
    await settled(() => one.news.some(({ type }) => type === 'store_away'))
    const before = store.calls.length
    for (let n = 0; n < 1000; n += 1) await one.ask(`b${n}`)
    expect(store.calls.length).toBe(before)
    time.forward(1)
    for (let n = 0; n < 1000; n += 1) await one.ask(`c${n}`)
    expect(store.calls.length).toBe(before + 1)
    store.fault = 'none'
    time.forward(1)
    await one.ask('d')
    expect(one.news.map(({ type }) => type).filter((type) => type === 'store_away' || type === 'store_back')).toEqual(['store_away', 'store_back'])
    await one.ask('e')
    await settled(() => store.entries.size > 0)
    expect(one.news.filter(({ type }) => type === 'store_failed').every((one) => 'message' in one && one.message === 'ECONNREFUSED')).toBe(true)
  })

  test('one that hangs is waited for 50 ms, in two steps, and what it says later is dropped', async () => {
    const { process, store, hands } = fleet()
    store.fault = 'hangs'
    const one = process()
    const answer = one.ask('a')
    await settled(() => hands.pending('deadlines').length === 1)
    expect(hands.pending('deadlines')[0]).toBeCloseTo(0.045)
    hands.pass('deadlines')
    expect(hands.pending('deadlines')).toEqual([0.005])
    hands.pass('deadlines')
    expect(await answer).toMatchObject({ verdict: YES, shared: false })
    expect(one.news[0]).toMatchObject({ type: 'store_failed', verb: 'get', problem: 'slow' })
    store.giveUp() // an unhandled rejection would fail this run
    await lookAgain(hands)
  })

  test('one that hangs cannot pile up calls: a thousand without an answer, and no more', async () => {
    const { process, store, hands, time } = fleet()
    store.fault = 'hangs'
    const one = process()
    const answers = Array.from({ length: 5000 }, (_, n) => one.ask(`a${n}`))
    await settled(() => one.asked() >= 4000)
    expect(store.calls.length).toBe(1000)
    hands.pass('deadlines')
    hands.pass('deadlines')
    await Promise.all(answers)
    expect(one.asked()).toBe(5000)
    expect(store.calls.length).toBe(1000)
    expect(one.news).toContainEqual(expect.objectContaining({ type: 'store_failed', problem: 'crowded' }))
    // When they are given up, there is room again.
    store.giveUp()
    store.fault = 'none'
    await quiet()
    time.forward(1)
    await one.ask('once more')
    expect(store.calls.length).toBeGreaterThan(1000)
  })

  test('answers that waited for this process are not late', async () => {
    const { process, store, hands } = fleet()
    const one = process()
    const get = store.get
    const { promise, resolve } = withResolvers<null>()
    store.get = () => promise
    const answer = one.ask('a')
    await settled(() => hands.pending('deadlines').length === 1)
    hands.pass('deadlines')
    resolve(null)
    store.get = get
    expect(await answer).toMatchObject({ shared: false })
    expect(one.news).toEqual([{ type: 'shared_missed', because: 'unknown' }])
  })

  test('a burst in which some answers are late opens no circuit, as long as some are not', async () => {
    const { process, store, hands } = fleet()
    const one = process()
    store.fault = 'hangs'
    const late = Array.from({ length: 100 }, (_, n) => one.ask(`late${n}`))
    await settled(() => hands.pending('deadlines').length === 100)
    store.fault = 'none'
    await one.ask('in time')
    hands.pass('deadlines')
    hands.pass('deadlines')
    await Promise.all(late)
    expect(one.news.filter(({ type }) => type === 'store_failed')).toHaveLength(100)
    expect(one.news.map(({ type }) => type)).not.toContain('store_away')
  })

  test('the answer is never waited for to be written', async () => {
    const { process, store } = fleet()
    store.set = () => new Promise(() => undefined)
    expect(await process().ask('a')).toMatchObject({ verdict: YES, shared: false })
  })

  test('when it is full, others are not left waiting for what cannot be written', async () => {
    const { process, store } = fleet()
    const { swap } = store
    store.swap = (name, before, text, seconds) => (text === null ? swap(name, before, text, seconds) : Promise.reject(new Error('OOM')))
    await process().ask('a')
    await settled(() => store.entries.size === 0)
  })

  test.each([
    ['larger than 64 KiB', accept({ sub: 'x'.repeat(70_000) })],
    ['no JSON', accept({ sub: 1n as unknown as string })], // what a check of JavaScript may give
  ])('an answer that is %s is given and not written', async (_, verdict) => {
    const { process, store } = fleet()
    expect(await process().ask('a', verdict)).toMatchObject({ verdict, shared: false })
    await settled(() => store.calls.some((call) => /^(swap|free)/.test(call)))
    expect(await process().ask('a')).toMatchObject({ verdict: YES, shared: false })
  })

  test('a store that is none is refused at start', () => {
    const { time } = fleet()
    for (const store of [undefined, {}, new Map()]) {
      const make = (): unknown => new SharedVerdicts({ store: store as never, secret: SECRET, policy: () => 'p', now: time.now })
      expect(make).toThrow('"store" must have get, set, add, delete and swap')
    }
  })
})

/** Gives everything that is under way its time, and lets the waiting look again. */
async function lookAgain(hands: Timers): Promise<void> {
  await quiet()
  hands.pass('looks')
}
