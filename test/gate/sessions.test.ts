import { describe, expect, test } from 'vitest'
import { hmacSha256 } from '../../src/lib/digest.js'
import { accessToken, boundSessions, gate, withAccessToken } from '../../src/index.js'
import { says } from '../oauth-kit.js'
import { headers } from './headers.js'
import type { AccessToken, Claims, Decision } from '../../src/index.js'

const SECRET = 'a-secret-of-at-least-32-characters-1'
const tokenOf = (claims: Claims, provider = 'jwks', token = 'a-token'): AccessToken => accessToken({ token, claims, scopes: [], provider })
const ada = tokenOf({ iss: 'https://id.example', sub: 'ada', client_id: 'app' })
const idOf = (token: AccessToken | null, sessions = boundSessions({ secret: SECRET })): string => withAccessToken(token, sessions.newId)

describe('a bound session', () => {
  const sessions = boundSessions({ secret: SECRET })

  test('belongs to whoever it was made for, with another token too', () => {
    const id = idOf(ada)
    expect(sessions.belongsTo(id, ada)).toBe(true)
    expect(sessions.belongsTo(id, tokenOf({ ...ada.claims }, 'jwks', 'a-fresh-token'))).toBe(true)
  })

  test.each<[string, AccessToken | null]>([
    ['another subject', tokenOf({ iss: 'https://id.example', sub: 'bob', client_id: 'app' })],
    ['the same subject of another issuer', tokenOf({ iss: 'https://other.example', sub: 'ada', client_id: 'app' })],
    ['the same subject with another client', tokenOf({ iss: 'https://id.example', sub: 'ada', client_id: 'other' })],
    ['the same subject without a client', tokenOf({ iss: 'https://id.example', sub: 'ada' })],
    ['names that run together', tokenOf({ iss: 'https://id.example","ada', sub: 'app' })],
    ['nobody', null],
    ['a token that names nobody', tokenOf({})],
  ])('and not to %s', (_, token) => {
    expect(sessions.belongsTo(idOf(ada), token)).toBe(false)
  })

  test('is made of the id of a server that makes its own, which the server gets back', () => {
    const bound = withAccessToken(ada, () => sessions.bind('made-by-an-agent_1'))
    expect(sessions.unbind(bound)).toBe('made-by-an-agent_1')
    expect(sessions.belongsTo(bound, ada)).toBe(true)
    expect(sessions.belongsTo('made-by-an-agent_1', ada)).toBe(false)
    expect(sessions.belongsTo(bound, tokenOf({ iss: 'https://id.example', sub: 'bob', client_id: 'app' }))).toBe(false)
  })

  test.each(['', 'a.b', 'a b', 'x'.repeat(129), `a\r\nb`, 'ä'])('is not made of %j, which is no id that comes back as it was', (id) => {
    expect(() => withAccessToken(ada, () => sessions.bind(id))).toThrow(/"id" of bind/)
  })

  test('is bound within a request only, and to somebody', () => {
    expect(() => sessions.bind('an-id')).toThrow(/behind the gate/)
    expect(() => withAccessToken(tokenOf({}), () => sessions.bind('an-id'))).toThrow(/subjectClaim/)
  })

  test('a key of a list is known by its provider', () => {
    expect(sessions.belongsTo(idOf(tokenOf({ sub: 'ci' }, 'static')), tokenOf({ sub: 'ci' }, 'github'))).toBe(false)
  })

  test.each(['', '.', 'a.b', 'a.b.c', 'x'.repeat(10_000), `${'0'.repeat(32)}.`])('%j is nobody\'s', (id) => {
    expect(sessions.belongsTo(id, ada)).toBe(false)
    expect(sessions.belongsTo(id, null)).toBe(false)
  })

  test('with a part too many is nobody\'s, whatever the part', () => {
    const id = idOf(ada)
    for (const more of ['.', '.x', `.${id.split('.')[1]}`, `.${id}`]) expect(sessions.belongsTo(id + more, ada)).toBe(false)
    expect(sessions.belongsTo(`.${id}`, ada)).toBe(false)
  })

  test.each<[string, Claims, Claims]>([
    ['no subject', { client_id: 'app', username: 'ada' }, { client_id: 'app', username: 'eve' }],
    ['an empty subject', { client_id: 'app', sub: '', username: 'ada' }, { client_id: 'app', sub: '', username: 'eve' }],
  ])('is not made for a person with %s: two of them would be one', (_, one, other) => {
    expect(() => idOf(tokenOf(one))).toThrow(/set "subjectClaim"/)
    expect(sessions.belongsTo(idOf(tokenOf({ client_id: 'app' })), tokenOf(other))).toBe(false)
  })

  test.each<Claims>([{ client_id: 'robot' }, { client_id: 'robot', sub: 'robot' }, { azp: 'robot', sub: '' }])('is made for a client that acts for itself: %j', (claims) => {
    expect(sessions.belongsTo(idOf(tokenOf(claims)), tokenOf(claims))).toBe(true)
    expect(sessions.belongsTo(idOf(tokenOf(claims)), tokenOf({ ...claims, sub: 'ada' }))).toBe(false)
  })

  test('an id that is longer than any is not looked into, whatever its digest', () => {
    const made = (nonce: string): string => `${nonce}.${hmacSha256(SECRET, `${nonce} ${JSON.stringify([{ issuer: 'https://id.example' }, { subject: 'ada' }, 'app'])}`)}`
    expect([sessions.belongsTo(made('a-nonce'), ada), sessions.belongsTo(made('x'.repeat(300)), ada)]).toEqual([true, false])
  })

  test('no part of an id can be changed', () => {
    const id = idOf(ada)
    for (let index = 0; index < id.length; index += 1) {
      const changed = `${id.slice(0, index)}${id[index] === 'a' ? 'b' : 'a'}${id.slice(index + 1)}`
      expect(sessions.belongsTo(changed, ada)).toBe(false)
    }
  })

  test('ids are new each time, visible ASCII, and say nothing of whose they are', () => {
    const ids = Array.from({ length: 100 }, () => idOf(ada))
    expect(new Set(ids).size).toBe(100)
    for (const id of ids) {
      expect(id).toMatch(/^[\x21-\x7e]{32,256}$/)
      expect(id).not.toContain('id.example')
    }
  })

  test('outlives a rotation of the secret, and no other secret', () => {
    const next = 'another-secret-of-32-characters-or-more'
    expect(boundSessions({ secret: [next, SECRET] }).belongsTo(idOf(ada), ada)).toBe(true)
    expect(boundSessions({ secret: next }).belongsTo(idOf(ada), ada)).toBe(false)
    expect(boundSessions().belongsTo(idOf(ada), ada)).toBe(false)
  })

  test('is not made for nobody in particular', () => {
    expect(() => sessions.newId()).toThrow(/where a request is handled/)
    expect(() => idOf(tokenOf({}))).toThrow(/does not say whose it is/)
  })

  test('where nobody has to be known, is nobody\'s', () => {
    const id = idOf(null)
    expect([sessions.belongsTo(id, null), sessions.belongsTo(id, ada)]).toEqual([true, false])
  })

  test.each([[{ secret: 'short' }], [{ secret: [] }], [{ secret: '' }], [{ secret: [SECRET, 'short'] }]])('%j is refused', (options) => {
    expect(() => boundSessions(options)).toThrow(/"secret" must be at least 32/)
  })

  test('a variable that is not set is refused: every replica would have a secret of its own', () => {
    // @ts-expect-error: what the environment gives may be undefined
    expect(() => boundSessions({ secret: process.env.NO_SUCH_SECRET })).toThrow(/is the environment variable set\?/)
  })
})

