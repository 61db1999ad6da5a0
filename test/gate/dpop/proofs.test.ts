/** Every check of RFC 9449 section 4.3, and what attackers make of it: all else is good each time. */
import { createHmac } from 'node:crypto'
import { base64url, exportJWK, generateKeyPair } from 'jose'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { START } from '../../oauth-kit.js'
import { athOf, holder, provider, RESOURCE, TOKEN, world } from './proof-kit.js'
import { gate } from '../../../src/index.js'
import { headers } from '../headers.js'
import type { AuthEvent } from '../../../src/index.js'
import type { Holder } from './proof-kit.js'

let ada: Holder
let mallory: Holder

beforeAll(async () => {
  ada = await holder()
  mallory = await holder()
})

const bound = () => world({ cnf: { jkt: ada.jkt } })

describe('a bound token', () => {
  test('passes with the proof of its holder, who is known to the handler by it', async () => {
    const { ask, events } = bound()
    const { decision } = await ask({ proofs: [await ada.prove()] })
    expect(decision).toMatchObject({ pass: true, context: { token: { subject: 'ada', boundTo: { jkt: ada.jkt } } } })
    expect(events).toEqual([{ type: 'proof_accepted', provider: 'own' }])
  })

  test.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'PS256', 'RS256'])('passes with a proof by %s', async (alg) => {
    const own = await holder(alg)
    const { ask } = world({ cnf: { jkt: own.jkt } })
    expect(await ask({ proofs: [await own.prove()] })).toMatchObject({ status: 200 })
  })

  test('is refused as plain Bearer, with its proof and without', async () => {
    for (const proofs of [[], [await ada.prove()]]) {
      expect(await bound().ask({ authorization: `Bearer ${TOKEN}`, proofs })).toMatchObject({ status: 401, check: 'scheme' })
    }
  })

  test('is refused by a gate that checks no proofs, in either scheme', async () => {
    for (const scheme of ['Bearer', 'DPoP']) {
      const own = gate(provider({ cnf: { jkt: ada.jkt } }), { resource: RESOURCE })
      const values = { authorization: [`${scheme} ${TOKEN}`], dpop: [await ada.prove()] }
      expect(await own({ method: 'POST', path: '/mcp', header: headers(values) })).toMatchObject({ pass: false, answer: { status: 401 } })
    }
  })

  test.each<[string, unknown]>([
    ['null', null],
    ['a text', 'jkt'],
    ['a list', []],
    ['nothing', {}],
    ['a key by value', { jwk: {} }],
    ['something unknown', { kid: 'a' }],
    ['a thumbprint that is none', { jkt: 'short' }],
    ['a thumbprint that is a number', { jkt: 1 }],
    ['a certificate as well, which nobody looks at', { 'x5t#S256': 'A'.repeat(43) }],
  ])('to %s is refused with a good proof', async (_, cnf) => {
    const all = typeof cnf === 'object' && cnf !== null && 'x5t#S256' in cnf ? { ...cnf, jkt: ada.jkt } : cnf
    expect(await world({ cnf: all }).ask({ proofs: [await ada.prove()] })).toMatchObject({ status: 401, check: 'binding' })
    expect(await world({ cnf: all }).ask({ authorization: `Bearer ${TOKEN}` })).toMatchObject({ status: 401, check: 'binding' })
  })

  test('passes where Keycloak writes more beside the thumbprint', async () => {
    expect(await world({ cnf: { jkt: ada.jkt, kid: 'a', more: [1] } }).ask({ proofs: [await ada.prove()] })).toMatchObject({ status: 200 })
  })
})

describe('an unbound token', () => {
  test('is refused with the DPoP scheme, whatever proof comes with it', async () => {
    expect(await world({}).ask({ proofs: [await ada.prove()] })).toMatchObject({ status: 401, check: 'binding', challenge: expect.stringMatching(/^DPoP error="invalid_token"/) })
  })

  test('passes as Bearer where DPoP is accepted, and somebody hears of it', async () => {
    const { ask, events } = world({})
    expect(await ask({ authorization: `Bearer ${TOKEN}` })).toMatchObject({ status: 200 })
    expect(events).toEqual([{ type: 'proof_absent', provider: 'own' }])
  })

  test('is refused where DPoP is required', async () => {
    const { ask } = world({}, { dpop: 'required' })
    expect(await ask({ authorization: `Bearer ${TOKEN}` })).toMatchObject({ status: 401, check: 'unbound', challenge: expect.stringMatching(/^DPoP error="invalid_token"/) })
    expect(await ask({ authorization: `Bearer ${TOKEN}`, proofs: [await ada.prove()] })).toMatchObject({ status: 401 })
  })
})

