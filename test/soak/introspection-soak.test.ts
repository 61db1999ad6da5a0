/**
 * What `IntrospectionProvider` promises while its authorization server breaks in every way (R1, R2, R9, R11, R12, R16).
 * SOAK_SECONDS: real seconds, default 2. SOAK_SEED: repeats a schedule. The server is real; the clock runs fast, so that
 * what is remembered ends and the breaker's seconds pass.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isUnavailable } from '../../src/errors.js'
import { clientSecretBasic, IntrospectionProvider } from '../../src/index.js'
import { faultEndpoint, json, raw } from '../introspection/fault-endpoint.js'
import { AUDIENCE, START } from '../oauth-kit.js'
import { collect } from '../collect.js'
import { FastClock, turn } from './fast-clock.js'
import { FAULTS } from './faults.js'
import { random } from './random.js'
import type { AuthEvent } from '../../src/index.js'
import type { FaultEndpoint, Respond } from '../introspection/fault-endpoint.js'

const seconds = Number(process.env.SOAK_SECONDS ?? 2)
const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 32))

/** Real seconds of one question, and how many seconds of the provider pass in one real second. */
const TIMEOUT = 0.2
const SPEED = 20
/** Real milliseconds within which every call ends: discovery, the question, and a slow machine. */
const PATIENCE = 2 * TIMEOUT * 1000 + 2000
const WORKERS = 16

const KINDS = ['good', 'revoked', 'elsewhere', 'ended', 'refresh'] as const
type Kind = (typeof KINDS)[number]

/** What the server knows of a token, by its name: kind, a dash, a number. */
function truth(token: string): object {
  const [kind] = token.split('-') as [Kind] // we name them
  const good = { active: true, aud: AUDIENCE, sub: token, scope: 'notes:read', token_type: 'Bearer', exp: START + 1e6 }
  const answers = {
    good,
    revoked: { active: false },
    elsewhere: { ...good, aud: 'x' },
    ended: { ...good, exp: START - 60 },
    refresh: { ...good, token_type: 'refresh_token' },
  }
  return answers[kind]
}

const FINE: Respond = (response, question) => json(truth(question.body.get('token') ?? ''))(response, question)

/** The faults of key servers, and those that only this endpoint has. */
const BREAKS: readonly Respond[] = [
  ...FAULTS.filter(({ at, silences, name }) => at === 'either' && silences && name !== 'connection refused').map(
    ({ answer }): Respond =>
      (response) =>
        answer(response, {
          send: (text) => json(JSON.parse(text))(response, { path: '', headers: {}, body: new URLSearchParams() }),
          document: { active: true },
          trap: '/trap',
        }),
  ),
  json({ error: 'invalid_client' }, 401),
  json({ error: 'access_denied' }, 403),
  json({ error: 'invalid_request' }, 400),
  json({ active: 'true', aud: AUDIENCE, sub: 'eve', exp: START + 1e6 }),
  json({ active: 1 }),
  json({}),
  raw(JSON.stringify({ active: true, aud: AUDIENCE, sub: 'eve', exp: START + 1e6 }), 'text/html'),
]

