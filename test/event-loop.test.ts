/**
 * R14: whatever a stranger sends, nobody else waits for it. What is measured is the time on the processor, each input is
 * tried often, and the best time counts: that is the work itself, without what else this machine does. A machine that is
 * slower than those of the promise, or has no time, is given more.
 */
import { describe, expect, test } from 'vitest'
import { logoutHandler } from '../src/adapters/logout.js'
import { ChainProvider, clientSecretBasic, fromClaim, gate, IntrospectionProvider, JwksProvider, Revocations, standardScopes, StaticProvider } from '../src/index.js'
import { isUnavailable } from '../src/errors.js'
import { headers } from './gate/headers.js'
import { CLAIMS, encode, handSigner } from './jwt/token-kit.js'
import { AUDIENCE, ISSUER, START } from './oauth-kit.js'

const signer = handSigner('ES256')
const now = (): number => START
const jwks = new JwksProvider({
  issuer: ISSUER,
  audience: AUDIENCE,
  jwks: { keys: [signer.publicJwk] } as never,
  cache: false,
  now,
  scopes: [standardScopes, fromClaim('realm_access.roles', { admin: 'notes:write' })],
  observe: () => undefined,
})
const elsewhere = { endpoint: 'https://other.example/introspect', audience: AUDIENCE, clientAuth: clientSecretBasic('client', 'secret'), now }
const chain = new ChainProvider([
  jwks,
  new StaticProvider({ 'ci-0123456789abcdef': { claims: { sub: 'ci' } } }),
  new IntrospectionProvider({ ...elsewhere, fetch: () => Promise.reject(new TypeError('fetch failed')) }),
])
const guard = gate(chain, { protect: ['/'], resource: AUDIENCE, tokenFrom: { cookie: 'token', origins: ['https://app.example.com'] } })
const logout = logoutHandler(jwks, { audience: 'client' })

const KIB_64 = 65_536
const MIB = 1_048_576
const REPEATED = ['A', '.', '=', '+', ' ', ',', '\t', ';', '%', '/', '//', '{', 'A=', 'A;', 'AAAA.', '%41', '/..', 'Bearer ', 'token=x;']
const filled = (size: number): readonly string[] => REPEATED.map((text) => text.repeat(Math.ceil(size / text.length)).slice(0, size))

/** The largest good token of this make. */
function largest(claims: (count: number) => object): string {
  const token = (count: number): string => signer.write({ alg: 'ES256', kid: 'ES256' }, { ...CLAIMS, ...claims(count) })
  let count = 1
  while (token(count * 2).length < 32_000) count *= 2
  return token(count)
}
const LARGE: readonly string[] = [
  largest((count) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, index]))),
  largest((count) => ({ list: Array(count).fill([]) })),
  largest((count) => ({ aud: [...Array(count).fill('x'), AUDIENCE] })),
  largest((count) => ({ scope: 'a '.repeat(count) })),
  largest((count) => ({ scope: Array.from({ length: count }, (_, index) => index).join(' ') })),
  largest((count) => ({ realm_access: { roles: Array(count).fill('admin') } })),
  `${encode({ alg: 'ES256' })}.${encode(`{"a":${'['.repeat(11_000)}${']'.repeat(11_000)}}`)}.AAAA`,
  `${encode({ alg: 'ES256' })}.${encode(`{"exp":${'9'.repeat(24_000)}}`)}.AAAA`,
  `${encode({ alg: 'ES256' })}.${encode(`${' '.repeat(24_000)}{}`)}.AAAA`,
  `${encode(`{"alg":"ES256","kid":"${'x'.repeat(24_000)}"}`)}.${encode(CLAIMS)}.AAAA`,
]

const request = (name: string, value: string) => guard({ method: 'GET', path: '/mcp', header: headers({ [name]: [value], origin: ['https://app.example.com'] }) })
const form = (body: string) => new Request('https://mcp.example.com/logout', { method: 'POST', body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })

/** What is no token at all is refused with advice. */
async function revoked(token: string): Promise<void> {
  await new Revocations({ now }).revoke({ token }).catch((error: unknown) => {
    if (!(error instanceof TypeError && error.message.startsWith('"token" must be the token alone'))) throw error
  })
}

const DOORS: readonly (readonly [string, (text: string) => unknown])[] = [
  ['a provider', (text) => jwks.verifyToken(text)],
  ['a chain', (text) => chain.verifyToken(text)],
  ['the recognition of a chain', (text) => chain.recognizes(text)],
  ['an explanation', (text) => jwks.explain(text)],
  ['the Authorization header', (text) => request('authorization', text)],
  ['the Authorization header, behind Bearer', (text) => request('authorization', `Bearer ${text}`)],
  ['a cookie', (text) => request('cookie', text)],
  ['a path', (text) => guard({ method: 'GET', path: `/${text}`, header: headers({}) })],
  ['a logout token', (text) => jwks.verifyLogoutToken(text, 'client')],
  ['a revocation', (text) => revoked(text)],
]

