// The server suite of @modelcontextprotocol/conformance: a server that offers all that the suite asks for is asked twice,
// bare and behind the gate, and must give the same answers.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { pipeline } from 'node:stream'
import test from 'node:test'
import { bearerAuth } from '../../dist/src/adapters/node.js'
import { boundSessions, StaticProvider } from '../../dist/src/index.js'
import { everything } from './everything/server.js'
import { serve } from './programs.js'
import { findings, suite } from './suite.js'

const KEY = 'key-of-the-suite-0123456789'
const auth = new StaticProvider({ [KEY]: { claims: { sub: 'suite' }, scopes: ['everything', 'tools'] } })

for (const revision of ['2025-11-25', '2026-07-28']) {
  test(`the server suite of ${revision}`, async (t) => {
    const origin = await serve(t, () => everything(randomUUID))
    const gated = await serve(t, gatedServer)
    const proxy = await serve(t, () => withHeader(gated))
    const bare = await serverSuite(t, origin, revision)
    const behind = await serverSuite(t, proxy, revision)

    assert.equal(bare.code, 0, 'the server itself has all that is required')
    assert.equal(behind.code, 0)
    const [expected, found] = [await findings(bare), await findings(behind)]
    assert.deepEqual(Object.keys(found), Object.keys(expected))
    for (const [scenario, checks] of Object.entries(found)) {
      await t.test(`${scenario}: the same ${checks.length} results behind the gate`, () => assert.deepEqual(checks, expected[scenario]))
    }
  })

  test(`without the header, whatever the suite of ${revision} asks is answered with 401`, async (t) => {
    const statuses = new Set()
    const gated = await serve(t, (origin) => {
      const listener = gatedServer(origin)
      return (req, res) => (res.on('finish', () => statuses.add(res.statusCode)), listener(req, res))
    })
    const { code } = await serverSuite(t, gated, revision)
    assert.equal(code, 1)
    assert.deepEqual([...statuses], [401])
  })
}

/** With everything that the revision requires, and what it does not count. */
function serverSuite(t, origin, revision) {
  return suite(t, ['server', '--url', `${origin}/mcp`, '--requirements', revision])
}

/** All that can be asked of a gate at once: scopes for each request and for tools, sessions that belong to somebody. */
function gatedServer(origin) {
  const sessions = boundSessions()
  const operations = { 'tools/call': { 'test_*': 'tools' } }
  return bearerAuth(auth, { resource: `${origin}/mcp`, requiredScopes: ['everything'], operations, sessions })(everything(sessions.newId))
}

/** Passes everything on as it is, with the token. */
function withHeader(origin) {
  return (req, res) => {
    const { method, url, headers } = req
    const onward = request(new URL(url, origin), { method, headers: { ...headers, authorization: `Bearer ${KEY}` } }, (answer) => {
      res.writeHead(answer.statusCode, answer.headers).flushHeaders()
      pipeline(answer, res, () => {})
    })
    res.on('close', () => onward.destroy())
    pipeline(req, onward, () => {})
  }
}