describe('a proof', () => {
  test.each<[string, string, Record<string, unknown>, Record<string, unknown>?]>([
    ['without jti', 'claims', { jti: undefined }],
    ['with an empty jti', 'claims', { jti: '' }],
    ['with a number as jti', 'claims', { jti: 1 }],
    ['with a jti without end', 'claims', { jti: 'j'.repeat(513) }],
    ['without htm', 'claims', { htm: undefined }],
    ['without htu', 'claims', { htu: undefined }],
    ['without iat', 'claims', { iat: undefined }],
    ['with a text as iat', 'claims', { iat: String(START) }],
    ['without ath', 'claims', { ath: undefined }],
    ['of another typ', 'typ', {}, { typ: 'at+jwt' }],
    ['without typ', 'typ', {}, { typ: undefined }],
    ['for another method', 'htm', { htm: 'GET' }],
    ['for the method in small letters', 'htm', { htm: 'post' }],
    ['for another path', 'htu', { htu: 'https://mcp.example.com/other' }],
    ['for a path below', 'htu', { htu: `${RESOURCE}/messages` }],
    ['for the path with a slash', 'htu', { htu: `${RESOURCE}/` }],
    ['for another host', 'htu', { htu: 'https://evil.example/mcp' }],
    ['for a host that begins alike', 'htu', { htu: 'https://mcp.example.com.evil.example/mcp' }],
    ['for another port', 'htu', { htu: 'https://mcp.example.com:8443/mcp' }],
    ['for plain http', 'htu', { htu: 'http://mcp.example.com/mcp' }],
    ['with a user in its URL', 'htu', { htu: 'https://mcp.example.com@evil.example/mcp' }],
    ['with this host as the user', 'htu', { htu: 'https://ada@mcp.example.com/mcp' }],
    ['for the path alone', 'htu', { htu: '/mcp' }],
    ['with a blank in its URL', 'htu', { htu: 'https://mcp.example.com/m cp' }],
    ['with a tab that URL parsers drop', 'htu', { htu: 'https://mcp.example.com/m\tcp' }],
    ['with a backslash', 'htu', { htu: 'https:\\\\mcp.example.com\\mcp' }],
    ['with a slash escaped', 'htu', { htu: 'https://mcp.example.com%2Fmcp' }],
    ['with half an escape', 'htu', { htu: 'https://mcp.example.com/mcp%2' }],
    ['with letters outside of ASCII', 'htu', { htu: 'https://mcp.example.com/mcp\u00e9' }],
    ['of another scheme', 'htu', { htu: 'wss://mcp.example.com/mcp' }],
    ['with a URL without end', 'htu', { htu: `${RESOURCE}?${'x'.repeat(4_096)}` }],
    ['from before the window', 'iat', { iat: START - 301 }],
    ['from after the window', 'iat', { iat: START + 301 }],
    ['in milliseconds', 'iat', { iat: START * 1000 }],
    ['from nowhere', 'iat', { iat: -1 }],
    ['that has ended by its own word', 'iat', { exp: START - 30 }],
    ['that ends with a text', 'iat', { exp: 'later' }],
    ['that begins later by its own word', 'iat', { nbf: START + 31 }],
    ['for another token', 'ath', { ath: athOf('another') }],
    ['with the hash in another form', 'ath', { ath: Buffer.from(athOf(TOKEN), 'base64url').toString('hex') }],
    ['with an empty hash', 'claims', { ath: '' }],
  ])('%s is refused by %s', async (_, check, claims, header) => {
    const { ask } = bound()
    expect(await ask({ proofs: [await ada.prove(claims, header)] })).toMatchObject({ status: 401, check, challenge: expect.stringMatching(/^DPoP error="invalid_dpop_proof"/) })
  })

  test.each<[string, string, Record<string, unknown>]>([
    ['with a query, which counts for nothing', '/mcp', { htu: `${RESOURCE}?a=b` }],
    ['with a fragment', '/mcp', { htu: `${RESOURCE}#part` }],
    ['with the port of its scheme', '/mcp', { htu: 'https://mcp.example.com:443/mcp' }],
    ['with host and scheme in capitals', '/mcp', { htu: 'HTTPS://MCP.Example.COM/mcp' }],
    ['with letters escaped', '/mcp', { htu: 'https://mcp.example.com/%6Dcp' }],
    ['with escapes in small letters', '/mcp/a%2Fb', { htu: `${RESOURCE}/a%2fb` }],
    ['with dots that lead nowhere', '/mcp', { htu: 'https://mcp.example.com/a/../mcp' }],
    ['for a path below', '/mcp/messages', { htu: `${RESOURCE}/messages` }],
    ['as old as the window', '/mcp', { iat: START - 300 }],
    ['as young as the window', '/mcp', { iat: START + 300 }],
    ['within a second', '/mcp', { iat: START + 0.5 }],
    ['with claims of its own', '/mcp', { nonce: 'of another server', more: { a: 1 } }],
  ])('%s passes', async (_, path, claims) => {
    expect(await bound().ask({ path, proofs: [await ada.prove(claims)] })).toMatchObject({ status: 200 })
  })

  test('a slash that is escaped is not one that is not', async () => {
    expect(await bound().ask({ path: '/mcp/a/b', proofs: [await ada.prove({ htu: `${RESOURCE}/a%2Fb` })] })).toMatchObject({ check: 'htu' })
  })

  test('is for this server by its resource, and by no Host and no target', async () => {
    const proofs = async () => [await ada.prove({ htu: 'https://evil.example/mcp' })]
    expect(await bound().ask({ host: 'evil.example', proofs: await proofs() })).toMatchObject({ check: 'htu' })
    expect(await bound().ask({ path: 'https://evil.example/mcp', proofs: await proofs() })).toMatchObject({ check: 'htu' })
    expect(await bound().ask({ path: '.evil.example/mcp', proofs: [await ada.prove({ htu: 'https://mcp.example.com.evil.example/mcp' })] })).toMatchObject({ check: 'htu' })
    expect(await bound().ask({ path: '@evil.example/mcp', proofs: [await ada.prove({ htu: 'https://mcp.example.com@evil.example/mcp' })] })).toMatchObject({ check: 'htu' })
  })

  test.each(['/admin/../mcp', '/admin/%2e%2E/mcp', '/admin/.%2e/mcp', '/./mcp', '/mcp/.', '/mcp/x/..', '/admin/..#/../mcp'])('is for no path with dots, by which servers route as they are: %s', async (path) => {
    const normal = new URL(path, RESOURCE).href
    for (const htu of [RESOURCE, `https://mcp.example.com${path}`, normal]) expect(await bound().ask({ path, proofs: [await ada.prove({ htu })] }), htu).toMatchObject({ check: 'htu' })
  })

  test('is for the path as clients write it, where a proxy takes off its front', async () => {
    const claims = { cnf: { jkt: ada.jkt } }
    const htu = 'https://mcp.example.com/api/mcp'
    expect(await world(claims, { strippedPrefix: '/api' }).ask({ proofs: [await ada.prove({ htu })] })).toMatchObject({ status: 200 })
    expect(await world(claims, { strippedPrefix: '/api' }).ask({ proofs: [await ada.prove()] })).toMatchObject({ check: 'htu' })
    expect(await world(claims, { strippedPrefix: '/api/mcp' }).ask({ path: '/', proofs: [await ada.prove({ htu })] })).toMatchObject({ status: 200 })
    const { ask, events } = world(claims)
    expect(await ask({ proofs: [await ada.prove({ htu })] })).toMatchObject({ check: 'htu' })
    expect(events).toMatchObject([{ hint: expect.stringContaining('proof.strippedPrefix') }])
  })

  test('is for the method that the client sent, whatever became of it', async () => {
    expect(await bound().ask({ method: 'DELETE', sentMethod: 'POST', proofs: [await ada.prove()] })).toMatchObject({ status: 200 })
    expect(await bound().ask({ method: 'DELETE', sentMethod: 'POST', proofs: [await ada.prove({ htm: 'DELETE' })] })).toMatchObject({ check: 'htm' })
  })

  test('by another key than the token is bound to is refused, and the token is what is wrong', async () => {
    expect(await bound().ask({ proofs: [await mallory.prove()] })).toMatchObject({ status: 401, check: 'binding', challenge: expect.stringContaining('DPoP error="invalid_token"') })
  })

  test('that shows the key of the holder and is signed by another is refused', async () => {
    expect(await bound().ask({ proofs: [await mallory.prove({}, { jwk: ada.publicJwk })] })).toMatchObject({ check: 'signature' })
  })

  test('is exactly one', async () => {
    const [one, two] = [await ada.prove(), await ada.prove()]
    for (const proofs of [[], [one, two], [one, one], [`${one}, ${two}`], [`${one},`]]) expect(await bound().ask({ proofs })).toMatchObject({ check: 'one_header' })
    for (const proofs of [[''], ['a'], ['a.b'], [` ${one}`], [`${one}=`], [`${one}.a`], [`${one.slice(0, -1)}${one.endsWith('A') ? 'B' : 'A'}`]]) expect((await bound().ask({ proofs })).status).toBe(401)
  })

  test('of 9 KB is not read', async () => {
    expect(await bound().ask({ proofs: [await ada.prove({ more: 'x'.repeat(9_000) })] })).toMatchObject({ check: 'well_formed' })
  })

  test.each<[string, string, () => Promise<Record<string, unknown>>]>([
    ['no key', 'public_key', async () => ({ jwk: undefined })],
    ['a key with its private part', 'public_key', async () => ({ jwk: await exportJWK(ada.privateKey) })],
    ['a key for encryption', 'public_key', async () => ({ jwk: { ...ada.publicJwk, use: 'enc' } })],
    ['a key of another kind', 'public_key', async () => ({ jwk: await exportJWK((await generateKeyPair('RS256', { extractable: true })).publicKey) })],
    ['a shared secret', 'public_key', async () => ({ jwk: { kty: 'oct', k: 'c2VjcmV0' } })],
    ['a point off the curve', 'public_key', async () => ({ jwk: { ...ada.publicJwk, x: ada.publicJwk.y } })],
    ['a key that is no object', 'public_key', async () => ({ jwk: 'key' })],
    ['a list of keys', 'public_key', async () => ({ jwk: [ada.publicJwk] })],
    ['an extension that is critical', 'alg', async () => ({ crit: ['b64'], b64: true })],
  ])('with %s is refused by %s', async (_, check, header) => {
    const text = await ada.prove()
    const [, payload = ''] = text.split('.')
    const protectedHeader = base64url.encode(JSON.stringify({ alg: 'ES256', typ: 'dpop+jwt', jwk: ada.publicJwk, ...(await header()) }))
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, ada.privateKey, new TextEncoder().encode(`${protectedHeader}.${payload}`))
    expect(await bound().ask({ proofs: [`${protectedHeader}.${payload}.${base64url.encode(new Uint8Array(signature))}`] })).toMatchObject({ status: 401, check })
  })

  test.each(['none', 'None', 'nOnE', 'HS256', 'HS512', 'ES256K', 'dir', '', 'toString'])('with the algorithm "%s" is refused before any key is looked at', async (alg) => {
    const [, payload = ''] = (await ada.prove()).split('.')
    const signed = `${base64url.encode(JSON.stringify({ alg, typ: 'dpop+jwt', jwk: ada.publicJwk }))}.${payload}`
    const mac = createHmac('sha256', JSON.stringify(ada.publicJwk)).update(signed).digest('base64url')
    expect(await bound().ask({ proofs: [`${signed}.${mac}`] })).toMatchObject({ check: 'alg' })
    expect(await bound().ask({ proofs: [`${signed}.`] })).toMatchObject({ check: 'well_formed' })
  })
})

