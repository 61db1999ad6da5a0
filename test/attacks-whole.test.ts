/**
 * Every class of attack on the list of S1, through all of it at once: gate, chain, memory, two issuers, static keys and
 * introspection. Each class has tests of its own beside what it attacks; here nothing may get lost between the layers.
 */
import * as crypto from 'node:crypto'
import { CompactEncrypt } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { ChainProvider, clientSecretBasic, fromClaim, gate, IntrospectionProvider, JwksProvider, standardScopes, StaticProvider } from '../src/index.js'
import { parseChallenge } from './adapters/challenge-parser.js'
import { headers } from './gate/headers.js'
import { Chance, mutateText } from './jwt/fuzz-kit.js'
import { bigEndian, bytesOf, claimsInstead, CLAIMS, CURVES, encode, handSigner, newKeys, signature, withSignature } from './jwt/token-kit.js'
import { AUDIENCE, ISSUER, START } from './oauth-kit.js'
import { recorder } from './recorder.js'

const STATIC_KEY = 'ci-0123456789abcdef'
const OTHER = 'https://machines.example.com'
const rsa = handSigner('RS256', 'rsa')
const ec = handSigner('ES256', 'ec')
const ed = handSigner('EdDSA', 'same') // both issuers have a key of this name
const machine = handSigner('EdDSA', 'same')
const weak = handSigner('RS256', 'weak', newKeys('RS256', 1024))
const attacker = handSigner('RS256', 'rsa')
const leaked = handSigner('ES256', 'leaked')
const opaque = { good: 'opaque-good', refresh: 'opaque-refresh', text: 'opaque-text', other: 'opaque-other', endless: 'opaque-endless' }

/** A server as people build it, and everything that it asked for, said and let through. `keys`: in hand, so that nobody is asked for others. */
function server({ keys }: { keys?: 'in hand' } = {}) {
  const state = {
    now: START,
    isDown: false,
    keys: [rsa.publicJwk, ec.publicJwk, ed.publicJwk, weak.publicJwk, leaked.privateKey.export({ format: 'jwk' })] as object[],
  }
  const asked: string[] = []
  const shown: string[] = []
  const { events, observe } = recorder()
  const fetch = (async (input: unknown, init?: RequestInit): Promise<Response> => {
    const url = String(input)
    asked.push(url)
    if (state.isDown) throw new TypeError('fetch failed')
    for (const issuer of [ISSUER, OTHER]) {
      if (url === `${issuer}/.well-known/openid-configuration`) return Response.json({ issuer, jwks_uri: `${issuer}/keys` })
    }
    if (url === `${ISSUER}/keys`) return Response.json({ keys: state.keys })
    if (url === `${OTHER}/keys`) return Response.json({ keys: [machine.publicJwk] })
    if (url !== 'https://opaque.example/introspect') return Response.json({ keys: [attacker.publicJwk] })
    const token = new URLSearchParams(String(init?.body)).get('token') ?? ''
    shown.push(token)
    const active = { active: true, aud: AUDIENCE, sub: 'ada', exp: START + 300 }
    const answers: Readonly<Record<string, object>> = {
      [opaque.good]: active,
      [opaque.refresh]: { ...active, token_type: 'refresh_token' },
      [opaque.text]: { ...active, active: 'true' },
      [opaque.other]: { ...active, aud: 'https://elsewhere.example' },
      [opaque.endless]: { active: true, aud: AUDIENCE, sub: 'ada' },
    }
    return Response.json(Object.hasOwn(answers, token) ? answers[token] : { active: false })
  }) as typeof globalThis.fetch
  const common = { audience: AUDIENCE, fetch, observe, now: () => state.now }
  const inHand = (set: object[]) => (keys === 'in hand' ? { jwks: { keys: set } as never } : {})
  const chain = new ChainProvider([
    new JwksProvider({ ...common, issuer: ISSUER, name: 'people', ...inHand(state.keys), scopes: [standardScopes, fromClaim('realm_access.roles', { admin: 'notes:admin' })] }),
    new JwksProvider({ ...common, issuer: OTHER, name: 'machines', ...inHand([machine.publicJwk]) }),
    new StaticProvider({ [STATIC_KEY]: { claims: { sub: 'ci' }, scopes: ['notes:read'] } }),
    new IntrospectionProvider({ ...common, endpoint: 'https://opaque.example/introspect', clientAuth: clientSecretBasic('notes', 'a-secret') }),
  ], { observe })
  const guard = gate(chain, { resource: AUDIENCE })
  /** The status of the answer, 200 where the handler would run. Whatever is said is looked at. */
  const status = async (authorization: string | readonly string[], path = '/mcp'): Promise<number> => {
    const decision = await guard({ method: 'POST', path, header: headers({ authorization: [authorization].flat() }) })
    if (decision.pass) return decision.context.token === null ? 204 : 200
    const { answer } = decision
    const challenge = answer.headers['WWW-Authenticate']
    if (challenge !== undefined) parseChallenge(challenge)
    const said = JSON.stringify([answer, events])
    for (const secret of ['a-secret', ...[authorization].flat().flatMap((text) => text.split(/[ .]/).filter((part) => part.length > 40))])
      expect(said).not.toContain(secret)
    return answer.status
  }
  const bearer = (token: string): Promise<number> => status(`Bearer ${token}`)
  return { state, asked, shown, events, chain, status, bearer }
}

