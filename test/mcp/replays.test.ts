/** `Last-Event-ID` replays to a client what it missed, and nothing of others: both SDKs, with a store that sessions share. */
import { Client as Client2, StreamableHTTPClientTransport as ClientTransport2 } from '@modelcontextprotocol/client'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as ClientTransport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer as McpServer1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport as ServerTransport1 } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { McpServer as McpServer2 } from '@modelcontextprotocol/server'
import express from 'express'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/express.js'
import { boundEventStore } from '../../src/adapters/mcp.js'
import { boundSessions, StaticProvider, withAccessToken } from '../../src/index.js'
import { listen } from '../adapters/http-kit.js'
import { closing } from '../closing.js'
import { until } from '../until.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EventStore } from '../../src/adapters/mcp.js'

const ADA = 'key-of-ada-0123456789'
const GRACE = 'key-of-grace-0123456789'
const provider = (): StaticProvider => new StaticProvider({ [ADA]: { claims: { sub: 'ada' } }, [GRACE]: { claims: { sub: 'grace' } } })

/** As the SDKs' own example has it: events by number, each with its stream. */
class MemoryStore<Message> implements EventStore<Message> {
  readonly events: { readonly stream: string; readonly message: Message }[] = []

  async storeEvent(stream: string, message: Message): Promise<string> {
    return String(this.events.push({ stream, message }))
  }

  async getStreamIdForEventId(eventId: string): Promise<string | undefined> {
    return this.events[Number(eventId) - 1]?.stream
  }

  async replayEventsAfter(lastEventId: string, { send }: { send: (eventId: string, message: Message) => Promise<void> }): Promise<string> {
    const stream = this.events[Number(lastEventId) - 1]?.stream ?? ''
    for (const [index, event] of this.events.entries())
      if (index >= Number(lastEventId) && event.stream === stream) await send(String(index + 1), event.message)
    return stream
  }
}

/** The number of the event with this text. */
function idOf({ events }: MemoryStore<never>, text: string): string {
  return String(events.findIndex(({ message }) => JSON.stringify(message).includes(text)) + 1)
}

/** The same without what is optional. */
function plain<Message>(store: MemoryStore<Message>): EventStore<Message> {
  return { storeEvent: (...event) => store.storeEvent(...event), replayEventsAfter: (...from) => store.replayEventsAfter(...from) }
}

interface Session {
  readonly transport: { handleRequest(req: IncomingMessage, res: ServerResponse, body?: unknown): Promise<void> }
  readonly say: (text: string) => Promise<void>
}

type OpenSession = (id: string, store: EventStore<never>) => Promise<Session>

const SERVERS: Record<string, OpenSession> = {
  async 'SDK 1.x'(id, eventStore) {
    const transport = new ServerTransport1({ sessionIdGenerator: () => id, eventStore: eventStore as unknown as EventStore<object> })
    const server = new McpServer1({ name: 'notes', version: '1.0.0' }, { capabilities: { logging: {} } })
    await server.connect(transport as never) // its own types do not fit each other under exactOptionalPropertyTypes
    return { transport, say: (data) => server.server.sendLoggingMessage({ level: 'info', data }) }
  },
  async 'SDK 2.x'(id, eventStore) {
    const transport = new NodeStreamableHTTPServerTransport({ sessionIdGenerator: () => id, eventStore: eventStore as never }) // of its messages
    const server = new McpServer2({ name: 'notes', version: '1.0.0' }, { capabilities: { logging: {} } })
    await server.connect(transport)
    return { transport: transport as Session['transport'], say: (data) => server.server.notification({ method: 'notifications/message', params: { level: 'info', data } }) }
  },
}

const CLIENTS = {
  'SDK 1.x': { Client: Client1, Transport: ClientTransport1 },
  'SDK 2.x': { Client: Client2, Transport: ClientTransport2 },
}

async function serve(open: OpenSession, storeFor: (id: string) => EventStore<never>, withSessions: boolean) {
  const sessions = boundSessions()
  const opened = new Map<string, Session>()
  const app = express().use(bearerAuth(provider(), withSessions ? { sessions } : {})).use(express.json())
  app.all('/mcp', async (req, res) => {
    const id = req.get('mcp-session-id') ?? sessions.newId()
    const session = opened.get(id) ?? (await open(id, storeFor(id)))
    opened.set(id, session)
    await session.transport.handleRequest(req, res, req.body)
  })
  const server = closing(await listen(createServer(app)))
  return { url: new URL(`${server.origin}/mcp`), opened }
}

/** A real client with the stream of its session open, and what it was told. */
async function connected(kind: keyof typeof CLIENTS, url: URL, key: string, sessionId?: string) {
  const { Client, Transport } = CLIENTS[kind]
  const client = closing(new Client({ name: 'test', version: '1.0.0' }))
  const transport = new Transport(url, { requestInit: { headers: { Authorization: `Bearer ${key}` } }, ...(sessionId !== undefined && { sessionId }) })
  const told: unknown[] = []
  await client.connect(transport as never) // as above
  const { onmessage } = transport
  // oxlint-disable-next-line prefer-add-event-listener -- the SDK's transports have no other way
  transport.onmessage = (message: object) => {
    if ('params' in message) told.push((message.params as { data?: unknown }).data) // the server's own words, in this test
    onmessage?.(message as never)
  }
  return { transport, told, sessionId: transport.sessionId ?? '' }
}