describe(`IntrospectionProvider with an endpoint that breaks and mends (SOAK_SEED=${seed})`, () => {
  const clock = new FastClock(SPEED)
  const wrong: string[] = []
  const unhandled: unknown[] = []
  const events = new Map<string, number>()
  const counts = new Map<string, number>()
  const calls = { hanging: 0, longest: 0, atOnce: 0, mostAtOnce: 0 }
  let idp: FaultEndpoint
  let recovered = false

  beforeAll(async () => {
    const note = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', note).on('uncaughtException', note)
    idp = await faultEndpoint()
    idp.answer(FINE)
    const chance = random(seed)
    const provider = new IntrospectionProvider({
      ...{ issuer: idp.issuer, audience: AUDIENCE, clientAuth: clientSecretBasic('soak', 'secret'), timeout: TIMEOUT, now: clock.now, cache: { ttl: 2, rejectedTtl: 1 } },
      observe: (event: AuthEvent) => void events.set(event.type, (events.get(event.type) ?? 0) + 1),
      fetch: async (url, init) => {
        calls.mostAtOnce = Math.max(calls.mostAtOnce, (calls.atOnce += 1))
        try {
          return await fetch(url, init)
        } finally {
          calls.atOnce -= 1
        }
      },
    })
    const ask = async (token: string): Promise<string> => {
      const began = performance.now()
      const overdue = setTimeout(() => void (calls.hanging += 1), PATIENCE)
      const answer = await provider.verifyToken(token).then(
        (access) => (access === null ? 'no' : access.subject === token ? 'yes' : 'somebody else'),
        (error: unknown) => (isUnavailable(error) ? 'silence' : `bug: ${String(error)}`),
      )
      clearTimeout(overdue)
      calls.longest = Math.max(calls.longest, performance.now() - began)
      const [kind = ''] = token.split('-')
      counts.set(`${kind} ${answer}`, (counts.get(`${kind} ${answer}`) ?? 0) + 1)
      const allowed = kind === 'good' ? ['yes', 'silence'] : ['no', 'silence']
      if (!allowed.includes(answer)) wrong.push(`${token}: ${answer}`)
      return answer
    }
    let ended = false
    const work = async (own: ReturnType<typeof random>): Promise<void> => {
      while (!ended) {
        // Now and then a herd, far more than may be asked at once.
        const herd = own.next() < 0.0005 ? 100 : 1
        await Promise.all(Array.from({ length: herd }, () => ask(`${own.pick(KINDS)}-${Math.floor(own.next() * 5000)}`)))
        await turn()
      }
    }
    const workers = Promise.all(Array.from({ length: WORKERS }, () => work(chance.fork())))
    const until = async (real: number): Promise<void> => {
      const end = clock.lived() + real
      while (clock.lived() < end) await clock.turn()
    }
    const begun = clock.lived()
    for (let round = 0; clock.lived() - begun < seconds || round === 0; round += 1) {
      for (const fault of chance.shuffled(BREAKS)) {
        idp.answer(fault)
        await until(chance.between(0.01, 0.06))
        if (chance.next() < 0.2) collect() // a call is under way, and must end all the same
        idp.answer(FINE)
        await until(chance.between(0.02, 0.15))
      }
    }
    idp.answer(FINE)
    for (let attempt = 0; attempt < 10 && !recovered; attempt += 1) {
      await until(0.2)
      recovered = (await ask(`good-at-the-end-${attempt}`)) === 'yes'
    }
    ended = true
    await workers
    await provider.close()
    for (let n = 0; n < 50; n += 1) await turn() // for what has been left behind to come up
    process.off('unhandledRejection', note).off('uncaughtException', note)
    const figures = [...counts].toSorted().map(([name, count]) => `${name} ${count}`)
    console.log(`\nsoak of introspection: seed ${seed}, ${idp.questions.length} questions, longest call ${calls.longest.toFixed(0)} ms, most at once ${calls.mostAtOnce}\n${figures.join(', ')}\n`)
  }, (seconds * 5 + 60) * 1000)

  afterAll(() => idp.close())

  test('answers a good token with yes or "unavailable", and never accepts a bad one', () => {
    expect(wrong).toEqual([])
    expect(counts.get('good yes')).toBeGreaterThan(10)
    expect(counts.get('revoked no')).toBeGreaterThan(10)
    expect(counts.get('good silence')).toBeGreaterThan(0)
  })

  test('leaves nothing hanging and nothing unhandled', () => {
    expect(calls.hanging).toBe(0)
    expect(unhandled).toEqual([])
  })

  test('has at most 64 calls under way', () => {
    expect(calls.mostAtOnce).toBeLessThanOrEqual(64)
  })

  test('has opened its breaker and closed it, and is well again at the end', () => {
    expect(events.get('breaker_opened')).toBeGreaterThan(0)
    expect(events.get('breaker_closed')).toBeGreaterThan(0)
    expect(recovered).toBe(true)
  })

  test('never asks where a redirect points', () => {
    expect(idp.others.filter((path) => path === '/trap')).toEqual([])
  })
})
