import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { visibleTools } from '../../../src/adapters/mcp.js'
import { runWithAuth } from '../../../src/context.js'
import { accessToken, AuthUnavailableError, gate } from '../../../src/index.js'
import { needOf, operationOf, operationTable } from '../../../src/gate/operations/operations.js'
import { headers } from '../headers.js'
import type { BearerAuthProvider, Decision, GateOptions, Operations, RequestBody } from '../../../src/index.js'

const OPERATIONS: Operations = {
  'tools/call': { 'purge-notes': 'notes:write', 'admin-*': ['notes:admin', 'audit'], delete: { scopes: 'notes:write', maxAge: 5 }, '*': 'notes:read' },
  'resources/read': { 'file:///private/*': 'files:private' },
  'prompts/get': 'prompts',
}
const table = operationTable(OPERATIONS)
const call = (name: string): unknown => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } })
const read = (uri: string): unknown => ({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri } })
const scopesOf = (message: unknown): readonly string[] => needOf([message].flat().flatMap((one) => operationOf(one) ?? []), table).scopes

describe('what an operation needs', () => {
  test.each<[string, unknown, string[]]>([
    ['a tool by its name', call('purge-notes'), ['notes:write', 'notes:read']],
    ['a tool by how it begins', call('admin-users'), ['notes:admin', 'audit', 'notes:read']],
    ['any other tool', call('greet'), ['notes:read']],
    ['a tool in other letters', call('PURGE-NOTES'), ['notes:read']],
    ['a tool without a name', { method: 'tools/call' }, ['notes:read']],
    ['a method as a whole', { method: 'prompts/get', params: { name: 'x' } }, ['prompts']],
    ['a method that no rule names', { method: 'tools/list' }, []],
    ['a method of Object.prototype', { method: 'constructor', params: { name: 'toString' } }, []],
    ['a batch: everything in it', [call('purge-notes'), read('file:///private/x'), { method: 'ping' }], ['notes:write', 'notes:read', 'files:private']],
    ['a resource', read('file:///private/diary'), ['files:private']],
    ['a resource elsewhere', read('file:///public/diary'), []],
    ['a resource in capitals', read('FILE:///private/diary'), ['files:private']],
    ['a resource with dots', read('file:///public/../private/diary'), ['files:private']],
    ['a resource with letters encoded', read('file:///%70rivate/diary'), ['files:private']],
    ['a resource with dots and slashes encoded', read('file:///public/%2e%2e%2fprivate/diary'), ['files:private']],
    ['a resource with letters encoded, and something that cannot be decoded', read('file:///%70rivate/%zz%ff'), ['files:private']],
    ['a completion for a resource', { method: 'resources/read', params: { ref: { type: 'ref/resource', uri: 'file:///private/x' } } }, ['files:private']],
    ['an answer to a request of ours', { jsonrpc: '2.0', id: 1, result: {} }, []],
    ['no object at all', 'tools/call', []],
    ['null', null, []],
  ])('%s', (_, message, scopes) => {
    expect([...scopesOf(message)].sort()).toEqual([...scopes].sort())
  })

  test('the strictest age counts', () => {
    expect(needOf([{ method: 'tools/call', names: ['delete'], uris: [] }], table).maxAge).toBe(5)
    expect(needOf([{ method: 'tools/call', names: ['greet'], uris: [] }], table).maxAge).toBeUndefined()
    expect(needOf(Array(200_000).fill({ method: 'tools/call', names: ['delete'], uris: [] }), table).maxAge, 'of a batch too').toBe(5)
  })

  test.each<[string, unknown, RegExp]>([
    ['a table of nothing', [], /"operations" must be a table/],
    ['scopes in one text', { 'tools/call': { a: 'b c' } }, /tools\/call a must name a scope/],
    ['a star in the middle', { 'tools/call': { 'a-*-b': 'c' } }, /one star, at its end/],
    ['an age in milliseconds', { 'tools/call': { a: { maxAge: 30_000 } } }, /looks like milliseconds/],
    ['a number', { 'tools/call': { a: 7 } }, /must name a scope/],
    ['a rule whose variable is not set', { 'tools/call': { a: undefined } }, /tools\/call a is undefined; is a variable not set\?/],
    ['a method whose variable is not set', { 'tools/call': undefined }, /tools\/call is undefined; is a variable not set\?/],
    ['a hole for a scope', { 'tools/call': { a: Array(1) } }, /tools\/call a must name a scope/],
    ['a hole among the scopes of a rule', { 'tools/call': { a: { scopes: Array(1) } } }, /tools\/call a must name a scope/],
    ['a Map of methods', new Map([['tools/call', 'a']]), /"operations" must be a table/],
    ['a promise of a table', Promise.resolve({ 'tools/call': 'a' }), /"operations" must be a table/],
    ['a Map of names', { 'tools/call': new Map([['a', 'b']]) }, /tools\/call must name a scope, an array of scopes/],
    ['a Set of scopes', { 'tools/call': { a: new Set(['b']) } }, /tools\/call a must name a scope, an array of scopes/],
    ['no name', { 'tools/call': { '': 'b' } }, /"" names nothing that can be called/],
    ['a name with a blank in front', { 'tools/call': { ' a': 'b' } }, /" a" names nothing that can be called; take the blanks out/],
    ['a tool in the place of a method', { add_note: 'notes:write' }, /"add_note" is no method of MCP; a tool is named within its own: \{ 'tools\/call': \{ "add_note": … \} \}$/],
    ['a method without its plural', { 'tool/call': { a: 'b' } }, /"tool\/call" is no method of MCP; write "tools\/call"$/],
    ['a method in capitals', { 'Resources/Read': 'b' }, /write "resources\/read"$/],
    ['a method in one word', { toolsCall: 'b' }, /write "tools\/call"$/],
  ])('%s is refused', (_, operations, message) => {
    expect(() => operationTable(operations as Operations)).toThrow(message)
  })
})

