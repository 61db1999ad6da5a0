/** Tests that what is only reported refuses nobody, opens nothing else, and is told. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { allowInsecureHttp, AuthUnavailableError, boundSessions, byRequest, gate, getAccessToken, reportOnly, requireAuth, StaticProvider } from '../../../src/index.js'
import { currentAuth, runWithAuth } from '../../../src/context.js'
import { visibleTools } from '../../../src/adapters/mcp.js'
import type { AuthEvent, BearerAuthProvider, Decision, Gate, GateOptions, GateRequest } from '../../../src/index.js'

const KEY = 'a-long-enough-key'
const ada = new StaticProvider({ [KEY]: { claims: { sub: 'ada', aud: 'notes' }, scopes: ['notes:read'] }, 'bound-long-enough': { claims: { sub: 'ada', cnf: { jkt: 'x' } } } })
const away: BearerAuthProvider = { verifyToken: () => Promise.reject(new AuthUnavailableError('away')) }

interface Sent {
  readonly token?: string
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly host?: string
  /** A call of this tool. */
  readonly tool?: string
  readonly text?: string
}

function requestOf({ token, path = '/mcp', method = 'POST', headers: more = {}, host, tool, text }: Sent): GateRequest {
  const json = tool === undefined ? text : JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool } })
  const headers: Readonly<Record<string, string | readonly string[]>> = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(json !== undefined && { 'content-type': 'application/json' }),
    ...more,
  }
  return { method, path, host, header: (name) => [headers[name] ?? []].flat(), source: {}, ...(json !== undefined && { body: async () => ({ text: json }) }) }
}

/** A gate and what it told. */
function watched(options: GateOptions, by: BearerAuthProvider = ada) {
  const events: AuthEvent[] = []
  const guard = gate(by, { ...options, observe: (event) => void (event.provider === 'gate' && events.push(event)) })
  return { guard, events }
}

/** The status that is sent, or who is in the handler. */
function outcome(decision: Decision): string {
  return decision.pass ? (decision.context.token?.subject ?? 'nobody') : String(decision.answer.status)
}

async function asked(guard: Gate, sent: Sent): Promise<string> {
  return outcome(await guard(requestOf(sent)))
}

/** Process warnings are what such a gate begins with. */
function silenced() {
  const warned: string[] = []
  const spy = vi.spyOn(process, 'emitWarning').mockImplementation((text) => void warned.push(String(text)))
  onTestFinished(() => spy.mockRestore())
  return warned
}