describe('a gate with sessions', () => {
  const sessions = boundSessions({ secret: SECRET })
  const ask = (ids: string[], method = 'POST'): Promise<Decision> =>
    gate(says('yes'), { sessions })({ method, path: '/mcp', header: headers({ authorization: ['Bearer a-token'], 'mcp-session-id': ids }) })
  const mine = idOf(tokenOf({ sub: 'ada' }, 'custom'))

  test.each(['POST', 'GET', 'DELETE'])('lets a %s with an id of its own pass, and one without', async (method) => {
    expect((await ask([mine], method)).pass).toBe(true)
    expect((await ask([], method)).pass).toBe(true)
  })

  test.each<[string, string[]]>([
    ['an id of somebody else\'s', [idOf(ada)]],
    ['an id that was made up', ['1868a90c-0000-4000-8000-000000000000']],
    ['two ids', [mine, mine]],
    ['an empty id', ['']],
  ])('%s is answered with 404, so that the client begins anew', async (_, ids) => {
    const decision = await ask(ids)
    expect(decision).toMatchObject({ pass: false, answer: { status: 404, body: JSON.stringify({ error: 'invalid_session', error_description: 'There is no such session' }) } })
    expect(decision.pass ? {} : decision.answer.headers).not.toHaveProperty('WWW-Authenticate')
  })

  const query = (text: string): Promise<Decision> =>
    gate(says('yes'), { sessions })({ method: 'POST', path: '/messages', query: text, mounted: true, header: headers({ authorization: ['Bearer a-token'] }) })
  const theirs = idOf(ada)

  test.each(['sessionId', 'session_id'])('an id in the query of the legacy SSE transport counts too: %s', async (name) => {
    expect((await query(`${name}=${mine}`)).pass).toBe(true)
    expect(await query(`${name}=${theirs}`)).toMatchObject({ pass: false, answer: { status: 404 } })
    expect(await query(`${name}=${mine}&${name}=${theirs}`)).toMatchObject({ pass: false, answer: { status: 404 } })
  })

  test.each(['sessionId[]', 'sessionId[0]', '[sessionId]', 'sessionId%5B%5D', 'session%49d'])('and where a parser makes one of %s', async (name) => {
    expect(await query(`${name}=${theirs}`)).toMatchObject({ pass: false, answer: { status: 404 } })
  })

  test('and nothing else of the query does', async () => {
    expect((await query('cursor=1&sessionIdle=5')).pass).toBe(true)
  })

  test('what is no sessions is refused', () => {
    expect(() => gate(says('yes'), { sessions: true as never })).toThrow(/must be what boundSessions\(\) gives/)
  })
})
