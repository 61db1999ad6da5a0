// What every app is asked over HTTP: each of them guards an MCP server that has the tools "whoami" and "purge".
import assert from 'node:assert/strict'

const ADA = 'key-of-ada-0123456789'
const BOB = 'key-of-bob-0123456789'
const METADATA = '/.well-known/oauth-protected-resource/mcp'

// Of the issuer that is not there: whether it is good cannot be found out.
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
const NOBODY_KNOWS = `${part({ alg: 'RS256', kid: '1' })}.${part({ iss: 'http://127.0.0.1:9', aud: 'https://mcp.example.com/mcp', exp: 4e9 })}.${'A'.repeat(342)}`

const call = (origin, tool, token, session) => send(origin, { id: 1, method: 'tools/call', params: { name: tool, arguments: {} } }, token, session)

async function send(origin, message, token, session) {
  return fetch(`${origin}/mcp`, { method: 'POST', headers: headersFor(token, session), body: JSON.stringify({ jsonrpc: '2.0', ...message }) })
}

const headersFor = (token, session) => ({
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
  ...(token && { Authorization: `Bearer ${token}` }),
  ...(session && { 'Mcp-Session-Id': session }),
})

/** The id of a session that has begun. */
async function begin(origin, token) {
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
  const response = await send(origin, { id: 1, method: 'initialize', params }, token)
  assert.equal(response.status, 200, await response.text())
  const session = response.headers.get('Mcp-Session-Id') ?? ''
  await (await send(origin, { method: 'notifications/initialized' }, token, session)).text()
  return session
}

function assertChallenge(response, status, pattern) {
  assert.equal(response.status, status)
  const challenge = response.headers.get('WWW-Authenticate') ?? ''
  assert.match(challenge, pattern)
  assert.ok(challenge.includes(`resource_metadata="https://mcp.example.com${METADATA}"`), challenge)
  assert.match(response.headers.get('Access-Control-Expose-Headers') ?? '', /WWW-Authenticate/)
}

export const QUESTIONS = {
  async 'no token is a 401 without an error'(origin) {
    assertChallenge(await call(origin, 'whoami'), 401, /^Bearer resource_metadata/)
  },
  async 'a bad token is a 401 invalid_token'(origin) {
    assertChallenge(await call(origin, 'whoami', 'never-issued-0123456789'), 401, /error="invalid_token"/)
  },
  async 'a tool knows its caller'(origin) {
    const response = await call(origin, 'whoami', ADA)
    assert.equal(response.status, 200)
    assert.match(await response.text(), /ada by static/)
  },
  async 'callers at the same time are let in and kept out'(origin) {
    const responses = await Promise.all(Array.from({ length: 20 }, (_, index) => call(origin, 'whoami', index % 2 === 0 ? ADA : undefined)))
    assert.deepEqual(responses.map(({ status }) => status), Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 200 : 401)))
  },
  async 'a tool that needs more is a 403 with its scope'(origin) {
    assertChallenge(await call(origin, 'purge', ADA), 403, /error="insufficient_scope".* scope="notes:write notes:read"/)
  },
  async 'an outage is a 503 that takes nobody their token'(origin) {
    const response = await call(origin, 'whoami', NOBODY_KNOWS)
    assert.equal(response.status, 503)
    assert.equal(response.headers.get('WWW-Authenticate'), null)
    assert.match(response.headers.get('Retry-After') ?? '', /^\d+$/)
  },
  async 'the metadata is where the challenge says'(origin) {
    const response = await fetch(origin + METADATA)
    assert.equal(response.status, 200)
    const { resource, authorization_servers, scopes_supported } = await response.json()
    assert.deepEqual({ resource, authorization_servers, scopes_supported }, { resource: 'https://mcp.example.com/mcp', authorization_servers: ['http://127.0.0.1:9'], scopes_supported: ['notes:write'] })
  },
}

// For servers whose sessions live in an object of their own, which is told once who began the session.
const { 'no token is a 401 without an error': noToken, 'a bad token is a 401 invalid_token': badToken } = QUESTIONS
const { 'an outage is a 503 that takes nobody their token': outage, 'the metadata is where the challenge says': metadata } = QUESTIONS
export const QUESTIONS_OF_SESSIONS = {
  'no token is a 401 without an error': noToken,
  'a bad token is a 401 invalid_token': badToken,
  'an outage is a 503 that takes nobody their token': outage,
  'the metadata is where the challenge says': metadata,
  async 'a tool knows its caller, each in a session of his own'(origin) {
    for (const [name, key] of Object.entries({ ada: ADA, bob: BOB })) {
      const response = await call(origin, 'whoami', key, await begin(origin, key))
      assert.equal(response.status, 200)
      assert.match(await response.text(), new RegExp(`you are ${name}"`))
    }
  },
  async "somebody else's session is a 404, whatever is asked of it"(origin) {
    const session = await begin(origin, ADA)
    assert.equal((await call(origin, 'whoami', BOB, session)).status, 404)
    for (const method of ['GET', 'DELETE']) assert.equal((await fetch(`${origin}/mcp`, { method, headers: headersFor(BOB, session) })).status, 404)
    assert.match(await (await call(origin, 'whoami', ADA, session)).text(), /you are ada"/)
  },
  async 'an id that the server made, and nobody was given, is a 404'(origin) {
    const session = await begin(origin, ADA)
    assert.equal((await call(origin, 'whoami', ADA, session.split('.')[0])).status, 404)
  },
  async 'a tool that needs more is a 403 with its scope'(origin) {
    assertChallenge(await call(origin, 'purge', ADA, await begin(origin, ADA)), 403, /error="insufficient_scope".* scope="notes:write notes:read"/)
  },
}

// For apps with a route of their own, DELETE /notes/:id, that asks for a scope by itself.
export const QUESTIONS_OF_ROUTES = {
  async 'what requireAuth throws in a route is a 401 and a 403'(origin) {
    const asked = (headers) => fetch(`${origin}/notes/7`, { method: 'DELETE', headers })
    assertChallenge(await asked({}), 401, /^Bearer /)
    assertChallenge(await asked({ Authorization: `Bearer ${ADA}` }), 403, /scope="notes:write notes:read"/)
  },
}