describe('a whole gate that only reports', () => {
  test.each<[string, Sent, GateOptions, string, object]>([
    ['without a token passes as nobody', {}, {}, 'nobody', { status: 401, reason: 'no_token' }],
    ['with an unknown token passes as nobody', { token: 'an-unknown-token' }, {}, 'nobody', { status: 401, reason: 'invalid_token', because: 'unknown_token' }],
    ['with an unknown token passes as nobody where a token is optional', { token: 'an-unknown-token' }, { optional: true }, 'nobody', { status: 401, reason: 'invalid_token' }],
    ['with a header that cannot be read passes as nobody', { headers: { authorization: 'Bearer a b' } }, {}, 'nobody', { status: 400, reason: 'malformed' }],
    ['with a token that is bound to a key passes as nobody', { token: 'bound-long-enough' }, {}, 'nobody', { status: 401, reason: 'bound_to_key' }],
    ['for another audience passes as nobody', { token: KEY }, { audience: 'other' }, 'nobody', { status: 401, reason: 'wrong_audience' }],
    ['without a scope passes as himself', { token: KEY }, { requiredScopes: ['notes:write'] }, 'ada', { status: 403, reason: 'insufficient_scope' }],
    ['without the scope of an operation passes as himself', { token: KEY, tool: 'purge' }, { operations: { 'tools/call': { purge: 'x' } } }, 'ada', { status: 403, reason: 'insufficient_scope', rules: ['tools/call purge'] }],
    ['with a body that cannot be read passes as himself', { token: KEY, text: '{' }, { operations: { 'tools/call': { purge: 'x' } } }, 'ada', { status: 400, reason: 'unreadable_body' }],
    ['with a session of somebody else passes as himself', { token: KEY, headers: { 'mcp-session-id': 'theirs' } }, { sessions: boundSessions() }, 'ada', { status: 404, reason: 'another_session' }],
  ])('%s, and it is told', async (_, sent, options, who, told) => {
    silenced()
    const { guard, events } = watched({ ...options, [reportOnly]: true })
    expect(await asked(guard, sent)).toBe(who)
    expect(events.filter(({ type }) => type !== 'admitted')).toMatchObject([{ type: 'would_deny', provider: 'gate', method: 'POST', ...told }])
    expect(events.some(({ type }) => type === 'admitted')).toBe(who !== 'nobody')
    // And without the mark it is what was told.
    const { status } = told as { readonly status: number }
    const strict = watched(options)
    expect(await asked(strict.guard, sent)).toBe(String(status))
    expect(strict.events).toEqual(events.filter(({ type }) => type === 'would_deny').map((event) => ({ ...event, type: 'denied' })))
  })

  test('lets pass as nobody while nobody knows, and where the provider fails', async () => {
    const warned = silenced()
    const silent = watched({ [reportOnly]: true }, away)
    expect(await asked(silent.guard, { token: KEY })).toBe('nobody')
    expect(silent.events).toMatchObject([{ type: 'would_deny', status: 503, reason: 'unavailable' }])
    const broken = watched({ [reportOnly]: true }, { verifyToken: () => Promise.reject(new TypeError('a bug')) })
    expect(await asked(broken.guard, { token: KEY })).toBe('nobody')
    expect(broken.events).toEqual([{ type: 'would_deny', provider: 'gate', method: 'POST', status: 500, reason: 'bug' }])
    expect(warned.some((text) => text.includes('a bug'))).toBe(true)
  })

  test('tells nothing of those who are let in anyway', async () => {
    silenced()
    const { guard, events } = watched({ [reportOnly]: true })
    expect(await asked(guard, { token: KEY })).toBe('ada')
    expect(events).toEqual([{ type: 'admitted', provider: 'gate', method: 'POST', by: 'static' }])
  })

  test('still answers a host that cannot be one, and serves its metadata', async () => {
    silenced()
    const { guard, events } = watched({ [reportOnly]: true, resource: 'https://mcp.example.com/mcp' })
    expect(await asked(guard, { host: '1.2.3.999' })).toBe('400')
    expect(events).toMatchObject([{ type: 'denied', reason: 'impossible_host' }])
    expect(await asked(guard, { method: 'GET', path: '/.well-known/oauth-protected-resource/mcp' })).toBe('200')
  })

  test('answers neither preflights nor questions for metadata in the place of the app behind it', async () => {
    silenced()
    const { guard } = watched({ [reportOnly]: true })
    const headers = { origin: 'https://app.example.com', 'access-control-request-method': 'POST' }
    expect(await asked(guard, { method: 'OPTIONS', headers })).toBe('nobody')
    expect(await asked(guard, { method: 'GET', path: '/.well-known/oauth-authorization-server' })).toBe('nobody')
  })

  test('opens no guard in the handler', async () => {
    silenced()
    const { guard } = watched({ [reportOnly]: true, requiredScopes: ['notes:write'] })
    const stranger = await guard(requestOf({ token: 'an-unknown-token' }))
    const caller = await guard(requestOf({ token: KEY }))
    if (!stranger.pass || !caller.pass) throw new Error('both pass')
    expect(runWithAuth(stranger.context, getAccessToken)).toBeNull()
    expect(() => runWithAuth(stranger.context, requireAuth)).toThrow(expect.objectContaining({ code: 'ERR_AUTHENTICATION_REQUIRED' }))
    expect(() => runWithAuth(caller.context, () => requireAuth('notes:write'))).toThrow(expect.objectContaining({ code: 'ERR_INSUFFICIENT_SCOPE' }))
    expect(stranger.context.life).toBeUndefined()
  })

  test('shows every tool, and ends no stream', async () => {
    silenced()
    const { guard } = watched({ [reportOnly]: true, operations: { 'tools/call': { purge: 'x' } } })
    const decision = await guard(requestOf({ token: KEY, tool: 'list' }))
    if (!decision.pass) throw new Error('it passes')
    expect(runWithAuth(decision.context, () => visibleTools([{ name: 'purge' }]))).toHaveLength(1)
    expect(decision.context.life?.endsAnswers).toBe(false)
  })

  test('gives the nonce to who has none, or would report for ever', async () => {
    silenced()
    const { guard } = watched({ [reportOnly]: true, resource: 'https://mcp.example.com/mcp', proof: { dpop: 'required', nonce: true } })
    const decision = await guard(requestOf({ token: KEY }))
    expect(decision).toMatchObject({ pass: true, headers: { 'DPoP-Nonce': expect.stringMatching(/./) } })
  })

  test('says at start that it guards nothing, and has to be listened to', () => {
    const warned = silenced()
    watched({ [reportOnly]: true })
    expect(warned).toEqual([expect.stringContaining('guards nothing')])
    expect(() => gate(ada, { [reportOnly]: true })).toThrow(new TypeError('[reportOnly] tells by events whom it would refuse, and nobody listens: give "observe" too: observe: (event) => console.log(event)'))
  })
})

