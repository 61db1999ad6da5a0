/** The breaker knows the server from the queue, and from a process that stood still. */
import { afterEach, describe, expect, test } from 'vitest'
import { isUnavailable } from '../../src/errors.js'
import { clientSecretBasic, IntrospectionProvider } from '../../src/index.js'
import { GuardedCalls } from '../../src/upstream/guarded-calls.js'
import { faultEndpoint, json } from '../introspection/fault-endpoint.js'
import { AUDIENCE, clock, START } from '../oauth-kit.js'
import type { AuthEvent, IntrospectionProviderOptions } from '../../src/index.js'
import type { FaultEndpoint, Respond } from '../introspection/fault-endpoint.js'

const running: FaultEndpoint[] = []
afterEach(() => Promise.all(running.splice(0).map((idp) => idp.close())))

/** Answers whatever begins with "good" after so many milliseconds. */
const after = (milliseconds: number): Respond => (response, question) => {
  const token = question.body.get('token') ?? ''
  const answer = token.startsWith('good') ? { active: true, aud: AUDIENCE, sub: token, exp: START + 600 } : { active: false }
  setTimeout(() => json(answer)(response, question), milliseconds)
}

async function setUp(respond: Respond, options: Partial<IntrospectionProviderOptions> = {}) {
  const idp = await faultEndpoint()
  running.push(idp)
  idp.answer(respond)
  const events: AuthEvent[] = []
  const provider = new IntrospectionProvider({
    ...{ endpoint: idp.endpoint, audience: AUDIENCE, clientAuth: clientSecretBasic('x', 'secret'), now: clock().now, cache: false, observe: (event: AuthEvent) => events.push(event) },
    ...options,
  } as IntrospectionProviderOptions)
  const ask = (token: string): Promise<'yes' | 'no' | 429 | 503> =>
    provider.verifyToken(token).then(
      (access) => (access === null ? 'no' : 'yes'),
      (error: unknown) => (isUnavailable(error) ? (error.status as 429 | 503) : Promise.reject(error)),
    )
  return { idp, provider, ask, told: (type: AuthEvent['type']) => events.filter((event) => event.type === type) }
}

describe('a burst at a healthy server', () => {
  test.each([1_000, 10_000])('of %i strange tokens opens no breaker, makes no 5xx, and shuts out none that was good before', { timeout: 60_000 }, async (size) => {
    const { ask, told } = await setUp(after(150))
    expect(await ask('good-before')).toBe('yes')
    const burst = Promise.all(Array.from({ length: size }, (_, number) => ask(`junk-${number}`)))
    await new Promise((turn) => setImmediate(turn))
    expect(await ask('good-before')).toBe('yes')
    const answers = await burst
    expect(new Set(answers)).toEqual(new Set(['no', 429]))
    expect(await ask('good-and-new')).toBe('yes')
    expect(told('breaker_opened')).toEqual([])
    expect(told('unavailable').every((event) => 'overloaded' in event)).toBe(true)
  })
})

test('a process that stands still for longer than a call may take opens no breaker', async () => {
  const { ask, told } = await setUp(after(20), { timeout: 0.3 })
  expect(await ask('good-1')).toBe('yes') // what is loaded at the first question is there
  const asked = Promise.all(Array.from({ length: 40 }, (_, number) => ask(`good-${number}`)))
  await new Promise((turn) => setTimeout(turn, 5)) // the questions are on their way
  const end = performance.now() + 500
  while (performance.now() < end); // nothing else runs
  await asked
  expect(await ask('good-again')).toBe('yes')
  expect(told('breaker_opened')).toEqual([])
})

describe('a call that was too slow', () => {
  const never = (): Promise<never> => new Promise(() => undefined)

  function calls({ standsStill = false } = {}) {
    const events: AuthEvent[] = []
    let beaten = 0
    const heart = { get beats() { return standsStill ? 0 : (beaten += 10) }, during: <T>(work: () => Promise<T>): Promise<T> => work() }
    const guarded = new GuardedCalls({ heart, timeout: 0.02, closed: new AbortController().signal, now: clock().now, provider: 'x', tell: (event) => events.push(event) })
    return { run: (work: () => Promise<unknown>) => guarded.run('id.example.com', work).catch((error: { fault?: string }) => error.fault), events }
  }

  test('counts where nothing else was heard of the server', async () => {
    const { run, events } = calls()
    expect(await Promise.all(Array.from({ length: 5 }, () => run(never)))).toEqual(Array(5).fill('too slow'))
    expect(events).toEqual([{ type: 'breaker_opened', provider: 'x' }])
  })

  test('does not count where the server answered another meanwhile', async () => {
    const { run, events } = calls()
    const slow = Array.from({ length: 5 }, () => run(never))
    expect(await run(async () => 'fine')).toBe('fine')
    expect(await Promise.all(slow)).toEqual(Array(5).fill('too slow'))
    expect(events).toEqual([])
  })

  test('does not count where this process stood still', async () => {
    const { run, events } = calls({ standsStill: true })
    expect(await Promise.all(Array.from({ length: 20 }, () => run(never)))).toEqual(Array(20).fill('too slow'))
    expect(events).toEqual([])
  })

  test('that had its turn too late is the line\u2019s, and blames nobody', async () => {
    const { run } = calls()
    const answers = await Promise.all(Array.from({ length: 100 }, () => run(never)))
    expect(answers.slice(0, 48)).toEqual(Array(48).fill('too slow'))
    // Those whose turn still came met the breaker, which the first 48 had opened.
    expect(new Set(answers.slice(48))).not.toContain('too slow')
  })
})
