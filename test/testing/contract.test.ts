/** The published contract finds each promise that a provider breaks, names it, and shows no token. */
import { spawnSync } from 'node:child_process'
import { afterEach, describe, expect, test } from 'vitest'
import { accessToken, AuthUnavailableError, JwksProvider, StaticProvider } from '../../src/index.js'
import { contractOf, createTestIssuer, keepsTheContract } from '../../src/testing/index.js'
import type { AuthEvent, BearerAuthProvider } from '../../src/index.js'
import type { ContractSubject } from '../../src/testing/index.js'

const GOOD = 'good-token-0123456789'
const BAD = 'evil-token-0123456789'

/** A provider of one's own that keeps every promise, and remembers nothing. */
class Honest implements BearerAuthProvider {
  away = false
  readonly events: AuthEvent[] = []

  async verifyToken(token: string) {
    if (typeof token !== 'string' || !/^[\w.~+/-]+=*$/.test(token) || token.length > 32_768) return null
    if (this.away) throw new AuthUnavailableError('nobody answers')
    return token === GOOD ? accessToken({ token, claims: { sub: 'ada', list: ['a'] }, scopes: ['notes:read'] }) : null
  }
}

function subjectOf(provider: Honest): ContractSubject {
  return { provider, good: GOOD, bad: [BAD], events: provider.events, outage: { begin: () => (provider.away = true), end: () => (provider.away = false) } }
}

class Changeable {
  readonly claims = { sub: 'ada' }
  readonly scopes = ['notes:read']
  readonly subject = 'ada'
  readonly provider = 'mine'

  get token() {
    return GOOD
  }
}

/** Each breaks one promise. */
const BROKEN: readonly (readonly [promise: string, how: string, Broken: new () => Honest])[] = [
  [
    'nobody knows',
    'null for the good token',
    class extends Honest {
      override async verifyToken(token: string) {
        return super.verifyToken(token).catch(() => null)
      }
    },
  ],
  [
    'nobody knows',
    'was not taken after the outage',
    class extends Honest {
      override async verifyToken(token: string) {
        return this.away ? ((this.gone = true), super.verifyToken(token)) : this.gone ? null : super.verifyToken(token)
      }
      gone = false
    },
  ],
  [
    'nobody knows',
    'shows the token',
    class extends Honest {
      override async verifyToken(token: string) {
        if (this.away) throw new AuthUnavailableError(`nobody knows ${token}`)
        return super.verifyToken(token)
      }
    },
  ],
  [
    'a good token gives',
    'can be changed',
    class extends Honest {
      override async verifyToken(token: string) {
        return (await super.verifyToken(token)) && new Changeable()
      }
    },
  ],
  [
    'nothing that prints',
    'printing the AccessToken shows',
    class extends Honest {
      override async verifyToken(token: string) {
        const good = await super.verifyToken(token)
        return good && Object.freeze({ ...good, token })
      }
    },
  ],
  [
    'a bad token is null',
    'an exception (RangeError)',
    class extends Honest {
      override async verifyToken(token: string) {
        return super.verifyToken(token).then((yes) => {
          if (token === BAD) throw new RangeError(BAD)
          return yes
        })
      }
    },
  ],
  [
    'changed by one letter',
    'a yes',
    class extends Honest {
      override async verifyToken(token: string) {
        return super
          .verifyToken(typeof token === 'string' && token.startsWith(GOOD) ? GOOD : token)
          .then((yes) => yes && accessToken({ token, claims: yes.claims, scopes: [...yes.scopes] }))
      }
    },
  ],
  [
    'what is no bearer token',
    'an exception (TypeError)',
    class extends Honest {
      override async verifyToken(token: string) {
        return super.verifyToken(token.trim())
      }
    },
  ],
  [
    'recognition is immediate',
    'foreign',
    class extends Honest {
      recognizes() {
        return 'foreign' as const
      }
    },
  ],
  [
    'many who ask at once',
    'several answers',
    class extends Honest {
      asked = 0
      override async verifyToken(token: string) {
        return (await super.verifyToken(token)) && accessToken({ token, claims: { sub: 'ada', n: this.asked++ }, scopes: [] })
      }
    },
  ],
  [
    'no event carries',
    'an event shows',
    class extends Honest {
      override async verifyToken(token: string) {
        this.events.push({ type: 'accepted', provider: 'ada', cached: false } as unknown as AuthEvent)
        return super.verifyToken(token)
      }
    },
  ],
  [
    'its health is plain data',
    'shows a token or a subject',
    class extends Honest {
      health() {
        return { name: 'mine', kind: 'mine', issuers: [], last: 'ada' }
      }
    },
  ],
  [
    'closing twice',
    'close() throws',
    class extends Honest {
      closed = 0
      async close() {
        if (this.closed++ > 0) throw new Error('closed already')
      }
    },
  ],
]