describe('what was used', () => {
  test('is refused the second time', async () => {
    const { ask } = bound()
    const proofs = [await ada.prove()]
    expect(await ask({ proofs })).toMatchObject({ status: 200 })
    expect(await ask({ proofs })).toMatchObject({ status: 401, check: 'replay' })
  })

  test('is refused by its jti, in whatever proof of the same key', async () => {
    const { ask } = bound()
    expect(await ask({ proofs: [await ada.prove({ jti: 'once' })] })).toMatchObject({ status: 200 })
    expect(await ask({ proofs: [await ada.prove({ jti: 'once', iat: START + 1 })] })).toMatchObject({ check: 'replay' })
  })

  test('by another key is another proof', async () => {
    const { ask } = bound()
    await world({ cnf: { jkt: mallory.jkt } }).ask({ proofs: [await mallory.prove({ jti: 'same' })] })
    await ask({ proofs: [await mallory.prove({ jti: 'same' })] })
    expect(await ask({ proofs: [await ada.prove({ jti: 'same' })] })).toMatchObject({ status: 200 })
  })

  test('is not used up by whoever cannot sign, nor for a request that it is not for', async () => {
    const { ask } = bound()
    const proof = await ada.prove({ jti: 'mine' })
    await ask({ proofs: [await mallory.prove({ jti: 'mine' }, { jwk: ada.publicJwk })] })
    await ask({ path: '/other', proofs: [proof] })
    await ask({ authorization: 'DPoP another-token', proofs: [proof] })
    expect(await ask({ proofs: [proof] })).toMatchObject({ status: 200 })
  })

  test('sent twice at once passes once', async () => {
    const { ask } = bound()
    await ask({ proofs: [await ada.prove()] }) // the key is at hand from now on, and nothing comes between
    const proofs = [await ada.prove()]
    const all = await Promise.all(Array.from({ length: 20 }, () => ask({ proofs })))
    expect(all.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([200, ...Array.from({ length: 19 }, () => 401)])
  })

  test('is remembered until it is too old anyway, from the future too', async () => {
    const { ask, forward } = bound()
    const proofs = [await ada.prove({ iat: START + 300 })]
    expect(await ask({ proofs })).toMatchObject({ status: 200 })
    for (let passed = 0; passed < 660; passed += 20) {
      const { status, check } = await ask({ proofs })
      expect([status, passed > 600 || check === 'replay'], `after ${passed} seconds`).toEqual([401, true])
      forward(20)
    }
  })

  test('counts once for a request, however many gates and looks there are', async () => {
    const proof = { dpop: 'accepted', now: () => START } as const
    const behind = gate(provider({ cnf: { jkt: ada.jkt } }), { resource: RESOURCE, proof })
    const source = {}
    const proofs = [await ada.prove()]
    const request = { method: 'POST', path: '/mcp', source, header: headers({ authorization: [`DPoP ${TOKEN}`], dpop: proofs }) }
    expect(await bound().ask({ source, proofs })).toMatchObject({ status: 200 })
    const decision = await behind(request)
    expect(decision).toMatchObject({ pass: true })
    const again = await (decision.pass ? decision.context.verifyAgain?.(0) : undefined)
    expect(again).toMatchObject({ subject: 'ada' })
    expect(await behind({ ...request, source: {} }), 'the same proof in another request').toMatchObject({ pass: true })
    expect(await behind({ ...request, source: {} })).toMatchObject({ pass: false })
  })

  test('at one gate is used at each before the same provider, as a WebSocket has its own', async () => {
    const auth = provider({ cnf: { jkt: ada.jkt } })
    const proof = { dpop: 'accepted', now: () => START } as const
    const [requests, upgrades] = [gate(auth, { resource: RESOURCE, proof }), gate(auth, { resource: RESOURCE, proof: { ...proof } })]
    const request = { method: 'POST', path: '/mcp', header: headers({ authorization: [`DPoP ${TOKEN}`], dpop: [await ada.prove()] }) }
    expect(await requests(request)).toMatchObject({ pass: true })
    expect(await upgrades({ ...request, isUpgrade: true })).toMatchObject({ pass: false, answer: { status: 401 } })
  })

  test('is not good again after the clock was ahead for a while, and nobody is told that it was used', async () => {
    const { ask, forward, events } = bound()
    const proofs = [await ada.prove()]
    expect(await ask({ proofs })).toMatchObject({ status: 200 })
    forward(3_600)
    expect(await ask({ proofs: [await ada.prove({ iat: START + 3_600 })] })).toMatchObject({ status: 200 })
    forward(-3_590)
    expect(await ask({ proofs })).toMatchObject({ status: 503 })
    expect(events.filter(({ type }) => type === 'proof_refused')).toEqual([])
    expect(await ask({ proofs: [await ada.prove({ iat: START + 40 })] }), 'of other seconds').toMatchObject({ status: 200 })
  })

  test('of two proofs of one request, each is used up', async () => {
    const { ask } = bound()
    const [source, second] = [{}, [await ada.prove()]]
    await ask({ source, proofs: [await ada.prove()] })
    expect(await ask({ source, proofs: second })).toMatchObject({ status: 200 })
    expect(await ask({ proofs: second })).toMatchObject({ check: 'replay' })
  })

  test.each([
    ['unavailable', 503],
    ['memory', 200],
  ] as const)('with a store that fails, and "%s"', async (away, status) => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const store = {
      get: async () => null,
      set: async () => undefined,
      add: () => Promise.reject(new Error('gone')),
      delete: async () => undefined,
      swap: async () => false,
    }
    const { ask, events } = world({ cnf: { jkt: ada.jkt } }, { replay: { shared: { store, secret: 'x'.repeat(32), away } } })
    expect(await ask({ proofs: [await ada.prove()] })).toMatchObject({ status })
    expect(events).toContainEqual({ type: 'store_failed', verb: 'add', problem: 'error', message: 'gone', provider: 'gate' })
    warned.mockRestore()
  })

  test('is good at no replica whose clock is behind, when it has ended by that of the first', async () => {
    const kept = new Map<string, number>()
    let time = 0
    const add = async (name: string, _text: string, seconds: number): Promise<boolean> => {
      if ((kept.get(name) ?? 0) > time) return false
      kept.set(name, time + seconds)
      return true
    }
    const store = { get: async () => null, set: async () => undefined, add, delete: async () => undefined, swap: async () => false }
    const shared = { store, secret: 'x'.repeat(32), away: 'unavailable' } as const
    const replica = (behind: number) => world({ cnf: { jkt: ada.jkt } }, { replay: { shared }, now: () => START + time - behind })
    const proofs = [await ada.prove({ iat: START - 299 })]
    expect(await replica(0).ask({ proofs })).toMatchObject({ status: 200 })
    time += 10
    expect(await replica(45).ask({ proofs })).toMatchObject({ status: 401, check: 'replay' })
  })

  test('a proof that an open path found to be a replay is none to a gate behind it', async () => {
    const claims = { cnf: { jkt: ada.jkt } }
    const [front, proofs] = [world(claims, {}, { protect: ['/elsewhere'] }), [await ada.prove()]]
    await front.ask({ proofs })
    const source = {}
    expect(await front.ask({ source, proofs })).toMatchObject({ status: 200, check: 'replay', decision: { context: { token: null } } })
    const guarding = world(claims)
    await guarding.ask({ proofs })
    expect(await guarding.ask({ source, proofs })).toMatchObject({ status: 401 })
  })

  test('has a bound for each key, which shuts out nobody else', async () => {
    const { ask } = world({ cnf: { jkt: ada.jkt } }, { replay: { perKey: 3 } })
    for (let n = 0; n < 3; n += 1) expect(await ask({ proofs: [await ada.prove()] })).toMatchObject({ status: 200 })
    expect(await ask({ proofs: [await ada.prove()] })).toMatchObject({ status: 429 })
    const [events, both] = [[] as AuthEvent[], { '1': ada, '2': mallory } as const]
    const verifyToken = provider({}).verifyToken
    const shared = gate(
      { verifyToken: (token) => verifyToken(token).then((found) => found && { ...found, token, claims: { cnf: { jkt: both[token as '1' | '2'].jkt } } }) },
      { resource: RESOURCE, proof: { dpop: 'accepted', now: () => START, replay: { perKey: 1, entries: 2 }, observe: (event) => events.push(event) } },
    )
    const asked = async (token: '1' | '2') => {
      const decision = await shared({ method: 'POST', path: '/mcp', header: headers({ authorization: [`DPoP ${token}`], dpop: [await both[token].prove({ ath: athOf(token) })] }) })
      return decision.pass ? 200 : decision.answer.status
    }
    expect([await asked('1'), await asked('1'), await asked('1'), await asked('2')]).toEqual([200, 429, 429, 200])
  })

  test('that there is no room for is not taken unseen, and there is room again later', async () => {
    const { ask, forward } = world({ cnf: { jkt: ada.jkt } }, { replay: { entries: 2 } })
    for (let n = 0; n < 2; n += 1) await ask({ proofs: [await ada.prove()] })
    expect(await ask({ proofs: [await ada.prove()] })).toMatchObject({ status: 503 })
    forward(330)
    expect(await ask({ proofs: [await ada.prove({ iat: START + 330 })] })).toMatchObject({ status: 200 })
  })
})