test.each(['tools/call', 'ping', 'todos/list', 'com.example/purge', 'acme.purge'])('%s may be a method', (method) => {
  expect(operationTable({ [method]: 'notes:write' })).toMatchObject([{ method, scopes: ['notes:write'] }])
})

const provider = (scopes: string[], answers: ('yes' | 'no' | 'silence')[] = ['yes']): BearerAuthProvider & { readonly ages: unknown[] } => {
  const ages: unknown[] = []
  return {
    ages,
    async verifyToken(token, options) {
      ages.push(options?.maxAge)
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      if (answer === 'silence') throw new AuthUnavailableError('away')
      return answer === 'yes' ? accessToken({ token, claims: { sub: 'ada' }, scopes }) : null
    },
  }
}

interface Posted {
  readonly message?: unknown
  readonly body?: RequestBody
  readonly headers?: Record<string, string[]>
  readonly token?: string | undefined
  readonly path?: string
  readonly method?: string
}

function post(
  auth: BearerAuthProvider,
  { message, body = { text: JSON.stringify(message) }, headers: more = {}, token = 'a-token', path = '/mcp', method = 'POST' }: Posted,
  options: GateOptions = {},
): Promise<Decision> {
  const always = { 'content-type': ['application/json'], ...(token !== '' && { authorization: [`Bearer ${token}`] }) }
  return gate(auth, { operations: OPERATIONS, ...options })({ method, path, header: headers({ ...always, ...more }), body: async () => body })
}

const answerOf = (decision: Decision): unknown => (decision.pass ? 'passed' : { status: decision.answer.status, challenge: decision.answer.headers['WWW-Authenticate'] })