describe('keepsTheContract', () => {
  test('says nothing of an honest provider, made anew for each promise or once for all', async () => {
    await keepsTheContract(() => subjectOf(new Honest()))
    const provider = new Honest()
    const { provider: _, ...options } = subjectOf(provider)
    await keepsTheContract(provider, options)
  })

  test.each(BROKEN)('names the promise "%s …" where it is broken: %s', async (promise, how, Broken) => {
    const told = await keepsTheContract(() => subjectOf(new Broken())).catch((error: Error) => error.message)
    expect(told).toMatch(/^the provider breaks 1 of its \d+ promises:\n/)
    expect(told).toContain(promise)
    expect(told).toContain(how)
    expect(told).not.toContain(GOOD)
    expect(told).not.toContain(BAD)
  })

  test('every promise of the list can be broken, and is broken here', () => {
    const names = contractOf(() => subjectOf(new Honest())).map(({ name }) => name)
    expect(names.filter((name) => !BROKEN.some(([promise]) => name.includes(promise)))).toEqual([])
  })

  test('names every promise that is broken, and not only the first', async () => {
    const liar: BearerAuthProvider = { verifyToken: async (token) => accessToken({ token: String(token) || 'x', claims: { sub: 'ada' }, scopes: [] }) }
    await expect(keepsTheContract(liar, { good: GOOD, bad: [BAD], outage: 'asks nobody' })).rejects.toThrow(/breaks 4 of/)
  })

  test('forgives a provider that was used before its memory, and never a no', async () => {
    const issuer = createTestIssuer()
    const provider = new JwksProvider(issuer.options)
    const good = await issuer.mint()
    await provider.verifyToken(good)
    const outage = { begin: () => issuer.outage(), end: () => issuer.heal() }
    await keepsTheContract(provider, { good, bad: [await issuer.mint({ expiresIn: -60 })], outage })
  })

  test('takes one that asks nobody', async () => {
    await keepsTheContract(new StaticProvider({ [GOOD]: { claims: { sub: 'ci' }, scopes: ['a'] } }), { good: GOOD, bad: [BAD], outage: 'asks nobody' })
  })

  test('asks for what it cannot do without', async () => {
    const provider = new Honest()
    await expect(keepsTheContract(provider, { good: GOOD, bad: [], outage: 'asks nobody' })).rejects.toThrow('"bad" must list tokens')
    await expect(keepsTheContract(provider, { good: GOOD, bad: [BAD] } as never)).rejects.toThrow('"outage" must be { begin, end }')
    await expect(keepsTheContract(provider, { good: GOOD, bad: [BAD], outage: 'asks nobody', refused: [] } as never)).rejects.toThrow('"refused" is not an option')
  })
})

describe('contractOf', () => {
  const closed: string[] = []
  afterEach(() => void closed.splice(0))

  test('makes a provider for each promise, and closes it', async () => {
    let made = 0
    const checks = contractOf(() => {
      made += 1
      return subjectOf(Object.assign(new Honest(), { close: async () => void closed.push('closed') }))
    })
    for (const { check } of checks) await check()
    expect(made).toBe(checks.length)
    expect(closed.length).toBe(checks.length + 2) // the last check closes by itself, twice
  })

  test('runs with node:test', () => {
    const script = `
      import test from 'node:test'
      import { StaticProvider } from 'bearer-auth-providers'
      import { contractOf } from 'bearer-auth-providers/testing'
      const provider = new StaticProvider({ '${GOOD}': { claims: { sub: 'ci' }, scopes: ['a'] } })
      for (const { name, check } of contractOf(provider, { good: '${GOOD}', bad: ['${BAD}'], outage: 'asks nobody' })) test(name, check)`
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--test-reporter=tap', '-e', script], {
      encoding: 'utf8',
      timeout: 100_000,
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    })
    expect(stdout).toMatch(/# pass 11/)
    expect(status).toBe(0)
  })
})