describe('several gates in a row', () => {
  const other = new StaticProvider({ 'key-of-somebody-else': { claims: { sub: 'bob' } } })

  /** Who is in the handler behind these gates, or the status of the first that refuses. */
  async function through(guards: readonly Gate[], sent: Sent): Promise<string> {
    const request = requestOf(sent)
    const step = async (left: readonly Gate[]): Promise<string> => {
      const [first, ...rest] = left
      if (first === undefined) return currentAuth()?.token?.subject ?? 'nobody'
      const decision = await first(request)
      return decision.pass ? runWithAuth(decision.context, () => step(rest)) : String(decision.answer.status)
    }
    return step(guards)
  }

  test('one that only reports opens no strict one, in front of it or behind', async () => {
    silenced()
    const open = watched({ [reportOnly]: true, requiredScopes: ['notes:write'] }).guard
    const strict = gate(ada, { requiredScopes: ['notes:write'] })
    for (const row of [[open, strict], [strict, open], [byRequest(() => open), byRequest(() => strict)]]) {
      expect(await through(row, {})).toBe('401')
      expect(await through(row, { token: 'an-unknown-token' })).toBe('401')
      expect(await through(row, { token: KEY })).toBe('403')
    }
  })

  test('one that only reports takes nobody away from the strict one in front', async () => {
    silenced()
    const { guard, events } = watched({ [reportOnly]: true }, other)
    expect(await through([gate(ada), guard], { token: KEY })).toBe('ada')
    expect(events.map(({ type }) => type)).toEqual(['would_deny', 'admitted'])
  })

  test('one that only reports does not take the place of the strict one, where it takes the same token for somebody else', async () => {
    silenced()
    const tomorrow = new StaticProvider({ [KEY]: { claims: { sub: 'eve' }, scopes: ['notes:admin'] } })
    const { guard, events } = watched({ [reportOnly]: true }, tomorrow)
    expect(await through([gate(ada), guard], { token: KEY })).toBe('ada')
    expect(await through([guard, gate(ada)], { token: KEY })).toBe('ada')
    expect(await through([guard, gate(ada, { protect: ['/other'] })], { token: KEY }), 'on a path that the strict one leaves open').toBe('ada')
    expect(await through([gate(ada), guard, gate(other, { protect: ['/other'] })], { token: KEY })).toBe('ada')
    expect(events.map(({ type }) => type)).toEqual(['admitted', 'admitted', 'admitted', 'admitted'])
  })

  test('whom it let in unknown is not known to one behind that does not guard the path', async () => {
    silenced()
    const open = watched({ [reportOnly]: true }).guard
    const elsewhere = watched({ exclude: ['/mcp'] })
    expect(await through([open, elsewhere.guard], { token: 'an-unknown-token' })).toBe('nobody')
    expect(await through([open, gate(other, { protect: ['/other'] })], { token: 'an-unknown-token' })).toBe('nobody')
    expect(elsewhere.events).toEqual([])
  })

  test('a gate behind that does not guard the path does not tell again what another reported', async () => {
    silenced()
    const open = watched({ [reportOnly]: true, requiredScopes: ['notes:write'] }).guard
    const elsewhere = watched({ exclude: ['/mcp'] })
    expect(await through([open, elsewhere.guard], { token: KEY })).toBe('ada')
    expect(elsewhere.events.map(({ type }) => type)).toEqual(['admitted'])
  })

  test('what it does not guard it does not report', async () => {
    silenced()
    const { guard, events } = watched({ [reportOnly]: true, protect: ['/other'] })
    expect(await through([guard], { token: 'an-unknown-token' })).toBe('nobody')
    expect(events).toEqual([])
  })
})