const hmac = (alg: string, secret: string | Buffer): string => {
  const text = `${encode({ alg, kid: 'rsa' })}.${encode(CLAIMS)}`
  return `${text}.${encode(crypto.createHmac('sha256', secret).update(text).digest())}`
}
const pem = String(rsa.publicKey.export({ type: 'spki', format: 'pem' }))
const raw = (claims: string): string => ed.write({ alg: 'EdDSA', kid: 'same' }, claims)
const more = (member: string): string => raw(JSON.stringify(CLAIMS).replace('}', `,${member}}`))
const ecdsa = (r: bigint, s: bigint): string => withSignature(ec.token(), Buffer.concat([bigEndian(r, 32), bigEndian(s, 32)]))
const good = ed.token()
const [head = '', body = '', tail = ''] = good.split('.')
const lastBit = String.fromCharCode((tail.codePointAt(85) ?? 0) + 1)
let encrypted = ''
beforeAll(async () => {
  encrypted = await new CompactEncrypt(Buffer.from(JSON.stringify(CLAIMS))).setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', zip: 'DEF' }).encrypt(rsa.publicKey)
})

test('what is good gets in by every door', async () => {
  const { bearer, shown } = server()
  for (const token of [good, rsa.token(), ec.token(), machine.token({ iss: OTHER }), STATIC_KEY, opaque.good]) expect(await bearer(token), token).toBe(200)
  expect(shown).toEqual([opaque.good])
})

