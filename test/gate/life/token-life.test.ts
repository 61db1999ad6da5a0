import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { TokenLife } from '../../../src/gate/life/token-life.js'
import { TokenWatches } from '../../../src/gate/life/token-watches.js'
import { accessToken, AuthUnavailableError, StaticProvider } from '../../../src/index.js'
import { collect } from '../../collect.js'
import { until } from '../../until.js'
import type { AccessToken } from '../../../src/index.js'

const START = 1_800_000_000
const ada = (expiresAt?: number): AccessToken => accessToken({ token: 'a-token', claims: { sub: 'ada' }, scopes: [], expiresAt })
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

type Answer = 'yes' | 'no' | 'silence' | 'bug' | AccessToken

/** The watches of a gate, on timers that run when told. A look comes after 21 to 27 seconds: 24 here. */
function gateWithTime(random = () => 0.5) {
  let time = START
  const timers = new Map<object, { at: number; work: () => void }>()
  const following = new Map<object, (how: 'revoked' | 'closed') => void>()
  const watches = new TokenWatches({
    every: 30,
    now: () => time,
    random,
    watch: (_token, ended) => {
      const id = {}
      following.set(id, ended)
      return () => void following.delete(id)
    },
    after: (seconds, work) => {
      const id = {}
      timers.set(id, { at: time + seconds, work })
      return () => void timers.delete(id)
    },
  })
  const asked: number[] = []
  const life = (token: AccessToken, answers: Answer[] = []): TokenLife =>
    new TokenLife(watches, token, async (maxAge) => {
      asked.push(maxAge)
      const answer = answers.shift() ?? 'yes'
      if (answer === 'silence') throw new AuthUnavailableError('away')
      if (answer === 'bug') throw new TypeError('undefined is not a function')
      if (answer === 'no') return null
      return answer === 'yes' ? token : answer
    })
  return {
    watches,
    life,
    asked,
    timers,
    following,
    waits: () => [...timers.values()].map(({ at }) => at - time),
    provider: (how: 'revoked' | 'closed') => [...following.values()].forEach((ended) => ended(how)),
    async pass(seconds: number) {
      time += seconds
      for (const [id, { at, work }] of [...timers]) if (at <= time && timers.delete(id)) work()
      await settle()
    },
  }
}

