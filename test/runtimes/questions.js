// What the server is asked on every runtime.
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'

const RESOURCE_METADATA = 'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"'

const ask = (origin, token, { path = '/mcp', body } = {}) =>
  fetch(origin + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...(token && { Authorization: `Bearer ${token}` }), ...(body !== undefined && { 'Content-Type': 'application/json' }) },
    ...(body !== undefined && { body }),
  })

async function isLetIn(response, subject, sent = '') {
  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), { subject, later: subject, sent })
}

async function isDenied(response, status, pattern) {
  assert.equal(response.status, status)
  const challenge = response.headers.get('WWW-Authenticate') ?? ''
  assert.match(challenge, pattern)
  assert.ok(challenge.includes(RESOURCE_METADATA), challenge)
}

/** Whoever holds a key, and makes proofs by it (RFC 9449) for `GET /mcp` of the resource. */
async function holder(alg) {
  const { publicKey, privateKey } = await generateKeyPair(alg)
  const jwk = await exportJWK(publicKey)
  const prove = (token, nonce) =>
    new SignJWT({ jti: randomUUID(), htm: 'GET', htu: 'https://mcp.example.com/mcp', ath: createHash('sha256').update(token).digest('base64url'), ...(nonce && { nonce }) })
      .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk })
      .setIssuedAt()
      .sign(privateKey)
  return { jkt: await calculateJwkThumbprint(jwk), prove }
}

const present = (origin, token, proof) => fetch(`${origin}/mcp`, { headers: { Authorization: `DPoP ${token}`, ...(proof && { DPoP: proof }) } })

async function isStopped(response, error) {
  assert.equal(response.status, 401)
  assert.ok((response.headers.get('WWW-Authenticate') ?? '').includes(`error="${error}"`), response.headers.get('WWW-Authenticate'))
}

const call = (name) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })

export const QUESTIONS = {
  'no token': async (origin) => isDenied(await ask(origin), 401, /^Bearer resource/),
  'a forged token': async (origin, { forge }) => isDenied(await ask(origin, await forge({ sub: 'eve' })), 401, /error="invalid_token"/),
  'an expired token': async (origin, { sign }) => isDenied(await ask(origin, await sign({ sub: 'ada' }, { lifetime: -30 })), 401, /error="invalid_token"/),
  'RS256': async (origin, { sign }) => isLetIn(await ask(origin, await sign({ sub: 'ada' })), 'ada'),
  'ES256': async (origin, { sign }) => isLetIn(await ask(origin, await sign({ sub: 'bob' }, { alg: 'ES256' })), 'bob'),
  'EdDSA': async (origin, { sign }) => isLetIn(await ask(origin, await sign({ sub: 'cid' }, { alg: 'EdDSA' })), 'cid'),
  async 'introspection'(origin, { issueOpaque }) {
    const token = `opaque-${crypto.randomUUID()}`
    issueOpaque(token, { sub: 'dan' })
    await isLetIn(await ask(origin, token), 'dan')
    await isDenied(await ask(origin, 'opaque-but-never-issued'), 401, /error="invalid_token"/)
  },
  'requireAuth in a handler': async (origin, { sign }) => isDenied(await ask(origin, await sign({ sub: 'ada' }), { path: '/mcp/write' }), 403, /scope="notes:write notes:read"/),
  async 'operations'(origin, { sign }) {
    const token = await sign({ sub: 'ada' })
    await isDenied(await ask(origin, token, { body: call('purge') }), 403, /scope="notes:write notes:read"/)
    await isLetIn(await ask(origin, token, { body: call('list') }), 'ada', call('list'))
  },
  async 'a token that is bound to a key, and the same one stolen'(origin, { sign }) {
    for (const alg of ['ES256', 'EdDSA', 'RS256']) {
      const [ada, thief] = [await holder(alg), await holder(alg)]
      const token = await sign({ sub: 'ada', cnf: { jkt: ada.jkt } })
      const first = await present(origin, token, await ada.prove(token))
      await isStopped(first, 'use_dpop_nonce')
      const nonce = first.headers.get('DPoP-Nonce')
      const proof = await ada.prove(token, nonce)
      const good = await present(origin, token, proof)
      assert.ok(good.headers.get('DPoP-Nonce'), 'and one for the next proof')
      await isLetIn(good, 'ada')
      await isStopped(await present(origin, token, proof), 'invalid_dpop_proof')
      await isStopped(await present(origin, token), 'invalid_dpop_proof')
      await isStopped(await present(origin, token, await thief.prove(token, nonce)), 'invalid_token')
      await isStopped(await ask(origin, token), 'invalid_token')
    }
  },
  async 'an outage'(origin, { sign }) {
    const response = await ask(origin, await sign({ sub: 'ada' }, { issuer: 'broken' }))
    assert.equal(response.status, 503)
    assert.equal(response.headers.get('WWW-Authenticate'), null)
    assert.match(response.headers.get('Retry-After') ?? '', /^\d+$/)
  },
  async 'many callers at once'(origin, { sign }) {
    const subjects = Array.from({ length: 40 }, (_, index) => `user-${index % 20}`)
    const tokens = new Map(await Promise.all(subjects.slice(0, 20).map(async (sub) => [sub, await sign({ sub }, { alg: 'ES256' })])))
    await Promise.all(subjects.map(async (sub) => isLetIn(await ask(origin, tokens.get(sub)), sub)))
  },
  async 'metadata'(origin, { origin: upstream }) {
    const response = await fetch(`${origin}/.well-known/oauth-protected-resource/mcp`)
    const { authorization_servers } = await response.json()
    assert.deepEqual(authorization_servers, [`${upstream}/signed`, `${upstream}/broken`, `${upstream}/opaque`])
  },
  // The one that takes its time: nobody can hand a clock to a server.
  async 'a stream ends with its token'(origin, { sign }) {
    const response = await ask(origin, await sign({ sub: 'ada' }, { lifetime: 2 }), { path: '/mcp/stream' })
    assert.equal(response.status, 200)
    assert.match(await response.text(), /^(data: on\n\n)+$/)
  },
}