/** By the words of the list: tokens that nobody may get in with. */
const CLASSES: Readonly<Record<string, () => readonly string[]>> = {
  'alg none in every spelling': () =>
    ['none', 'None', 'NONE', 'nOnE', ' none', ''].flatMap((alg) => ['', 'AA', tail].map((end) => `${encode({ alg })}.${encode(CLAIMS)}.${end}`)),
  'stripped signatures': () => [`${head}.${body}`, `${head}.${body}.`, `${head}.${body}.AAAA`],
  'RS/HS confusion': () =>
    [
      pem,
      pem.trimEnd(),
      rsa.publicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(rsa.publicJwk),
      Buffer.from(String(rsa.publicJwk.n), 'base64url'),
      '',
    ].flatMap((secret) => [hmac('HS256', secret), hmac('RS256', secret)]),
  'one key for many algorithms': () => ['PS256', 'RS512', 'ES256', 'EdDSA'].map((alg) => rsa.write({ alg, kid: 'rsa' }, CLAIMS)),
  'jwk, jku, x5u, x5c, kid in the header': () =>
    [
      { jwk: attacker.publicJwk },
      { jku: 'https://evil.example/keys' },
      { x5u: 'https://evil.example/keys' },
      { x5c: ['AAAA'] },
      { kid: 'https://evil.example/keys' },
      { kid: '../../../dev/null' },
    ].map((header) => attacker.token({}, header)),
  'crit, b64': () => [ed.token({}, { crit: ['exp'] }), ed.token({}, { b64: false, crit: ['b64'] })],
  'psychic and malformed ECDSA': () => [
    ecdsa(0n, 0n),
    ecdsa(CURVES.ES256.order, 0n),
    ecdsa(0n, CURVES.ES256.order),
    ecdsa(CURVES.ES256.order, CURVES.ES256.order),
    withSignature(ec.token(), crypto.sign('sha256', Buffer.from(ec.token().split('.', 2).join('.')), ec.privateKey)),
  ],
  'PSS salt': () =>
    [0, 20, 33].map((salt) => {
      const text = `${encode({ alg: 'PS256', kid: 'rsa' })}.${encode(CLAIMS)}`
      return `${text}.${encode(signature('PS256', rsa.privateKey, text, salt))}`
    }),
  'weak keys': () => [weak.token()],
  'private keys in public': () => [leaked.token()],
  'non-canonical base64url and white space': () => [
    `${head}.${body}.${tail.slice(0, 85)}${lastBit}`,
    `${good}=`,
    `${good}\n`,
    `${head}.${body}\n.${tail}`,
    `${head} .${body}.${tail}`,
    good.replaceAll('-', '+').replaceAll('_', '/') + '==',
  ],
  'duplicate keys in JSON': () => [
    ed.write('{"alg":"EdDSA","kid":"same","alg":"none"}', CLAIMS),
    more('"aud":"https://evil.example"'),
    more('"exp":1'),
    more('"iss":"https://evil.example"'),
  ],
  'JSON serialization and polyglots': () => [
    JSON.stringify({ protected: head, payload: body, signature: tail }),
    encode(JSON.stringify({ protected: head, payload: body, signature: tail })),
    `${good}.${good}`,
  ],
  'nested JWT': () => [ed.write({ alg: 'EdDSA', kid: 'same', cty: 'JWT' }, good), ed.write({ alg: 'EdDSA', kid: 'same' }, JSON.stringify(good))],
  'JWE to the public key, PBES2 and zip bombs': () => [
    encrypted,
    `${encode({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2_000_000_000, p2s: 'AAAA' })}.AAAA.AAAA.AAAA.AAAA`,
  ],
  'dots, size, depth': () => [
    '.'.repeat(32_000),
    `${good}.`,
    `.${good}`,
    'A'.repeat(65_536),
    ed.token({ x: 'y'.repeat(30_000) }),
    more(`"x":${'['.repeat(1000)}${']'.repeat(1000)}`),
  ],
  'payload not an object, not UTF-8, BOM': () => [
    raw('null'),
    raw('[]'),
    raw('7'),
    raw('\ufeff{}'),
    ed.write(
      { alg: 'EdDSA', kid: 'same' },
      Buffer.concat([Buffer.from(JSON.stringify(CLAIMS).slice(0, -1)), Buffer.from(',"a":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    ),
  ],
  'exp, nbf, iat of odd kinds': () =>
    ['exp', 'nbf', 'iat'].flatMap((name) => {
      const odd = ['"1900000000"', '1e400', '[]', '{}', 'true', ...(name === 'nbf' ? [] : ['null'])] // an `nbf` of null is none
      return odd.map((value) => raw(claimsInstead(name, value)))
    }),
  'exp past, nbf to come, no exp': () => [ed.token({ exp: START - 5 }), ed.token({ exp: -1 }), ed.token({ nbf: START + 6 }), ed.token({ exp: undefined })],
  'iss as array, prefix, slash, homoglyph': () =>
    [[ISSUER], `${ISSUER}/`, ISSUER.slice(0, -1), `${ISSUER}.evil.example`, ISSUER.replace('e', '\u0435'), ISSUER.toUpperCase(), undefined].map((iss) =>
      ed.token({ iss }),
    ),
  'aud missing, substring, wildcard, nested': () =>
    [undefined, AUDIENCE.slice(0, -1), `${AUDIENCE}/x`, '*', [[AUDIENCE]], { [AUDIENCE]: 1 }, []].map((aud) => ed.token({ aud })),
  'other kinds of JWT': () => [
    ed.token({ at_hash: 'x' }),
    ed.token({}, { typ: 'logout+jwt' }),
    ed.token({ events: {} }),
    ed.token({ htm: 'POST', htu: AUDIENCE }),
    ed.token({}, { typ: 'dpop+jwt' }),
    ed.token({ token_introspection: {} }),
    ed.token({ token_use: 'id' }),
    ed.token({ typ: 'Refresh' }),
  ],
  'sub and client_id of odd types': () => [7, true, ['ada'], {}].flatMap((value) => [ed.token({ sub: value }), ed.token({ client_id: value })]).concat(ed.token({ sub: null })),
  'the key of one issuer for another': () => [machine.token(), ed.token({ iss: OTHER }), rsa.token({ iss: OTHER })],
  'SSRF through iss': () =>
    ['http://169.254.169.254/', 'file:///etc/passwd', `${ISSUER}@evil.example`, 'https://evil.example'].map((iss) => attacker.token({ iss })),
  'keys that nobody knows': () => [ed.token({}, { kid: 'unknown' }), handSigner('ES256', 'ec').token()],
  'introspection: active as text, another audience, no end, a refresh token': () => [
    opaque.text,
    opaque.other,
    opaque.endless,
    opaque.refresh,
    'opaque-unknown',
  ],
  'words that JavaScript knows, in a static map': () => ['constructor', '__proto__', 'toString', 'hasOwnProperty'],
  'a token that is bound to a key, without the proof': () => [ed.token({ cnf: { jkt: 'x' } }), ed.token({ cnf: { 'x5t#S256': 'x' } })],
}

describe('nobody gets in with', () => {
  test.each(Object.entries(CLASSES))('%s', async (name, tokens) => {
    const { bearer, asked, shown } = server()
    const isNobodysWord = name.startsWith('introspection')
    for (const token of tokens()) {
      // Once fresh and once from memory; 429 where it may be the first token of a rotation, which was looked for a moment ago;
      // 503 only where the endpoint's own answer cannot be understood.
      for (let round = 0; round < 2; round += 1) expect(isNobodysWord ? [401, 503] : [400, 401, 429], token.slice(0, 200)).toContain(await bearer(token))
    }
    expect(await bearer(good), 'and all is well after it').toBe(200)
    expect(asked.filter((url) => !url.startsWith(`${ISSUER}/`) && !url.startsWith(`${OTHER}/`) && url !== 'https://opaque.example/introspect')).toEqual([])
    expect(shown.filter((token) => token.startsWith('eyJ') && token.split('.').length === 3), 'a JWT of somebody else').toEqual([])
  })
})

describe('the header', () => {
  test.each<[string, string | readonly string[], number]>([
    ['nothing', [], 401],
    ['an empty one', '', 401],
    ['another scheme', 'Basic YWRhOnNlY3JldA==', 401],
    ['the scheme alone', 'Bearer', 401], // nothing was presented: such a client is to sign in
    ['the scheme and a blank', 'Bearer ', 401],
    ['two blanks', `Bearer  ${good}`, 400],
    ['a tab', `Bearer\t${good}`, 400],
    ['a blank behind', `Bearer ${good} `, 400],
    ['two tokens', `Bearer ${good} ${good}`, 400],
    ['two tokens with a comma', `Bearer ${good}, Bearer ${good}`, 400],
    ['two headers', [`Bearer ${good}`, `Bearer ${good}`], 400],
    ['a comma', `Bearer,${good}`, 400],
    ['64 KiB', `Bearer ${'A'.repeat(65_536)}`, 400],
    ['letters beyond ASCII', `Bearer ${good}\u00e9`, 400],
    ['a line break', `Bearer ${good}\r\nX-Evil: 1`, 400],
    ['a quote, for the challenge to break', 'Bearer a"b', 400],
    ['any case of the scheme', `bEARER ${good}`, 200],
  ])('%s', async (_, authorization, expected) => {
    expect(await server().status(authorization)).toBe(expected)
  })

  test('a path in an odd spelling is no way round it', async () => {
    const { status } = server()
    for (const path of ['/MCP', '//mcp', '/./mcp', '/%6dcp', '/x/../mcp', '/mcp;x', '/mcp/', '\\mcp']) expect(await status([], path), path).toBe(401)
  })
})

describe('what is remembered', () => {
  test('ends with the token, whoever has seen it before', async () => {
    const { bearer, state } = server()
    const token = ed.token({ exp: START + 20 })
    expect(await bearer(token)).toBe(200)
    state.now = START + 25
    expect(await bearer(token)).toBe(401)
  })

  test('is nobody else\'s: a yes of one audience is none of another', async () => {
    const first = server()
    const token = ed.token({ aud: 'https://elsewhere.example' })
    const elsewhere = new JwksProvider({ issuer: ISSUER, audience: 'https://elsewhere.example', jwks: { keys: [ed.publicJwk] } as never, now: () => START })
    expect(await elsewhere.verifyToken(token)).not.toBeNull()
    expect(await first.bearer(token)).toBe(401)
    expect(await elsewhere.verifyToken(token)).not.toBeNull()
  })

  test('cannot be changed by who got it', async () => {
    const { chain } = server()
    const token = ed.token({ realm_access: { roles: ['viewer'] } })
    const first = await chain.verifyToken(token)
    expect(() => (first?.claims.realm_access as { roles: string[] }).roles.push('admin')).toThrow(TypeError)
    expect(() => (first?.scopes as string[]).push('notes:admin')).toThrow(TypeError)
    expect((await chain.verifyToken(token))?.scopes).toEqual(['notes:read'])
  })

  test('is not pushed out by junk', async () => {
    const { chain, bearer, asked } = server()
    await bearer(opaque.good)
    const before = asked.length
    for (let n = 0; n < 3000; n += 1) await chain.verifyToken(`${head}.${body}.${encode(`junk ${n}`)}`)
    expect(await bearer(opaque.good)).toBe(200)
    expect(asked.filter((url) => url.includes('introspect'))).toHaveLength(1)
    expect(asked.length - before).toBeLessThan(5)
  })

  test('is not spoilt by a forgery that came first', async () => {
    const { bearer } = server()
    expect(await bearer(`${head}.${body}.${encode(Buffer.alloc(64))}`)).toBe(401)
    expect(await bearer(good)).toBe(200)
  })
})

describe('scopes', () => {
  test.each<[string, Record<string, unknown>, readonly string[]]>([
    ['a tab, a line break and a no-break space split nothing', { scope: 'a\tnotes:admin\nb\u00a0c' }, []],
    ['a scope is compared whole', { scope: 'notes:admin2 xnotes:admin' }, ['notes:admin2', 'xnotes:admin']],
    ['a role called constructor grants nothing', { scope: '', realm_access: { roles: ['constructor', '__proto__'] } }, []],
    ['what is inherited is not there', { scope: '', realm_access: { constructor: { roles: ['admin'] } } }, []],
  ])('%s', async (_, claims, expected) => {
    expect((await server().chain.verifyToken(ed.token(claims)))?.scopes).toEqual(expected)
  })
})

describe('an outage', () => {
  test('is neither "invalid" nor "valid"', async () => {
    const { bearer, state } = server()
    state.isDown = true
    for (const token of [good, rsa.token(), machine.token({ iss: OTHER }), opaque.good]) expect(await bearer(token)).toBe(503)
    // What needs nobody is decided all the same.
    for (const token of [ed.token({ aud: 'x' }), ed.token({ exp: 1 }), attacker.token({ iss: 'https://evil.example' })]) expect(await bearer(token)).toBe(401)
    expect(await bearer(STATIC_KEY)).toBe(200)
  })

  test('gives nobody in who would not get in without it, and keeps nobody out who is known', async () => {
    const { bearer, state } = server()
    await bearer(good)
    state.isDown = true
    state.now = START + 120
    expect([await bearer(ed.token({ sub: 'grace' })), await bearer(withSignature(ed.token(), bytesOf(good).map((byte) => byte ^ 1)))]).toEqual([200, 401])
  })

  test('of one provider holds nobody up who belongs to another (R15)', async () => {
    const { chain, state } = server()
    const hung = new IntrospectionProvider({
      endpoint: 'https://dead.example/introspect',
      audience: AUDIENCE,
      clientAuth: clientSecretBasic('a', 'b'),
      fetch: () => new Promise(() => undefined),
      timeout: 30,
      now: () => state.now,
    })
    const dead = new JwksProvider({ issuer: 'https://dead.example', audience: AUDIENCE, fetch: () => new Promise(() => undefined), timeout: 30, now: () => state.now })
    const all = new ChainProvider([dead, hung, chain])
    for (const token of [good, machine.token({ iss: OTHER }), STATIC_KEY]) expect(await all.verifyToken(token)).not.toBeNull()
    await all.close()
  })
})

test('a removed key is refused after one refresh, and so is what was remembered by it', async () => {
  const { bearer, state } = server()
  expect(await bearer(rsa.token())).toBe(200)
  state.keys = state.keys.filter((key) => key !== rsa.publicJwk)
  state.now = START + 601
  expect(await bearer(rsa.token({ exp: START + 900 }))).toBe(401)
  expect(await bearer(rsa.token({ exp: START + 900, sub: 'grace' }))).toBe(401)
})

test.each([20_260_714, Number(process.env.FUZZ_SEED ?? crypto.randomInt(2 ** 31))])('1 500 changed tokens are answered with 400 or 401 and nothing else (FUZZ_SEED=%d)', async (seed) => {
  // With keys to be had elsewhere, a name that nobody knows may be new, and is a 503 while nobody can be asked (R6).
  const { bearer, events } = server({ keys: 'in hand' })
  const chance = new Chance(seed)
  const pool = [good, rsa.token(), ec.token(), machine.token({ iss: OTHER }), STATIC_KEY]
  for (let n = 0; n < 1500; n += 1) {
    const token = mutateText(chance.pick(pool), chance.pick(pool), chance)
    expect(pool.includes(token) ? [200] : [400, 401], JSON.stringify(token)).toContain(await bearer(token))
    events.length = 0
  }
})