describe('the life of a token', () => {
  test('nothing is begun before somebody wants to know', () => {
    const { life, waits, following } = gateWithTime()
    expect([life(ada()).hasBegun, waits(), following.size]).toEqual([false, [], 0])
  })

  test('ends with the token, and not a look later', async () => {
    const { life, waits, pass } = gateWithTime()
    const { signal } = life(ada(START + 45))
    expect(waits()).toEqual([24])
    await pass(24)
    expect([signal.aborted, waits()]).toEqual([false, [21]])
    await pass(21)
    expect([signal.aborted, waits()]).toEqual([true, []])
  })

  test('ends with the token while a look at it hangs', async () => {
    const { watches, waits, pass } = gateWithTime()
    let answer = (_: AccessToken): void => undefined
    const { signal } = new TokenLife(watches, ada(START + 45), () => new Promise((resolve) => void (answer = resolve)))
    await pass(24)
    expect([signal.aborted, waits()]).toEqual([false, [21]])
    await pass(21)
    expect([signal.aborted, waits()]).toEqual([true, []])
    answer(ada(START + 90))
    await settle()
    expect([watches.size, waits()]).toEqual([0, []])
  })

  test('of a token that is good for a year takes no timer that no runtime has, while a look hangs', async () => {
    const { watches, waits, pass } = gateWithTime()
    const { signal } = new TokenLife(watches, ada(START + 31_536_000), () => new Promise(() => undefined))
    for (let looks = 0; looks < 3; looks += 1) {
      await pass(24)
      expect([signal.aborted, waits()]).toEqual([false, [24]])
    }
  })

  test('of a token that has expired is over at once', () => {
    const { life, waits } = gateWithTime()
    expect([life(ada(START)).signal.aborted, waits()]).toEqual([true, []])
  })

  test('ends when the token is refused at a look', async () => {
    const { life, pass } = gateWithTime()
    const { signal } = life(ada(), ['yes', 'no'])
    await pass(24)
    expect(signal.aborted).toBe(false)
    await pass(24)
    expect(signal.aborted).toBe(true)
  })

  test('a token that is taken back is noticed within the time that was promised, whatever is remembered', async () => {
    const { life, asked, waits, pass } = gateWithTime(() => 0.999)
    const { signal } = life(ada())
    const [wait = 0] = waits()
    await pass(wait)
    expect(signal.aborted).toBe(false)
    expect(wait + (asked[0] ?? Number.NaN), 'the look, and the age of the answer that it takes').toBeLessThanOrEqual(30)
  })

  test('where a yes rests on keys alone, the next look is as far as keys are good', async () => {
    const waits: number[] = []
    const restsOnKeys = ({ subject }: AccessToken): boolean => subject === 'ada'
    const watches = new TokenWatches({
      every: 30,
      now: () => START,
      random: () => 0.5,
      watch: undefined,
      restsOnKeys,
      after: (seconds) => (waits.push(seconds), () => undefined),
    })
    for (const sub of ['ada', 'grace']) void new TokenLife(watches, accessToken({ token: sub, claims: { sub }, scopes: [] }), async () => null).signal
    expect(waits).toEqual([480, 24])
  })

  test('looks of those who began together are spread', () => {
    let last = 0
    const { life, waits } = gateWithTime(() => (last = (last + 0.37) % 1))
    const lives = Array.from({ length: 50 }, (_, n) => life(accessToken({ token: `t-${n}`, claims: {}, scopes: [] })))
    for (const one of lives) void one.signal
    expect(new Set(waits()).size).toBe(50)
    expect([Math.min(...waits()) >= 21, Math.max(...waits()) <= 27]).toEqual([true, true])
  })

  test('ends when it is looked at past its end, whatever the provider still forgives', async () => {
    const { life, asked, pass } = gateWithTime()
    const { signal } = life(ada(START + 45))
    await pass(46) // a timer that went off late
    expect([signal.aborted, asked]).toEqual([true, []])
  })

  test('goes on while nobody knows', async () => {
    const { life, pass, asked } = gateWithTime()
    const { signal } = life(ada(), ['silence', 'silence'])
    await pass(24)
    await pass(24)
    expect([signal.aborted, asked.length]).toEqual([false, 2])
  })

  test('ends with a bug of the provider', async () => {
    const { life, pass } = gateWithTime()
    const { signal } = life(ada(), ['bug'])
    await pass(24)
    expect(signal.aborted).toBe(true)
  })

  test('ends at once when the token is revoked, and nobody is asked', () => {
    const { life, provider, asked, waits } = gateWithTime()
    const { signal } = life(ada())
    provider('revoked')
    expect([signal.aborted, asked, waits()]).toEqual([true, [], []])
  })

  test('ends with its provider: what nobody follows any more could outlive its token', async () => {
    const { life, provider, waits, following, watches, asked } = gateWithTime()
    const { signal } = life(ada(START + 10))
    provider('closed')
    expect([signal.aborted, waits(), following.size, watches.size, asked]).toEqual([true, [], 0, 0, []])
  })

  test('goes by the end that was answered last', async () => {
    const { life, waits, pass } = gateWithTime()
    const later = life(ada(START + 40), [ada(START + 400), ada(START + 60)])
    expect(later.signal.aborted).toBe(false)
    await pass(24)
    expect(waits(), 'which was put off').toEqual([24])
    await pass(24)
    expect(waits(), 'and then brought forward').toEqual([12])
    await pass(12)
    expect(later.signal.aborted).toBe(true)
  })

  test('that ended leaves the next one of the same token alone', () => {
    const { life, provider, watches, waits } = gateWithTime()
    const before = life(ada())
    void before.signal
    provider('revoked')
    const after = life(ada())
    void after.signal
    before.close()
    void life(ada()).signal
    expect([watches.size, waits().length]).toEqual([1, 1])
  })

  test('leaves nothing behind', async () => {
    const { life, following, waits, watches, pass } = gateWithTime()
    const made = life(ada(), ['no'])
    const { signal } = made
    made.close()
    expect([following.size, waits(), watches.size]).toEqual([0, [], 0])
    await pass(60)
    expect([signal.aborted, made.signal === signal]).toEqual([false, true])
  })

  test('that is left in the middle of a look ends nothing', async () => {
    const { life, pass } = gateWithTime()
    const made = life(ada(), ['no'])
    const { signal } = made
    const looking = pass(24)
    made.close()
    await looking
    expect(signal.aborted).toBe(false)
  })

  test('that was closed before anybody asked begins nothing', () => {
    const { life, waits } = gateWithTime()
    const made = life(ada(START))
    made.close()
    expect([made.signal.aborted, waits()]).toEqual([false, []])
  })

  test('the adapter says when the answer is over', () => {
    const { life, waits } = gateWithTime()
    const made = life(ada())
    let over = (): void => undefined
    made.endsWith = { whenOver: (close) => void (over = close) }
    expect(made.signal.aborted).toBe(false)
    over()
    expect(waits()).toEqual([])
  })
})