describe.each(DOORS)('at the door of %s', (_, door) => {
  test('64 KiB take less than 20 ms', async () => {
    const limit = await allowed(20)
    for (const text of [...LARGE, ...filled(32_768), ...filled(KIB_64)]) expect(await quickest(() => door(text)), text.slice(0, 40)).toBeLessThan(limit)
  })

  test('a megabyte is refused in less than 5 ms', async () => {
    const limit = await allowed(5)
    for (const text of filled(MIB)) expect(await quickest(() => door(text)), text.slice(0, 40)).toBeLessThan(limit)
  })
})

test('the form of a logout of 64 KiB takes less than 20 ms', async () => {
  const limit = await allowed(20)
  for (const text of [...filled(65_000), ...['&', 'a=&', 'logout_token=&', 'logout_token=a.b.c&'].map((one) => one.repeat(65_000 / one.length))]) {
    const requests = Array.from({ length: ATTEMPTS }, () => form(text)) // a platform makes these, not we
    expect(await quickest(() => logout(requests.pop() ?? form(text))), text.slice(0, 40)).toBeLessThan(limit)
  }
})

describe('an answer of the authorization server of 64 KiB takes less than 20 ms', () => {
  const active = `{"active":true,"iss":"${ISSUER}","aud":"${AUDIENCE}","sub":"ada","exp":${START + 60}`
  const many = (count: number, member: (index: number) => string): string => Array.from({ length: count }, (_, index) => member(index)).join()
  test.each([
    ['of members', `${active},${many(5500, (index) => `"m${index}":1`)}}`, 'nobody knows'],
    ['of arrays', `${active},"list":[${many(20_000, () => '[]')}]}`, 'nobody knows'],
    ['of objects', `${active},"list":[${many(10_000, () => '{"a":1}').slice(0, -8)}]}`, 'nobody knows'],
    ['of groups', `${active},"groups":[${many(6000, (index) => `"g-${index}"`)}]}`, 'yes'],
    ['of scopes', `${active},"scope":"${many(9000, (index) => `s${index}`).replaceAll(',', ' ')}"}`, 'yes'],
    ['of audiences', `${active.replace(`"${AUDIENCE}"`, `[${many(9000, () => '"x"')},"${AUDIENCE}"]`)}}`, 'yes'],
    ['of digits', `${active},"n":${'9'.repeat(60_000)}}`, 'yes'],
    ['of blanks', `${' '.repeat(60_000)}${active}}`, 'yes'],
    ['of brackets', `${active},"x":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 'nobody knows'],
  ])('%s', async (_, body, expected) => {
    const fetch = async (): Promise<Response> => new Response(body, { headers: { 'Content-Type': 'application/json' } })
    const provider = new IntrospectionProvider({ ...elsewhere, fetch, cache: false })
    const answer = await provider.verifyToken('opaque').catch(({ code }: { code: string }) => code)
    expect(answer === null ? 'no' : typeof answer === 'string' ? 'nobody knows' : 'yes').toBe(expected)
    expect(await quickest(() => new IntrospectionProvider({ ...elsewhere, fetch, cache: false }).verifyToken('opaque'))).toBeLessThan(await allowed(20))
  })
})

describe('a key set of 64 KiB takes less than 20 ms', () => {
  const power = (65_537n ** 130n).toString(16) // of the factory of weak keys
  const weak = Buffer.from(power.padStart(power.length + (power.length % 2), '0'), 'hex').toString('base64url')
  test.each<[string, (index: number) => object]>([
    ['of weak RSA keys', (index) => ({ kty: 'RSA', kid: `${index}`, n: weak, e: 'AQAB' })],
    ['of RSA keys without a number', (index) => ({ kty: 'RSA', kid: `${index}`, n: '', e: '' })],
    ['of points off the curve', (index) => ({ kty: 'EC', crv: 'P-256', kid: `${index}`, x: 'AAAA', y: 'AAAA' })],
    ['of keys of small order', (index) => ({ kty: 'OKP', crv: 'Ed25519', kid: `${index}`, x: 'A'.repeat(43) })],
    ['of nothing', () => ({})],
  ])('%s', async (_, jwk) => {
    const text = JSON.stringify({ keys: Array.from({ length: 5000 }, (_, index) => jwk(index)) })
    const keys = (JSON.parse(text) as { keys: object[] }).keys.slice(0, Math.floor((5000 * KIB_64) / text.length))
    const fetch = async (): Promise<Response> => Response.json({ keys })
    const fresh = () => new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/keys`, fetch, now })
    await expect(fresh().verifyToken(signer.token())).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    expect(await quickest(() => fresh().verifyToken(signer.token()))).toBeLessThan(await allowed(20))
  })
})

const ATTEMPTS = 12

/** Milliseconds: as promised, and more where this machine is slower than that. */
async function allowed(promised: number): Promise<number> {
  return promised * Math.max(1, (await quickest(REFERENCE)) / REFERENCE_TAKES)
}

const NUMBERS = `[${'1,'.repeat(20_000)}1]`
const REFERENCE = (): void => {
  for (let n = 0; n < 5; n += 1) JSON.parse(NUMBERS)
}
/** Milliseconds on two cores of 2023 with nothing else to do. */
const REFERENCE_TAKES = 3

/** Milliseconds on the processor. */
async function quickest(work: () => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = process.cpuUsage()
    await Promise.resolve().then(work).catch((error: unknown) => {
      if (!isUnavailable(error)) throw error
    })
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}