describe('a rule for operations that is only reported', () => {
  const operations = { 'tools/call': { purge: { scopes: 'notes:purge', [reportOnly]: true }, write: 'notes:write' } } as const

  test('refuses nobody and is told, beside rules that hold', async () => {
    const { guard, events } = watched({ operations })
    expect(await asked(guard, { token: KEY, tool: 'purge' })).toBe('ada')
    expect(events).toEqual([
      { type: 'would_deny', provider: 'gate', method: 'POST', status: 403, reason: 'insufficient_scope', rules: ['tools/call purge'] },
      { type: 'admitted', provider: 'gate', method: 'POST', by: 'static' },
    ])
    expect(await asked(guard, { token: KEY, tool: 'write' })).toBe('403')
    expect(await asked(guard, { tool: 'purge' })).toBe('401')
    expect(await asked(guard, { token: KEY, text: '{' })).toBe('400')
  })

  test('is not told of a request that is denied anyway', async () => {
    const { guard, events } = watched({ operations: { 'tools/call': { '*': 'notes:write', purge: { scopes: 'notes:purge', [reportOnly]: true } } } })
    expect(await asked(guard, { token: KEY, tool: 'purge' })).toBe('403')
    expect(events).toMatchObject([{ type: 'denied', rules: ['tools/call *'] }])
  })

  test('where a token is optional tells that the caller would have to sign in', async () => {
    silenced()
    const { guard, events } = watched({ optional: true, operations: { 'tools/call': { '*': { [reportOnly]: true } } } })
    expect(await asked(guard, { tool: 'purge' })).toBe('nobody')
    expect(events).toMatchObject([{ type: 'would_deny', status: 401, reason: 'no_token' }])
  })

  test('alone makes no body a reason to refuse', async () => {
    const { guard, events } = watched({ operations: { 'tools/call': { purge: { scopes: 'notes:purge', [reportOnly]: true } } } })
    expect(await asked(guard, { token: KEY, text: '{' })).toBe('ada')
    expect(events).toMatchObject([{ type: 'would_deny', status: 400, reason: 'unreadable_body' }, { type: 'admitted' }])
  })

  test('that wants a young answer reports a token that was taken back, and its caller stays himself', async () => {
    let isGood = true
    const token = await ada.verifyToken(KEY)
    const fickle: BearerAuthProvider = { verifyToken: async (_, options) => (options?.maxAge === undefined || isGood ? token : null) }
    const { guard, events } = watched({ operations: { 'tools/call': { purge: { maxAge: 0, [reportOnly]: true } } } }, fickle)
    expect(await asked(guard, { token: KEY, tool: 'purge' })).toBe('ada')
    isGood = false
    expect(await asked(guard, { token: KEY, tool: 'purge' })).toBe('ada')
    expect(events.map(({ type }) => type)).toEqual(['admitted', 'would_deny', 'admitted'])
  })

  test('that wants a young answer makes nothing of a provider that fails at that', async () => {
    silenced()
    const token = await ada.verifyToken(KEY)
    for (const error of [new TypeError('undefined is not a function'), new AuthUnavailableError('away')]) {
      const failing: BearerAuthProvider = { verifyToken: async (_, options) => (options?.maxAge === undefined ? token : Promise.reject(error)) }
      const { guard, events } = watched({ operations: { 'tools/call': { purge: { maxAge: 0, [reportOnly]: true } } } }, failing)
      expect(await asked(guard, { token: KEY, tool: 'purge' })).toBe('ada')
      expect(events.map(({ type }) => type)).toEqual(['would_deny', 'admitted'])
    }
  })

  test('in a gate that only reports, whose token was taken back is nobody', async () => {
    silenced()
    const token = await ada.verifyToken(KEY)
    const fickle: BearerAuthProvider = { verifyToken: async (_, options) => (options?.maxAge === undefined ? token : null) }
    const { guard, events } = watched({ [reportOnly]: true, operations: { 'tools/call': { purge: { maxAge: 0 } } } }, fickle)
    expect(await asked(guard, { token: KEY, tool: 'purge' })).toBe('nobody')
    expect(events).toMatchObject([{ type: 'would_deny', status: 401, reason: 'invalid_token' }])
  })

  test('says at start that it guards nothing, where it is all that keeps strangers out', () => {
    const warned = silenced()
    const marked = { [reportOnly]: true } as const
    watched({ optional: true, operations: { 'tools/call': { purge: marked, write: 'notes:write' } } })
    watched({ operations: { 'tools/call': { purge: marked } } })
    watched({ optional: true })
    expect(warned).toEqual([])
    watched({ optional: true, operations: { 'tools/call': { purge: marked } } })
    expect(warned).toEqual([expect.stringContaining('guards nothing from requests without a token')])
  })

  test('hides no tool, and is in no metadata', async () => {
    const { guard } = watched({ resource: 'https://mcp.example.com/mcp', operations })
    const decision = await guard(requestOf({ token: KEY, tool: 'list' }))
    if (!decision.pass) throw new Error('it passes')
    expect(runWithAuth(decision.context, () => visibleTools([{ name: 'purge' }, { name: 'write' }]))).toEqual([{ name: 'purge' }])
    const metadata = await guard(requestOf({ method: 'GET', path: '/.well-known/oauth-protected-resource' }))
    expect(metadata.pass || JSON.parse(metadata.answer.body)).toMatchObject({ scopes_supported: ['notes:write'] })
  })

  test.each<[string, object]>([
    ['on all operations', { [reportOnly]: true }],
    ['on a method', { 'tools/call': { [reportOnly]: true, purge: 'x' } }],
    ['on a method without names', { 'tools/call': { [reportOnly]: true } }],
    ['that is false', { 'tools/call': { purge: { scopes: 'x', [reportOnly]: false } } }],
  ])('with the mark %s is a TypeError', (_, table) => {
    expect(() => watched({ operations: table as NonNullable<GateOptions['operations']> })).toThrow(/\[reportOnly\]/)
  })
})