describe('a thousand streams of one token', () => {
  test('are one timer and one question, and end together', async () => {
    const { life, waits, following, asked, pass, watches } = gateWithTime()
    const signals = Array.from({ length: 1000 }, () => life(ada(), ['yes', 'no']).signal)
    expect([waits().length, following.size, watches.size]).toEqual([1, 1, 1])
    await pass(24)
    expect(asked).toEqual([3])
    await pass(24)
    expect([signals.every(({ aborted }) => aborted), watches.size]).toEqual([true, 0])
  })

  test('one that cannot be ended keeps no other open', () => {
    const { life, provider } = gateWithTime()
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    onTestFinished(() => void warned.mockRestore())
    const ended = vi.fn<() => void>()
    const broken = (): never => {
      throw new Error('a response that a middleware has broken')
    }
    for (const end of [ended, broken, ended]) {
      const one = life(ada())
      expect(one.signal.aborted).toBe(false)
      one.follow({ end })
    }
    expect(() => provider('revoked')).not.toThrow()
    expect(ended).toHaveBeenCalledTimes(2)
    expect(warned).toHaveBeenCalledOnce()
  })

  test('one that is left leaves the others', () => {
    const { life, provider, waits } = gateWithTime()
    const [one, other] = [life(ada()), life(ada())]
    const signals = [one.signal, other.signal]
    one.close()
    expect(waits().length).toBe(1)
    provider('revoked')
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
  })
})

describe('a thousand streams of as many tokens', () => {
  const tokens = (expiresAt?: number): AccessToken[] => Array.from({ length: 1000 }, (_, n) => accessToken({ token: `t-${n}`, claims: {}, scopes: [], expiresAt }))

  test('that end in one second are one timer, and nobody is asked', async () => {
    const { life, timers, pass, asked } = gateWithTime()
    const signals = tokens(START + 10).map((token) => life(token).signal)
    expect(timers.size).toBe(1)
    await pass(10)
    for (let n = 0; n < 10; n += 1) await settle()
    expect([signals.every(({ aborted }) => aborted), timers.size, asked]).toEqual([true, 0, []])
  })

  test('are looked at by some two hundred timers, however they began', () => {
    let last = 0
    const { life, timers, watches } = gateWithTime(() => (last = (last + 0.618034) % 1))
    for (const token of tokens()) expect(life(token).signal.aborted).toBe(false)
    expect([watches.size, timers.size > 100, timers.size <= 201]).toEqual([1000, true, true])
  })

  test('ask sixteen at a time, whoever else wants to ask', async () => {
    const { watches, pass } = gateWithTime()
    let running = 0
    let most = 0
    let answered = 0
    const answers: (() => void)[] = []
    const verify = (token: AccessToken) => async (): Promise<AccessToken> => {
      running += 1
      most = Math.max(most, running)
      await new Promise<void>((resolve) => void answers.push(resolve))
      running -= 1
      answered += 1
      return token
    }
    const tokens = Array.from({ length: 1000 }, (_, n) => accessToken({ token: `t-${n}`, claims: {}, scopes: [] }))
    for (const token of tokens) watches.join(token, verify(token), { end: () => undefined })
    await pass(24)
    while (answers.length > 0) {
      answers.splice(0).forEach((answer) => answer())
      await settle()
    }
    expect([most, answered]).toEqual([16, 1000])
  })
})