describe('a gate with operations', () => {
  test('passes a call whose scopes are there', async () => {
    expect(answerOf(await post(provider(['notes:read', 'notes:write']), { message: call('purge-notes') }))).toBe('passed')
  })

  test('answers the others with every scope that is needed, those held included', async () => {
    const decision = await post(provider(['notes:read']), { message: call('purge-notes') }, { requiredScopes: ['notes:read'] })
    expect(answerOf(decision)).toEqual({ status: 403, challenge: expect.stringContaining('error="insufficient_scope"') })
    expect(answerOf(decision)).toEqual({ status: 403, challenge: expect.stringContaining('scope="notes:read notes:write"') })
  })

  test('also where a scope of every request is missing: nobody is asked twice', async () => {
    const decision = await post(provider([]), { message: call('purge-notes') }, { requiredScopes: ['notes:read'] })
    expect(answerOf(decision)).toEqual({ status: 403, challenge: expect.stringContaining('scope="notes:read notes:write"') })
  })

  describe('what the authorization server granted stands in the challenge too, so that a client does not lose it', () => {
    const granted = (claims: object): BearerAuthProvider => ({
      verifyToken: async (token) => accessToken({ token, claims: { sub: 'ada', ...claims }, scopes: [] }),
    })
    const named = async (claims: object): Promise<unknown> => answerOf(await post(granted(claims), { message: call('purge-notes') }))
    test.each<[string, object, string]>([
      ['in scope', { scope: 'mail:read calendar' }, 'notes:write notes:read mail:read calendar'],
      ['in scp', { scp: ['mail:read', 'notes:write'] }, 'notes:write notes:read mail:read'],
      ['nothing made of roles', { roles: ['mail:admin'] }, 'notes:write notes:read'],
      ['no offline_access', { scope: 'offline_access mail:read' }, 'notes:write notes:read mail:read'],
      ['nothing that would break the header', { scope: 'mail"read mail\\read' }, 'notes:write notes:read'],
      ['not more than a header can hold', { scope: Array.from({ length: 400 }, (_, n) => `scope-${n}`).join(' ') }, 'notes:write notes:read'],
    ])('%s', async (_, claims, scope) => {
      expect(await named(claims)).toEqual({ status: 403, challenge: expect.stringContaining(` scope="${scope}"`) })
    })
  })

  test('a batch passes only where every call in it may', async () => {
    expect(answerOf(await post(provider(['notes:read']), { message: [call('greet'), call('purge-notes')] }))).toMatchObject({ status: 403 })
    expect(answerOf(await post(provider(['notes:read']), { message: [call('greet'), call('greet')] }))).toBe('passed')
  })

  test('asks again about the token where the operation wants a young answer', async () => {
    const good = provider(['notes:read', 'notes:write'])
    expect(answerOf(await post(good, { message: call('delete') }))).toBe('passed')
    expect(good.ages).toEqual([undefined, 5])
    expect(answerOf(await post(provider(['notes:read', 'notes:write'], ['yes', 'no']), { message: call('delete') }))).toMatchObject({ status: 401 })
    expect(answerOf(await post(provider(['notes:read', 'notes:write'], ['yes', 'silence']), { message: call('delete') }))).toMatchObject({ status: 503 })
  })

  test('reads no body before the token is good', async () => {
    const body = { problem: 'unreadable' } as const
    expect(answerOf(await post(provider([], ['no']), { body }))).toMatchObject({ status: 401 })
    expect(answerOf(await post(provider([]), { body, token: '' }))).toMatchObject({ status: 401 })
    expect(answerOf(await post(provider([]), { body }, { requiredScopes: ['a'] }))).toMatchObject({ status: 403 })
  })

  // HTTP/2 takes methods in any letters, and a `Request` that is made of it has POST again.
  test.each(['PUT', 'PATCH', 'QUERY', 'post'])('looks into a %s: the server behind may not look at the method', async (method) => {
    expect(answerOf(await post(provider(['notes:read']), { message: call('purge-notes'), method }))).toMatchObject({ status: 403 })
  })

  test.each(['GET', 'HEAD', 'DELETE'])('looks into a %s that has a body, and needs none', async (method) => {
    const reader = provider(['notes:read'])
    expect(answerOf(await post(reader, { body: { text: '' }, method, headers: { 'content-type': [] } }))).toBe('passed')
    expect(answerOf(await post(reader, { message: call('purge-notes'), method }))).toMatchObject({ status: 403 })
    expect(answerOf(await post(reader, { body: { problem: 'unreadable' }, method }))).toMatchObject({ status: 400 })
  })

  test('leaves the bodies of other paths alone', async () => {
    expect(answerOf(await post(provider([]), { body: { problem: 'unreadable' }, path: '/upload' }, { protect: ['/mcp'] }))).toBe('passed')
  })

  test.each<[string, Posted, number]>([
    ['a body that is too large', { body: { problem: 'too large' } }, 413],
    ['a body that cannot be read', { body: { problem: 'unreadable' } }, 400],
    ['no JSON', { body: { text: '{"method":' } }, 400],
    ['nothing', { body: { text: '' } }, 400],
    ['another charset', { message: call('greet'), headers: { 'content-type': ['application/json; charset=utf-7'] } }, 400],
    ['another charset in quotes', { message: call('greet'), headers: { 'content-type': ['application/json;charset="UTF-16"'] } }, 400],
    ['two charsets', { message: call('greet'), headers: { 'content-type': ['application/json; charset=utf-8; charset=utf-7'] } }, 400],
    ['a charset behind a text that looks like one', { message: call('greet'), headers: { 'content-type': ['application/json; x="; charset=utf-8"; charset=utf-7'] } }, 400],
    ['an escaped charset', { message: call('greet'), headers: { 'content-type': ['application/json; charset="utf\\-7"'] } }, 400],
    ['an extended charset', { message: call('greet'), headers: { 'content-type': ["application/json; charset*=utf-8''utf-7"] } }, 400],
    ['two content types', { message: call('greet'), headers: { 'content-type': ['application/json', 'application/json; charset=utf-7'] } }, 400],
    ['no content type', { message: call('greet'), headers: { 'content-type': [] } }, 400],
    ['a form that can be read as JSON', { body: { text: '{"x":"&method=tools/call&params[name]=purge-notes&y="}' }, headers: { 'content-type': ['application/x-www-form-urlencoded; x=application/json'] } }, 400],
    ['a name by way of a prototype', { body: { text: '{"method":"tools/call","params":{"__proto__":{"name":"purge-notes"}}}' } }, 400],
    ['a method by way of a prototype', { body: { text: '[{"__proto__":{"method":"tools/call","params":{"name":"purge-notes"}}}]' } }, 400],
    ['a prototype that a parser in front left', { body: { parsed: JSON.parse('{"method":"completion/complete","params":{"ref":{"\\u005f_proto__":{"uri":"file:///private/x"}}}}') } }, 400],
    ['a compressed body', { message: call('greet'), headers: { 'content-encoding': ['gzip'] } }, 400],
    ['a header with another method', { message: call('greet'), headers: { 'mcp-method': ['tools/list'] } }, 400],
    ['a header with another name', { message: call('purge-notes'), headers: { 'mcp-method': ['tools/call'], 'mcp-name': ['greet'] } }, 400],
    ['two headers', { message: call('greet'), headers: { 'mcp-name': ['greet', 'greet'] } }, 400],
    ['a name in Base64 that is none', { message: call('greet'), headers: { 'mcp-name': ['=?base64?A?='] } }, 400],
  ])('%s is refused', async (_, posted, status) => {
    expect(answerOf(await post(provider(['notes:read']), posted))).toMatchObject({ status })
  })

  // MCP 2026-07-28, Streamable HTTP: clients know a mismatch by its code, and which of their requests it is about by the id.
  test.each<[string, unknown, object]>([
    ['a request', call('greet'), { id: 1 }],
    ['a request with a text for its id', { method: 'tools/call', id: 'a"b', params: { name: 'greet' } }, { id: 'a"b' }],
    ['a notification', { method: 'tools/call', params: { name: 'greet' } }, {}],
    ['a batch', [call('greet')], {}],
    ['an id that is none', { method: 'tools/call', id: { toJSON: 1 } }, {}],
  ])('headers that disagree with %s are answered in JSON-RPC', async (_, message, id) => {
    const decision = await post(provider(['notes:read']), { message, headers: { 'mcp-method': ['tools/list'] } })
    if (decision.pass) throw new Error('expected an answer')
    expect(decision.answer).toMatchObject({ status: 400, headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' } })
    const { error, ...rest } = JSON.parse(decision.answer.body) as { error: object }
    expect(rest).toEqual({ jsonrpc: '2.0', ...id })
    expect(error).toEqual({ code: -32_020, message: 'The headers Mcp-Method and Mcp-Name must say what the body says' })
  })

  test.each<[string, Posted]>([
    ['utf-8 by name', { message: call('greet'), headers: { 'content-type': ['application/json; charset=UTF-8'] } }],
    ['headers that agree', { message: call('greet'), headers: { 'mcp-method': ['tools/call'], 'mcp-name': ['greet'] } }],
    ['a name in Base64', { message: call('gr\u00fc\u00dfe'), headers: { 'mcp-name': [`=?base64?${Buffer.from('gr\u00fc\u00dfe').toString('base64')}?=`] } }],
    ['what a parser in front made of it', { body: { parsed: call('greet') }, headers: { 'content-encoding': ['gzip'] } }],
  ])('%s passes', async (_, posted) => {
    expect(answerOf(await post(provider(['notes:read']), posted))).toBe('passed')
  })

  test('what no rule names is open to all where tokens are optional, and the rest is asked for', async () => {
    const open = { optional: true }
    expect(answerOf(await post(provider([]), { message: { method: 'tools/list' }, token: '' }, open))).toBe('passed')
    expect(answerOf(await post(provider([]), { message: call('purge-notes'), token: '' }, open))).toEqual({ status: 401, challenge: 'Bearer scope="notes:write notes:read"' })
  })

  test('a gate that is given no body says so', async () => {
    const guard = gate(provider([]), { operations: OPERATIONS })
    await expect(guard({ method: 'POST', path: '/mcp', header: headers({ authorization: ['Bearer a-token'] }) })).rejects.toThrow(/needs the body of the request/)
  })

  test('whatever JSON comes, it is an answer and never an exception', async () => {
    const guarded = provider(['notes:read'])
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        const decision = await post(guarded, { body: { text } })
        expect(decision.pass || [400, 403].includes(decision.answer.status)).toBe(true)
      }),
    )
  })
})

