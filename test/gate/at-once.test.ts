/** Whatever stands in the place of a ready-made `verifyToken`, or of a gate, is what decides: nothing beneath it is asked in its stead. */
import { describe, expect, test, vi } from 'vitest'
import { accept, ChainProvider, gate, IssuerRouter, JwksProvider, StandardProvider, StaticProvider } from '../../src/index.js'
import { alsoAtOnce, atOnce } from '../../src/lib/at-once.js'
import type { AccessToken, BearerAuthProvider, Verdict } from '../../src/index.js'

const KEY = 'a-key-that-is-listed-here'
const REQUEST = { method: 'GET', path: '/', header: (name: string) => (name === 'authorization' ? [`Bearer ${KEY}`] : []) }

const keys = (): StaticProvider => new StaticProvider({ [KEY]: { claims: { sub: 'ci' }, scopes: [] } })

class Stricter extends StaticProvider {
  override async verifyToken(): Promise<AccessToken | null> {
    return null
  }
}

class StricterChain extends ChainProvider {
  override async verifyToken(): Promise<AccessToken | null> {
    return null
  }
}

function withOwn(): BearerAuthProvider {
  return Object.assign(keys(), { verifyToken: async () => null })
}

function spied(): BearerAuthProvider {
  const provider = keys()
  vi.spyOn(provider, 'verifyToken').mockResolvedValue(null)
  return provider
}

/** As libraries make wrappers that look like what they wrap: with its name and all its properties. */
function mimicked(): BearerAuthProvider {
  const provider = keys()
  const wrapper = async (): Promise<null> => null
  Object.defineProperties(wrapper, Object.getOwnPropertyDescriptors(provider.verifyToken))
  return Object.assign(provider, { verifyToken: wrapper })
}

function boundMember(target: object, name: string | symbol): unknown {
  const member: unknown = Reflect.get(target, name, target)
  return typeof member === 'function' ? member.bind(target) : member
}

const STRICTER: Readonly<Record<string, () => BearerAuthProvider>> = {
  'an override': () => new Stricter({ [KEY]: { claims: { sub: 'ci' }, scopes: [] } }),
  'an override of a chain': () => new StricterChain([keys()]),
  'a method of its own': withOwn,
  'a spy': spied,
  'a wrapper with all properties of what it wraps': mimicked,
  'a proxy': () => new Proxy(keys(), { get: (target, name) => (name === 'verifyToken' ? async () => null : boundMember(target, name)) }),
}

describe.each(Object.entries(STRICTER))('%s', (_, make) => {
  test.each(['', ' behind a chain'])('%s is asked, and not the one beneath it', async (where) => {
    const provider = where === '' ? make() : new ChainProvider([make()])
    expect((await gate(provider)(REQUEST)).pass).toBe(false)
    expect((await gate(keys())(REQUEST)).pass).toBe(true)
  })
})

test('behind a router too', async () => {
  const issuer = 'https://id.example.com'
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = `${part({ alg: 'RS256' })}.${part({ iss: issuer })}.AAAA`
  const route = new JwksProvider({ issuer, audience: 'https://mcp.example.com', jwksUri: `${issuer}/jwks` })
  const asked = vi.spyOn(route, 'verifyToken').mockResolvedValue(null)
  const provider = new IssuerRouter({ issuers: { [issuer]: route } })
  expect((await gate(provider)({ ...REQUEST, header: (name) => (name === 'authorization' ? [`Bearer ${token}`] : []) })).pass).toBe(false)
  expect(asked).toHaveBeenCalledOnce()
})

test('one whose check fails at once rejects, and does not throw, for whoever calls it', async () => {
  class Failing extends StandardProvider {
    protected override check(): Verdict {
      throw new Error('a bug')
    }
  }
  await expect(new Failing().verifyToken(KEY)).rejects.toThrow('a bug')
  await expect(gate(new Failing())(REQUEST)).rejects.toThrow('the provider failed')
})

test('a promise comes as a promise, though a twin may give a value', async () => {
  const twin = async (): Promise<string> => 'later'
  expect(atOnce(twin)).toBe(twin)
  alsoAtOnce(twin, () => 'now')
  expect(atOnce(twin)()).toBe('now')
  class Good extends StandardProvider {
    protected override check(): Verdict {
      return accept({ sub: 'ci' })
    }
  }
  expect(new Good().verifyToken(KEY)).toBeInstanceOf(Promise)
  expect(gate(new Good())(REQUEST)).toBeInstanceOf(Promise)
})