describe('a look again', () => {
  test('finds a token that is bound to another key by now good no more', async () => {
    let jkt = ada.jkt
    const { verifyToken } = provider({})
    const changing = { verifyToken: async (token: string) => verifyToken(token).then((found) => found && { ...found, token, claims: { cnf: { jkt } } }) }
    const own = gate(changing, { resource: RESOURCE, proof: { dpop: 'accepted', now: () => START } })
    const decision = await own({ method: 'POST', path: '/mcp', header: headers({ authorization: [`DPoP ${TOKEN}`], dpop: [await ada.prove()] }) })
    const look = () => (decision.pass ? decision.context.verifyAgain?.(0) : undefined)
    expect(await look()).not.toBeNull()
    jkt = mallory.jkt
    expect(await look()).toBeNull()
  })
})

describe('the option', () => {
  const refused =
    (proof: unknown, options: object = { resource: RESOURCE }, own: object = provider({})) =>
    () =>
      gate(own as never, { ...options, proof: proof as never })

  test.each<[string, unknown, RegExp, object?]>([
    ['nothing', {}, /"proof" takes "dpop", "certificate" or both/],
    ['a word', 'dpop', /proof takes an object/],
    ['a misspelt option', { dpop: 'accepted', nonces: true }, /"nonces" is not an option of proof; did you mean "nonce"/],
    ['another word for dpop', { dpop: true }, /"proof.dpop" must be one of accepted, required/],
    ['no resource', { dpop: 'accepted' }, /"proof.dpop" needs "resource"/, {}],
    ['the other system\'s profile', { dpop: 'accepted' }, /does not go with profile/, { resource: RESOURCE, profile: 'mcp-use' }],
    ['a nonce without dpop', { nonce: true, certificate: () => undefined }, /"proof.nonce" is about DPoP/],
    ['a short secret', { dpop: 'accepted', nonce: { secret: 'short' } }, /"proof.nonce.secret" must be at least 32/],
    ['a secret that is not set', { dpop: 'accepted', nonce: { secret: undefined } }, /"proof.nonce.secret" must be at least 32/],
    ['a prefix with a slash behind', { dpop: 'accepted', strippedPrefix: '/api/' }, /"proof.strippedPrefix"/],
    ['a bound of nothing', { dpop: 'accepted', replay: { perKey: 0 } }, /"proof.replay.perKey"/],
    ['a store without add', { dpop: 'accepted', replay: { shared: { store: {}, secret: 'x'.repeat(32), away: 'memory' } } }, /"proof.replay.shared.store"/],
    ['no word for what happens without the store', { dpop: 'accepted', replay: { shared: { store: { add: () => undefined }, secret: 'x'.repeat(32) } } }, /"proof.replay.shared.away" must be one of/],
    ['a certificate that is no function', { certificate: 'pem' }, /"proof.certificate" must be tlsCertificate/],
    ['a certificate that is required, and not said how to read', { certificate: { required: true } }, /"proof.certificate" must be tlsCertificate/],
    ['a certificate and a misspelt word', { certificate: { require: () => undefined } }, /"require" is not an option of proof.certificate; did you mean "required"/],
  ])('with %s is a TypeError that says what to write', (_, proof, message, options) => {
    expect(refused(proof, options)).toThrow(message)
    expect(refused(proof, options)).toThrow(TypeError)
  })

  test('does not go with tokens in a header of a proxy\'s own', () => {
    const assertions = { ...provider({}), tokenHeader: 'x-assertion' }
    expect(refused({ dpop: 'accepted' }, { resource: RESOURCE }, assertions)).toThrow(/does not go with tokens that come in the header x-assertion alone/)
  })

  test('says at start that a store that is away is made do without', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const store = { get: async () => null, set: async () => undefined, add: async () => true, delete: async () => undefined }
    refused({ dpop: 'accepted', replay: { shared: { store, secret: 'x'.repeat(32), away: 'memory' } } })()
    expect(warned.mock.calls.flat().join()).toContain('a proof that was caught is good once at each of the others')
    warned.mockRestore()
  })
})
