// An MCP server that offers whatever the conformance suite asks for, in both revisions of the protocol.
import { localhostHostValidation, NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node'
import { classifyInboundRequest, createMcpHandler, McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import { json } from 'node:stream/consumers'
import { z } from 'zod'
import { embedded, image, PIXEL, says, text } from './contents.js'
import { rememberedEvents } from './events.js'
import { addRounds, state } from './rounds.js'
import { addTools, described } from './tools.js'

/** A listener for `createServer`. `newId` makes the ids of sessions. */
export function everything(newId) {
  const handler = createMcpHandler(() => everythingServer(handler.notify))
  const current = toNodeHandler(handler)
  const sessions = sessionsOf(newId, () => everythingServer(handler.notify))
  const hostIsLocal = localhostHostValidation()
  return async function listener(req, res) {
    if (!hostIsLocal(req, res)) return
    const body = req.method === 'POST' ? await json(req).catch(() => undefined) : undefined
    const { headers, method } = req
    const inbound = { httpMethod: method, protocolVersionHeader: headers['mcp-protocol-version'], mcpMethodHeader: headers['mcp-method'], body }
    return classifyInboundRequest(inbound).kind === 'legacy' ? sessions(req, res, body) : current(req, res, body)
  }
}

/** The protocol until 2025-11-25: a transport for each session, from `initialize` to `DELETE`. */
function sessionsOf(newId, newServer) {
  const open = new Map()
  return async function inSession(req, res, body) {
    const id = req.headers['mcp-session-id']
    const known = open.get(id)
    if (known !== undefined) return known.handleRequest(req, res, body)
    if (id !== undefined) return void res.writeHead(404).end()
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: newId,
      eventStore: rememberedEvents(),
      retryInterval: 500,
      onsessioninitialized: (opened) => void open.set(opened, transport),
      onsessionclosed: (closed) => void open.delete(closed),
    })
    await newServer().connect(transport)
    return transport.handleRequest(req, res, body)
  }
}

function everythingServer(notify) {
  const capabilities = {
    tools: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    prompts: { listChanged: true },
    logging: {},
    completions: {},
  }
  const server = new McpServer({ name: 'everything', version: '1.0.0' }, { capabilities, requestState: { verify: state.verify } })
  addTools(server)
  addRounds(server)
  addResources(server)
  addPrompts(server)
  server.registerTool('test_trigger_tool_change', described('tells of a change'), () => (notify.toolsChanged(), says(text('Told.'))))
  server.registerTool('test_trigger_prompt_change', described('tells of a change'), () => (notify.promptsChanged(), says(text('Told.'))))
  for (const method of ['resources/subscribe', 'resources/unsubscribe', 'logging/setLevel']) server.server.setRequestHandler(method, () => ({}))
  server.server.setRequestHandler('completion/complete', () => ({ completion: { values: [], total: 0, hasMore: false } }))
  return server
}

function addResources(server) {
  const plain = { mimeType: 'text/plain' }
  server.registerResource('text', 'test://static-text', plain, ({ href }) => ({ contents: [{ uri: href, ...plain, text: 'Always the same.' }] }))
  server.registerResource('watched', 'test://watched-resource', plain, ({ href }) => ({ contents: [{ uri: href, ...plain, text: 'Watched.' }] }))
  server.registerResource('binary', 'test://static-binary', {}, ({ href }) => ({ contents: [{ uri: href, mimeType: 'image/png', blob: PIXEL }] }))
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined })
  server.registerResource('template', template, {}, ({ href }, { id }) => ({ contents: [{ uri: href, ...plain, text: `Of ${id}` }] }))
}

function addPrompts(server) {
  const both = z.object({ arg1: z.string(), arg2: z.string() })
  const resource = z.object({ resourceUri: z.string() })
  server.registerPrompt('test_simple_prompt', described('simple'), () => asks(text('Simply.')))
  server.registerPrompt('test_prompt_with_image', described('image'), () => asks(image))
  server.registerPrompt('test_prompt_with_arguments', { ...described('two'), argsSchema: both }, ({ arg1, arg2 }) => asks(text(`${arg1} and ${arg2}`)))
  server.registerPrompt('test_prompt_with_embedded_resource', { ...described('one'), argsSchema: resource }, ({ resourceUri }) => asks(embedded(resourceUri, 'Embedded.')))
}

function asks(content) {
  return { messages: [{ role: 'user', content }] }
}
