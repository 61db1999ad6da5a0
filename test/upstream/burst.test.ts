/** A burst of strange tokens, and a process that stands still, at a real server that is well. */
import { afterEach, describe, expect, test } from 'vitest'
import { isUnavailable } from '../../src/errors.js'
import { clientSecretBasic, IntrospectionProvider } from '../../src/index.js'
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
    ...{ endpoint: idp.endpoint, audience: AUDIENCE, clientAuth: clientSecretBasic('x', 'secret'), now: clock().now, cache: false },
    observe: (event: AuthEvent) => events.push(event),
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
  test.each([1_000, 10_000])('of %i strange tokens opens no breaker, and shuts out none that was good before', async (size) => {
    const { ask, told } = await setUp(after(150))
    /** The first answer: a machine that is busy with all of this may need another attempt. */
    const answered = async (token: string): Promise<unknown> => {
      for (let attempt = 0; attempt < 20; attempt += 1) {
        const answer = await ask(token)
        if (typeof answer === 'string') return answer
      }
      return 'nobody knows'
    }
    expect(await answered('good-before')).toBe('yes')
    const burst = Promise.all(Array.from({ length: size }, (_, number) => ask(`junk-${number}`)))
    expect(await answered('good-before')).toBe('yes')
    const answers = await burst
    expect(await answered('good-and-new')).toBe('yes')
    expect(told('breaker_opened')).toEqual([])
    // Who waited in vain is told so, without blame.
    expect(answers).toContain(429)
    expect(answers).not.toContain('yes')
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