describe('an audience that is only reported', () => {
  test('refuses nobody and is told', async () => {
    const { guard, events } = watched({ audience: { audience: ['https://new.example.com'], [reportOnly]: true } })
    expect(await asked(guard, { token: KEY })).toBe('ada')
    expect(events).toEqual([
      { type: 'would_deny', provider: 'gate', method: 'POST', status: 401, reason: 'wrong_audience' },
      { type: 'admitted', provider: 'gate', method: 'POST', by: 'static' },
    ])
    expect(await asked(guard, { token: 'an-unknown-token' })).toBe('401')
    const fits = watched({ audience: { audience: 'notes', [reportOnly]: true } })
    expect(await asked(fits.guard, { token: KEY })).toBe('ada')
    expect(fits.events.map(({ type }) => type)).toEqual(['admitted'])
  })

  test('does not word what is denied for another reason', async () => {
    const { guard, events } = watched({ audience: { audience: 'new', [reportOnly]: true }, sessions: boundSessions(), operations: { 'tools/call': { a: 'x' } } })
    expect(await asked(guard, { token: KEY, headers: { 'mcp-session-id': 'theirs' } })).toBe('404')
    expect(await asked(guard, { token: KEY, text: '{' })).toBe('400')
    expect(events.map((event) => event.type === 'denied' && event.reason)).toEqual(['another_session', 'unreadable_body'])
  })

  test.each<[string, unknown]>([
    ['without the mark', { audience: 'new' }],
    ['without a name', { audience: '', [reportOnly]: true }],
    ['as a text', { audience: 'new', [reportOnly]: 'true' }],
  ])('%s is a TypeError', (_, audience) => {
    expect(() => watched({ audience: audience as string })).toThrow(TypeError)
  })
})