describe.each(Object.entries(SERVERS))('a store of events that sessions share (%s)', (name, open) => {
  const kind = name as keyof typeof CLIENTS

  test('unbound, it replays to one client what was sent to another', async () => {
    const store = new MemoryStore<never>()
    const { url, opened } = await serve(open, () => plain(store), true)
    const [ada, grace] = [await connected(kind, url, ADA), await connected(kind, url, GRACE)]
    await opened.get(ada.sessionId)?.say('first')
    const first = idOf(store, 'first')
    await opened.get(grace.sessionId)?.say('for grace')
    await opened.get(ada.sessionId)?.say('for ada')
    expect(await replayed(url, GRACE, grace.sessionId, first)).toContain('for ada')
  })

  test.each(['with names of streams', 'without'])('bound, it replays to each client what that client missed, and nothing else (%s)', async (form) => {
    const store = new MemoryStore<never>()
    const { url, opened } = await serve(open, (id) => boundEventStore(form === 'without' ? plain(store) : store, id), true)
    const [ada, grace] = [await connected(kind, url, ADA), await connected(kind, url, GRACE)]
    const say = (who: { sessionId: string }, text: string) => opened.get(who.sessionId)?.say(text)
    await say(ada, 'first of ada')
    await say(grace, 'for grace')
    await say(ada, 'for ada')
    expect(await replayed(url, GRACE, grace.sessionId, idOf(store, 'first of ada')), 'somebody else asks').not.toContain('ada')
    // A client of the SDK that comes back to its session.
    await ada.transport.close()
    const again = await connected(kind, url, ADA, ada.sessionId)
    const resumed = (): Promise<boolean> => again.transport.resumeStream(idOf(store, 'first of ada')).then(() => true, () => false)
    await until(resumed) // once the server has noticed that the first stream is over
    await until(() => again.told.length > 0)
    expect(again.told).toEqual(['for ada'])
  })

  test('bound, it replays nothing to another principal who has the id of the session, where the gate looks at no sessions', async () => {
    const store = new MemoryStore<never>()
    const { url, opened } = await serve(open, (id) => boundEventStore(store, id), false)
    const ada = await connected(kind, url, ADA)
    await opened.get(ada.sessionId)?.say('first')
    await opened.get(ada.sessionId)?.say('for ada')
    const first = idOf(store, 'first')
    await ada.transport.close()
    expect(await replayed(url, GRACE, ada.sessionId, first)).not.toContain('for ada')
    await until(async () => (await replayed(url, ADA, ada.sessionId, first)).includes('for ada'))
  })
})

describe('boundEventStore', () => {
  test('keeps no id of a session in the store', async () => {
    const store = new MemoryStore<object>()
    await boundEventStore(store, 'a-session-id').storeEvent('_GET_stream', {})
    expect(store.events[0]?.stream).toMatch(/^[\w-]+:_GET_stream$/)
    expect(store.events[0]?.stream).not.toContain('a-session-id')
  })

  test('a name of a stream that looks like another session’s is none', async () => {
    const store = new MemoryStore<object>()
    const id = await store.storeEvent('_GET_stream', {})
    await expect(boundEventStore(store, 'one').replayEventsAfter(id, { send: async () => undefined })).rejects.toThrow('another session')
    expect(await boundEventStore(store, 'one').getStreamIdForEventId?.(id)).toBeUndefined()
  })

  test('where nobody has to be known, the session alone counts', async () => {
    const store = new MemoryStore<object>()
    const bound = withAccessToken(null, () => boundEventStore(store, 'one'))
    const id = await bound.storeEvent('_GET_stream', {})
    expect(await withAccessToken(null, () => bound.getStreamIdForEventId?.(id))).toBe('_GET_stream')
  })

  test.each<[string, unknown, unknown]>([
    ['what is no store', {}, 'one'],
    ['no id', new MemoryStore(), undefined],
    ['an empty id', new MemoryStore(), ''],
  ])('refuses %s', (_, store, id) => {
    expect(() => boundEventStore(store as EventStore<object>, id as string)).toThrow(TypeError)
  })
})

/** What a GET with `Last-Event-ID` brings within the answer's beginning: an error, or the replay. */
async function replayed(url: URL, key: string, session: string, lastEventId: string): Promise<string> {
  const leave = new AbortController()
  const headers = { Authorization: `Bearer ${key}`, Accept: 'text/event-stream', 'Mcp-Session-Id': session, 'Last-Event-ID': lastEventId, 'MCP-Protocol-Version': '2025-06-18' }
  const response = await fetch(url, { headers, signal: leave.signal })
  if (response.status !== 200) return `refused with ${response.status}`
  const reader = response.body?.getReader()
  const part = await reader?.read()
  leave.abort()
  return new TextDecoder().decode(part?.value)
}