test('the tools that the caller may use are shown, and the rest is not', async () => {
  const tools = [{ name: 'greet' }, { name: 'purge-notes' }, { name: 'admin-users' }]
  const decision = await post(provider(['notes:read', 'notes:write']), { message: { method: 'tools/list' } })
  if (!decision.pass) throw new Error('expected to pass')
  expect(runWithAuth(decision.context, () => visibleTools(tools))).toEqual([{ name: 'greet' }, { name: 'purge-notes' }])
  expect(visibleTools(tools), 'where no gate is around').toEqual(tools)
})

describe('a rule without scopes', () => {
  const profile = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'profile', arguments: {} } }
  test.each([[[]], [{}], [{ profile: [] }], [{ profile: {} }], [{ profile: { scopes: [] } }]])('%j means that the caller must be signed in', async (rule) => {
    const options: GateOptions = { operations: { 'tools/call': rule }, optional: true }
    expect(answerOf(await post(provider([]), { message: profile, token: '' }, options))).toMatchObject({ status: 401 })
    expect(answerOf(await post(provider([]), { message: profile }, options))).toBe('passed')
    expect(answerOf(await post(provider([]), { message: { ...profile, method: 'tools/list' }, token: '' }, options))).toBe('passed')
  })

  test('hides the tool from strangers', async () => {
    const shown = async (token: string): Promise<boolean | undefined> => {
      const decision = await post(provider([]), { message: { ...profile, method: 'tools/list' }, token }, { operations: { 'tools/call': { profile: [] } }, optional: true })
      return decision.pass ? decision.context.allows?.('tools/call', 'profile') : undefined
    }
    expect([await shown(''), await shown('a-token')]).toEqual([false, true])
  })
})