describe('scopes that are only reported', () => {
  const marked = { requiredScopes: ['notes:read', { scopes: ['notes:read', 'notes:write'], [reportOnly]: true as const }] }

  test('refuse nobody and are told, and those beside them are demanded', async () => {
    const { guard, events } = watched(marked)
    expect(await asked(guard, { token: KEY })).toBe('ada')
    expect(events).toEqual([
      { type: 'would_deny', provider: 'gate', method: 'POST', status: 403, reason: 'insufficient_scope', hint: 'the token lacks notes:write' },
      { type: 'admitted', provider: 'gate', method: 'POST', by: 'static' },
    ])
    const stranger = watched({ ...marked, requiredScopes: ['notes:admin', ...marked.requiredScopes] })
    expect(await asked(stranger.guard, { token: KEY })).toBe('403')
    expect(stranger.events.map(({ type }) => type)).toEqual(['denied'])
  })

  test('tell nothing of who has them, by a hierarchy too, nor of who need not be known', async () => {
    const writer = new StaticProvider({ [KEY]: { claims: { sub: 'ada' }, scopes: ['notes:*'] } })
    const { guard, events } = watched({ ...marked, optional: true }, writer)
    expect([await asked(guard, { token: KEY }), await asked(guard, {})]).toEqual(['ada', 'nobody'])
    expect(events.map(({ type }) => type)).toEqual(['admitted'])
  })

  test('are named to no client', async () => {
    const { guard } = watched({ ...marked, resource: 'https://notes.example.com/mcp', authorizationServers: ['https://id.example.com'] })
    const denied = await guard(requestOf({}))
    expect(denied.pass ? '' : denied.answer.headers['WWW-Authenticate']).toMatch(/scope="notes:read"/)
    const metadata = await guard(requestOf({ method: 'GET', path: '/.well-known/oauth-protected-resource/mcp' }))
    expect(JSON.parse(metadata.pass ? '{}' : metadata.answer.body)).toMatchObject({ scopes_supported: ['notes:read'] })
  })

  test.each<[string, unknown]>([
    ['without the mark', { scopes: 'notes:write' }],
    ['without a scope', { [reportOnly]: true }],
    ['with two scopes in one', { scopes: 'notes:read notes:write', [reportOnly]: true }],
    ['null', null],
  ])('%s are a TypeError', (_, entry) => {
    expect(() => watched({ requiredScopes: [entry as string] })).toThrow(TypeError)
  })

  test('need somebody who listens', () => {
    expect(() => gate(ada, marked)).toThrow(/give "observe" too/)
  })
})

test('a mark that is only inherited marks nothing: whoever could change every object would open every gate', async () => {
  const options = Object.assign(Object.create({ [reportOnly]: true }) as object, { observe: () => undefined })
  expect(await asked(gate(ada, options), {})).toBe('401')
})

test('the mark is refused as a name, and as anything but true', () => {
  expect(() => gate(ada, { reportOnly: true } as GateOptions)).toThrow(new TypeError('"reportOnly" is not an option of bearerAuth by this name: it is a symbol, [reportOnly]: true'))
  expect(() => gate(ada, { [reportOnly]: false, [allowInsecureHttp]: true } as unknown as GateOptions)).toThrow(new TypeError('[reportOnly] of bearerAuth must be true; leave it out to refuse what does not fit'))
})
