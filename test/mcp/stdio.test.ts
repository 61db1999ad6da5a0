/** The same tools over stdio, with the real servers and transports of both SDKs: they know their caller, and end with the token. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { McpServer as McpServer2 } from '@modelcontextprotocol/server'
import { StdioServerTransport as StdioServerTransport2 } from '@modelcontextprotocol/server/stdio'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { stdioCaller } from '../../src/adapters/mcp.js'
import { AuthUnavailableError, requireAuth, Revocations, StaticProvider } from '../../src/index.js'
import { closing } from '../closing.js'
import type { BearerAuthProvider } from '../../src/index.js'

const KEY = 'a-key-0123456789abcdef'
const keys = { [KEY]: { claims: { sub: 'ada' }, scopes: ['notes:read'] } }

interface Connected {
  /** The result of one request, or the error. */
  call(tool: string): Promise<unknown>
  readonly closed: Promise<void>
}

const SDKS: Record<string, (provider: BearerAuthProvider, after?: (seconds: number, run: () => void) => () => void) => Promise<Connected>> = {
  '1.x': async (provider, after) => {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()]
    const server = closing(new McpServer({ name: 'notes', version: '1' }))
    server.registerTool('who', {}, ({ authInfo }) => ({ content: [{ type: 'text', text: `${requireAuth('notes:read').subject} ${authInfo?.scopes.join()}` }] }))
    server.registerTool('write', {}, () => ({ content: [{ type: 'text', text: String(requireAuth('notes:write').subject) }] }))
    const transport = await stdioCaller(provider, KEY, new StdioServerTransport(stdin, stdout), {}, after && { after })
    await server.connect(transport)
    return talking(stdin, stdout, server.server)
  },
  '2.x': async (provider, after) => {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()]
    const server = closing(new McpServer2({ name: 'notes', version: '1' }))
    server.registerTool('who', {}, ({ http }) => ({ content: [{ type: 'text', text: `${requireAuth('notes:read').subject} ${http?.authInfo?.scopes.join()}` }] }))
    server.registerTool('write', {}, () => ({ content: [{ type: 'text', text: String(requireAuth('notes:write').subject) }] }))
    const transport = await stdioCaller(provider, KEY, new StdioServerTransport2(stdin, stdout), {}, after && { after })
    await server.connect(transport)
    return talking(stdin, stdout, server.server)
  },
}

async function talking(stdin: PassThrough, stdout: PassThrough, server: { onclose?: (() => void) | undefined }): Promise<Connected> {
  const answers = new Map<number, (answer: object) => void>()
  let text = ''
  stdout.on('data', (chunk) => {
    text += String(chunk)
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n')) {
      const message = JSON.parse(text.slice(0, end)) as { id: number }
      text = text.slice(end + 1)
      answers.get(message.id)?.(message)
    }
  })
  let last = 0
  const ask = (method: string, params: object): Promise<{ readonly result?: unknown; readonly error?: unknown }> => {
    const id = ++last
    stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    return new Promise((resolve) => answers.set(id, resolve))
  }
  // oxlint-disable-next-line prefer-add-event-listener -- the SDK's servers have no other way
  const closed = new Promise<void>((resolve) => (server.onclose = resolve))
  await ask('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } })
  stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`)
  return { call: (name) => ask('tools/call', { name, arguments: {} }).then(({ result, error }) => result ?? error), closed }
}

describe.each(Object.entries(SDKS))('a server over stdio with SDK %s', (_, connected) => {
  test('knows whose token the process was started with', async () => {
    const { call } = await connected(new StaticProvider(keys))
    expect(await call('who')).toMatchObject({ content: [{ text: 'ada notes:read' }] })
    expect(await call('write')).toMatchObject({ isError: true, content: [{ text: 'Insufficient scope: this needs notes:write' }] })
  })

  test('is closed when the token is revoked', async () => {
    const revocations = new Revocations()
    const { call, closed } = await connected(new StaticProvider(keys, { revocations }))
    expect(await call('who')).toMatchObject({ content: [{ text: 'ada notes:read' }] })
    await revocations.revoke({ sub: 'ada' })
    await closed
  })

  test('is closed when the token is refused at the next look, and not while nobody knows', async () => {
    const auth = new StaticProvider(keys)
    const nobody = async () => null
    const answers: (() => ReturnType<StaticProvider['verifyToken']>)[] = [
      () => auth.verifyToken(KEY),
      () => Promise.reject(new AuthUnavailableError('away')),
      async () => null,
    ]
    const alarms = new Set<() => void>()
    const after = (_seconds: number, run: () => void) => (alarms.add(run), () => void alarms.delete(run))
    const ring = (): void => [...alarms].forEach((run) => run())
    const { call, closed } = await connected({ verifyToken: () => (answers.shift() ?? nobody)() }, after)
    ring()
    expect(await call('who')).toMatchObject({ content: [{ text: 'ada notes:read' }] })
    ring()
    await closed
  })
})

describe('stdioCaller', () => {
  const transport = () => new StdioServerTransport(new PassThrough(), new PassThrough())
  const bound: BearerAuthProvider = { verifyToken: async (token) => ({ token, claims: { cnf: { jkt: 'x' } }, scopes: [], provider: 'custom' }) }

  test('refuses to start with a token that is not good, or bound to a key', async () => {
    await expect(stdioCaller(new StaticProvider(keys), 'never-issued-0123456789', transport())).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION_REQUIRED' })
    await expect(stdioCaller(bound, KEY, transport())).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION_REQUIRED' })
  })

  test.each([undefined, ''])('refuses to start with %j in the place of a token', async (token) => {
    await expect(stdioCaller(new StaticProvider(keys), token, transport())).rejects.toThrow(/is the environment variable set\?/)
  })

  test('does not know where nobody knows', async () => {
    const away: BearerAuthProvider = { verifyToken: () => Promise.reject(new AuthUnavailableError('away')) }
    await expect(stdioCaller(away, KEY, transport())).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })
})
