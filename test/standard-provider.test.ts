import { describe, expect, test } from 'vitest'
import { accept, AuthUnavailableError, reject, StandardProvider } from '../src/index.js'
import { keepsTheContract } from './contract.js'
import { clock, START } from './oauth-kit.js'
import { recorder } from './recorder.js'
import type { ProviderOptions, Verdict } from '../src/index.js'

/** A provider as a user writes one. */
class Sessions extends StandardProvider {
  checks = 0
  silent = false
  verdicts = new Map<string, Verdict>([
    ['good-session', accept({ sub: 'ada-lovelace', scope: 'notes:read', roles: ['countess'] })],
    ['ended-session', accept({ sub: 'bob', scope: 'notes:read' }, START - 60)],
    ['nan-session', { accepted: true, claims: { sub: 'bob' }, expiresAt: Number.NaN }],
    ['claims-ended', accept({ sub: 'bob', exp: START - 60 })],
    ['text-session', accept({ sub: 'bob', exp: '1900000000' as never })],
    ['milliseconds-session', accept({ sub: 'bob', exp: (START + 60) * 1000 })],
  ])

  protected async check(token: string): Promise<Verdict> {
    this.checks += 1
    if (this.silent) throw new AuthUnavailableError('the session store does not answer')
    return this.verdicts.get(token) ?? reject('unknown_token')
  }
}

keepsTheContract('a provider of a user\'s own', async () => {
  const { events, observe } = recorder()
  const { now } = clock()
  const provider = new Sessions({ observe, now })
  return {
    provider,
    events,
    good: 'good-session',
    refused: ['unknown-session', 'ended-session', 'nan-session', 'claims-ended', 'text-session', 'milliseconds-session'],
    outage: { begin: () => void (provider.silent = true), end: () => void (provider.silent = false) },
  }
})

describe('StandardProvider', () => {
  const setUp = (options: ProviderOptions = {}) => {
    const { events, observe } = recorder()
    const time = clock()
    const provider = new Sessions({ observe, now: time.now, ...options })
    return { provider, events, time }
  }

  test('asks once, remembers, and says so in events', async () => {
    const { provider, events } = setUp({ name: 'sessions' })
    await provider.verifyToken('good-session')
    await provider.verifyToken('good-session')
    await provider.verifyToken('unknown')
    await provider.verifyToken('unknown')
    expect(provider.checks).toBe(2)
    expect(events).toEqual([
      { type: 'accepted', provider: 'sessions', remembered: false },
      { type: 'accepted', provider: 'sessions', remembered: true },
      { type: 'rejected', provider: 'sessions', reason: 'unknown_token', remembered: false },
      { type: 'rejected', provider: 'sessions', reason: 'unknown_token', remembered: true },
    ])
  })

  test('remembers nothing when told so', async () => {
    const { provider } = setUp({ cache: false })
    await provider.verifyToken('good-session')
    await provider.verifyToken('good-session')
    expect(provider.checks).toBe(2)
  })

  test('what is no bearer token is never checked', async () => {
    const { provider } = setUp()
    await provider.verifyToken('no token')
    expect(provider.checks).toBe(0)
  })

  test('an end that a check forgot to look at is looked at', async () => {
    const { provider, events } = setUp()
    expect(await provider.verifyToken('ended-session')).toBeNull()
    expect(events.at(-1)).toMatchObject({ reason: 'expired' })
  })

  test('a token ends with its verdict or its exp claim, whichever comes first', async () => {
    const { provider, time } = setUp()
    provider.verdicts.set('by-claim', accept({ sub: 'eve', exp: START + 10 }, START + 999))
    provider.verdicts.set('by-verdict', accept({ sub: 'eve', exp: START + 999 }, START + 10))
    for (const token of ['by-claim', 'by-verdict']) expect((await provider.verifyToken(token))?.expiresAt).toBe(START + 10)
    time.forward(16)
    for (const token of ['by-claim', 'by-verdict']) expect(await provider.verifyToken(token)).toBeNull()
  })

  test('an end in milliseconds is a bug that says so', () => {
    expect(() => accept({ sub: 'eve' }, Date.now())).toThrow(/milliseconds/)
    expect(() => accept({ sub: 'eve' }, Number.NaN)).toThrow(/"expiresAt"/)
  })

  test('a clock that counts milliseconds is refused at construction', () => {
    expect(() => setUp({ now: Date.now })).toThrow(/"now".*milliseconds/)
  })

  test.each([true, {}, 'yes', 7])('a check that answers %j is a bug, not a no', async (answer) => {
    const { provider } = setUp()
    provider.verdicts.set('a-session', answer as never)
    await expect(provider.verifyToken('a-session')).rejects.toThrow(/check must answer/)
  })

  test('an outage is told, thrown and forgotten', async () => {
    const { provider, events } = setUp({ name: 'sessions' })
    provider.silent = true
    await expect(provider.verifyToken('good-session')).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    expect(events).toEqual([{ type: 'unavailable', provider: 'sessions', message: 'the session store does not answer' }])
    provider.silent = false
    expect(await provider.verifyToken('good-session')).not.toBeNull()
  })

  test('what happens to the object that a check gave changes nothing remembered', async () => {
    const { provider } = setUp()
    const claims = { sub: 'eve', scope: 'notes:read', roles: ['guest'] }
    provider.verdicts.set('eves-session', accept(claims))
    await provider.verifyToken('eves-session')
    claims.roles.push('admin')
    claims.scope = 'admin'
    const token = await provider.verifyToken('eves-session')
    expect(token?.claims).toEqual({ sub: 'eve', scope: 'notes:read', roles: ['guest'] })
    expect(token?.scopes).toEqual(['notes:read'])
  })

  test.each([
    ['throws', () => { throw new Error('the log is full') }],
    ['rejects', async () => Promise.reject(new Error('the log is away'))],
  ])('an observer that %s decides nothing', async (_, observe) => {
    const { provider } = setUp({ observe: observe as () => void })
    expect(await provider.verifyToken('good-session')).not.toBeNull()
  })

  test('closing forgets', async () => {
    const { provider } = setUp()
    await provider.verifyToken('good-session')
    await provider.close()
    await provider.verifyToken('good-session')
    expect(provider.checks).toBe(2)
  })

  test('claims that are no plain data are a bug, not a yes', async () => {
    const { provider } = setUp()
    provider.verdicts.set('odd-session', accept({ when: new Date() }))
    await expect(provider.verifyToken('odd-session')).rejects.toThrow(/plain data/)
  })
})
