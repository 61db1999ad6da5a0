/**
 * R14: whatever a stranger sends, nobody else waits for it. No piece of work holds up the event loop for 20 milliseconds;
 * what is counted here is that work, which is the same on every machine: `npm run bench:event-loop` measures the time.
 */
import { workOf } from './work.js'
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
/** Looks at each character, of which a millisecond has half a million: 64 KiB of eighty, or a megabyte of six, are 12 ms at worst. */
const A_FEW = 80
const A_GLANCE = 6
/** Keys, for a set that has none which is of use: twenty take a millisecond. */
const MOST_IMPORTS = 64
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
  test('each character of 64 KiB is looked at a few times', async () => {
    const texts = [...LARGE, ...filled(32_768), ...filled(KIB_64)]
    for (const text of texts) expect(await perCharacter(text, () => door(text)), text.slice(0, 40)).toBeLessThan(A_FEW)
  })

  test('a megabyte is refused after a glance', async () => {
    for (const text of filled(MIB)) expect(await perCharacter(text, () => door(text)), text.slice(0, 40)).toBeLessThan(A_GLANCE)
  })
})

test('each character in the form of a logout is looked at a few times', async () => {
  for (const text of [...filled(65_000), ...['&', 'a=&', 'logout_token=&', 'logout_token=a.b.c&'].map((one) => one.repeat(65_000 / one.length))]) {
    const request = form(text) // a platform makes this, not we
    expect(await perCharacter(text, () => logout(request)), text.slice(0, 40)).toBeLessThan(A_FEW)
  }
})

describe('each character in an answer of the authorization server is looked at a few times', () => {
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
    expect(await perCharacter(body, () => provider.verifyToken('opaque'))).toBeLessThan(A_FEW)
  })
})

describe('each character in a key set is looked at a few times, and few of its keys are imported', () => {
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
    const { steps, read, imports } = await workOf(() => answered(() => fresh().verifyToken(signer.token())))
    expect((steps + read) / KIB_64).toBeLessThan(A_FEW)
    expect(imports).toBeLessThanOrEqual(MOST_IMPORTS)
  })
})

async function perCharacter(text: string, call: () => unknown): Promise<number> {
  const { steps, read } = await workOf(() => answered(call))
  return (steps + read) / text.length
}

/** Nobody knows, where the stub cannot say: that is not what is looked at here. */
async function answered(call: () => unknown): Promise<void> {
  try {
    await call()
  } catch (error) {
    if (!isUnavailable(error)) throw error
  }
}
