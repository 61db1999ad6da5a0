/** The servers whose streams are held open: each answers a GET with an event stream that never ends by itself. */
import { createServer } from 'node:http'
/** @import { Server, ServerResponse } from 'node:http' */

/**
 * @typedef {object} Platform
 * @property {string} name
 * @property {string} adapter the library's
 * @property {(guard: any) => Promise<Server>} serve a server that does not listen yet, and the packages that it needs; undefined: nobody is asked who they are
 */

const PATH = '/mcp'
const HEADERS = { 'Content-Type': 'text/event-stream' }
const FIRST = ': open\n\n'

/** @type {readonly Platform[]} */
export const PLATFORMS = [
  { name: 'node', adapter: 'node', serve: async (guard) => createServer(wrapped(guard, (_req, res) => stream(res))) },
  { name: 'express', adapter: 'express', serve: (guard) => expressServer(guard, (_req, res) => stream(res)) },
  { name: 'fetch', adapter: 'fetch', serve: (guard) => adapted(wrapped(guard, () => response())) },
  { name: 'hono', adapter: 'hono', serve: honoServer },
  { name: 'mcp-1', adapter: 'express', serve: async (guard) => expressServer(guard, await sdk1()) },
  { name: 'mcp-2', adapter: 'express', serve: async (guard) => expressServer(guard, await sdk2()) },
]

/** @typedef {(req: any, res: any) => unknown} Handler */

/** @param {any} guard @param {any} handler @returns {any} */
function wrapped(guard, handler) {
  return guard === undefined ? handler : guard(handler)
}

/** @param {ServerResponse} res */
function stream(res) {
  res.writeHead(200, HEADERS).write(FIRST)
}

function response() {
  return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(FIRST)) }), { headers: HEADERS })
}

/** @param {(request: Request) => Response | Promise<Response>} fetch */
async function adapted(fetch) {
  const { createAdaptorServer } = await import('@hono/node-server')
  return /** @type {Server} */ (createAdaptorServer({ fetch }))
}

/** @param {any} guard @param {Handler} handler */
async function expressServer(guard, handler) {
  const { default: express } = await import('express')
  const app = express()
  if (guard !== undefined) app.use(guard)
  app.get(PATH, handler)
  return createServer(app)
}

/** @param {any} guard */
async function honoServer(guard) {
  const { Hono } = await import('hono')
  const app = new Hono()
  if (guard !== undefined) app.use(guard)
  return adapted(app.get(PATH, () => response()).fetch)
}

/** A stateless server, as the SDK's documentation has it. @returns {Promise<Handler>} */
async function sdk1() {
  const { McpServer } = await import('@modelcontextprotocol/sdk/server/mcp.js')
  const { StreamableHTTPServerTransport } = await import('@modelcontextprotocol/sdk/server/streamableHttp.js')
  return async (req, res) => {
    const server = new McpServer({ name: 'streams', version: '1.0.0' })
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
    res.on('close', () => void server.close())
    await server.connect(/** @type {any} */ (transport))
    await transport.handleRequest(req, res)
  }
}

/** @returns {Promise<Handler>} */
async function sdk2() {
  const { McpServer } = await import('@modelcontextprotocol/server')
  const { NodeStreamableHTTPServerTransport } = await import('@modelcontextprotocol/node')
  return async (req, res) => {
    const server = new McpServer({ name: 'streams', version: '1.0.0' })
    const transport = new NodeStreamableHTTPServerTransport({ sessionIdGenerator: undefined })
    res.on('close', () => void server.close())
    await server.connect(transport)
    await transport.handleRequest(req, res)
  }
}