test('streams whose looks wait for a turn end with their tokens, and nobody is asked about them any more', async () => {
  const { watches, pass, timers } = gateWithTime()
  const asked: string[] = []
  const lives = Array.from({ length: 100 }, (_, n) => {
    const token = accessToken({ token: `t-${n}`, claims: {}, scopes: [], expiresAt: START + 30 })
    return new TokenLife(watches, token, async () => {
      asked.push(token.token)
      return new Promise(() => undefined)
    })
  })
  const signals = lives.map(({ signal }) => signal)
  await pass(24)
  expect([asked.length, signals.filter(({ aborted }) => aborted).length]).toEqual([16, 0])
  await pass(6)
  expect([asked.length, signals.filter(({ aborted }) => aborted).length, timers.size]).toEqual([16, 100, 0])
})

test('streams that were left while their looks waited for a turn are not asked about', async () => {
  const { watches, pass } = gateWithTime()
  let asked = 0
  const answers: (() => void)[] = []
  const tokens = Array.from({ length: 100 }, (_, n) => accessToken({ token: `t-${n}`, claims: {}, scopes: [] }))
  const verify = (token: AccessToken) => async (): Promise<AccessToken> => {
    asked += 1
    await new Promise<void>((resolve) => void answers.push(resolve))
    return token
  }
  const parts = tokens.map((token) => watches.join(token, verify(token), { end: () => undefined }))
  await pass(24)
  for (const part of parts) part.leave()
  for (; answers.length > 0; await settle()) answers.splice(0).forEach((answer) => answer())
  expect(asked).toBe(16)
})

test('a signal that nobody keeps ends its watch', async () => {
  const { life, watches, waits } = gateWithTime()
  const forgotten = (): boolean => life(ada()).signal.aborted
  const kept = life(accessToken({ token: 'kept', claims: {}, scopes: [] })).signal
  forgotten()
  expect(watches.size).toBe(2)
  await until(() => {
    collect()
    return watches.size === 1
  })
  expect([kept.aborted, waits().length]).toEqual([false, 1])
})

describe('an answer that may be short', () => {
  test('is followed once it has gone on for a second', async () => {
    const { life, watches, pass, provider, timers } = gateWithTime()
    const ended = vi.fn<() => void>()
    life(ada()).follow({ end: ended })
    expect(watches.size).toBe(0)
    await pass(1)
    expect([watches.size, timers.size], 'by one timer, and the first is gone').toEqual([1, 1])
    provider('revoked')
    expect(ended).toHaveBeenCalledOnce()
    expect(timers.size).toBe(0)
  })

  test('leaves nothing behind where it is over before that', async () => {
    const { life, watches, pass, timers } = gateWithTime()
    const one = life(ada())
    const close = vi.fn<(end: () => void) => void>()
    one.endsWith = { whenOver: close }
    one.follow({ end: () => expect.unreachable() })
    close.mock.calls[0]?.[0]()
    expect(timers.size).toBe(0)
    await pass(2)
    expect(watches.size).toBe(0)
    one.follow({ end: () => expect.unreachable() })
    expect(timers.size).toBe(0)
  })

  test('ends at that moment where its token has expired meanwhile', async () => {
    const { life, pass, asked } = gateWithTime()
    const ended = vi.fn<() => void>()
    life(ada(START + 1)).follow({ end: ended })
    await pass(1)
    expect([ended.mock.calls.length, asked]).toEqual([1, []])
  })

  test('ends at that moment where its token was revoked meanwhile', async () => {
    const auth = new StaticProvider({ 'key-of-ada-0123456789': { claims: { sub: 'ada' } } })
    const token = await auth.verifyToken('key-of-ada-0123456789')
    let second = (): void => undefined
    const after = (_: number, work: () => void) => ((second = work), () => undefined)
    const watches = new TokenWatches({ every: 30, now: () => START, watch: (one, ended) => auth.watch(one, ended), after })
    const ended = vi.fn<() => void>()
    if (token !== null) new TokenLife(watches, token, async () => token).follow({ end: ended })
    await auth.revoke({ sub: 'ada' })
    expect(ended).not.toHaveBeenCalled()
    second()
    expect(ended).toHaveBeenCalledOnce()
  })

  test('is followed at once where its handler has asked for the signal', () => {
    const { life, provider } = gateWithTime()
    const one = life(ada())
    expect(one.signal.aborted).toBe(false)
    const ended = vi.fn<() => void>()
    one.follow({ end: ended })
    provider('revoked')
    expect(ended).toHaveBeenCalledOnce()
  })
})
