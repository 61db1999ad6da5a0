/** What grows with the number of tokens, issuers and tenants grows no faster than that number: counted, not timed. */
import { collect } from '../collect.js'
import { workOf } from '../work.js'
import { describe, expect, test } from 'vitest'
import { ChainProvider, generateToken, IntrospectionProvider, clientSecretBasic, IssuerRouter, JwksProvider, StaticProvider } from '../../src/index.js'
import { handSigner } from '../jwt/token-kit.js'
import { AUDIENCE, START } from '../oauth-kit.js'

const list = (count: number): StaticProvider =>
  new StaticProvider(Object.fromEntries(Array.from({ length: count }, () => [generateToken(), { claims: { sub: 'ci' } }])))

/** How many times the work becomes as many. */
async function growth(work: (count: number) => () => unknown, [few, many]: readonly [number, number]): Promise<number> {
  const [less, more] = [await workOf(work(few)), await workOf(work(many))]
  return (more.steps + more.read) / (less.steps + less.read)
}

describe('a chain of two lists with ten times the tokens', () => {
  const twoLists = (count: number): readonly [StaticProvider, StaticProvider] => [list(count), list(count)]

  test('is made with ten times the work', async () => {
    const making = (count: number) => {
      const lists = twoLists(count)
      return () => new ChainProvider(lists)
    }
    expect(await growth(making, [500, 5_000])).toBeLessThan(12)
  })

  test('is planned with ten times the work', async () => {
    const planning = (count: number) => {
      const chain = new ChainProvider(twoLists(count))
      return () => [String(chain.plan()), chain.plan().toMermaid()]
    }
    expect(await growth(planning, [500, 5_000])).toBeLessThan(12)
  })

  test('says which token stands in both', () => {
    const token = generateToken()
    const tokens = { [token]: { claims: { sub: 'ci' } } }
    expect(() => new ChainProvider([list(3), new StaticProvider(tokens, { name: 'a' }), new StaticProvider(tokens, { name: 'b' })])).toThrow('"b" lists a token that "a" lists too')
  })
})

describe('a chain of many issuers', () => {
  const key = handSigner('ES256')
  const issuers = (count: number) =>
    Array.from(
      { length: count },
      (_, n) => new JwksProvider({ issuer: `https://t${n}.example`, audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, now: () => START }),
    )
  const chainOf = (count: number): ChainProvider => new ChainProvider(issuers(count) as [JwksProvider, ...JwksProvider[]]) // of at least one

  test('reads the issuer of a token once', async () => {
    const readBy = async (count: number): Promise<number> => {
      const chain = chainOf(count)
      const token = key.token({ iss: `https://t${count - 1}.example`, exp: START + 600 })
      expect((await chain.verifyToken(token))?.issuer).toBe(`https://t${count - 1}.example`)
      return (await workOf(() => chain.verifyToken(token))).read
    }
    const perMember = 2 // to look at each; its issuer has 25 characters
    expect(await readBy(1_000)).toBeLessThan((await readBy(10)) + 1_000 * perMember)
  })

  test('is planned and drawn with ten times the work for ten times as many', async () => {
    const planning = (count: number) => {
      const chain = chainOf(count)
      return () => [String(chain.plan()), chain.plan().toMermaid()]
    }
    expect(await growth(planning, [100, 1_000])).toBeLessThan(13)
  })
})

test('a JWT rests on keys alone, in a chain and a router too, unless somebody is asked about it', async () => {
  const key = handSigner('ES256')
  const options = { issuer: 'https://a.example', audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, now: () => START }
  const alone = new JwksProvider(options)
  const asking = new JwksProvider({ ...options, introspect: { endpoint: 'https://a.example/introspect', clientAuth: clientSecretBasic('notes', 'a-secret') } })
  const enriched = new JwksProvider({ ...options, enrich: async () => ({}) })
  const token = await alone.verifyToken(key.token({ iss: 'https://a.example', exp: START + 600 }))
  if (token === null) throw new Error('a good token was refused')
  const around = (provider: JwksProvider) => [provider, new ChainProvider([list(1), provider]), new IssuerRouter({ issuers: { 'https://a.example': provider } })]
  expect([alone, asking, enriched].map((provider) => around(provider).map((one) => one.restsOnKeys(token)))).toEqual([
    [true, true, true],
    [false, false, false],
    [false, false, false],
  ])
})

test.each<[string, (n: number) => object]>([
  ['JwksProvider', (n) => new JwksProvider({ issuer: `https://t${n}.example`, audience: AUDIENCE })],
  ['IntrospectionProvider', (n) => new IntrospectionProvider({ endpoint: `https://t${n}.example/introspect`, audience: AUDIENCE, clientAuth: clientSecretBasic('notes', 'a-secret') })],
  ['JwksProvider with introspect', (n) => new JwksProvider({ issuer: `https://t${n}.example`, audience: AUDIENCE, introspect: { clientAuth: clientSecretBasic('notes', 'a-secret') } })],
])('a %s that has seen no token takes less than 22 KB', (_, make) => {
  const bytes = (): number => {
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const count = 300
  make(count)
  const before = bytes()
  const made = Array.from({ length: count }, (__, n) => make(n))
  expect((bytes() - before) / made.length).toBeLessThan(22_000)
})
