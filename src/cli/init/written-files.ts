/** This file writes the config and the server that `bearer init` begins with. */
import { vendorOf } from '../source/vendor.js'

/** Kinds of servers, with what has to be installed for each beside this package. */
export const FRAMEWORKS = {
  node: [],
  express: ['express'],
  hono: ['hono', '@hono/node-server'],
  fastify: ['fastify'],
  mcp: ['express', '@modelcontextprotocol/sdk'],
} as const satisfies Record<string, readonly string[]>

export type Framework = keyof typeof FRAMEWORKS

export interface Answers {
  readonly issuer: string
  /** Its public URL. */
  readonly server: string
  readonly audience: string
  readonly framework: Framework
}

/** The names of what is written. */
export const FILES = ['auth.config.mjs', 'server.mjs'] as const

/** By name. */
export function writtenFiles(answers: Answers): Readonly<Record<(typeof FILES)[number], string>> {
  return { 'auth.config.mjs': configText(answers), 'server.mjs': serverText(answers) }
}

function configText({ issuer, server, audience }: Answers): string {
  const vendor = vendorOf(issuer)
  const options = `{ ${Object.entries({ ...(vendor?.options ?? { issuer }), audience }).map(([name, value]) => `${name}: ${quoted(value)}`).join(', ')} }`
  return [
    '/** Who may call: for server.mjs, and for `npx bearer-auth-providers explain`. */',
    "import { JwksProvider } from 'bearer-auth-providers'",
    ...(vendor === undefined ? [] : [`import { ${vendor.preset} } from 'bearer-auth-providers/presets'`]),
    '',
    `export const provider = new JwksProvider(${vendor === undefined ? options : `${vendor.preset}(${options})`})`,
    '',
    '/** What is demanded of every request: https://www.npmjs.com/package/bearer-auth-providers */',
    `export const gate = { resource: ${quoted(server)} }`,
    '',
    'export default { provider, gate }',
    '',
  ].join('\n')
}

function serverText({ server, framework }: Answers): string {
  const path = quoted(new URL(server).pathname)
  return ['/** A server whose every request needs a token: node server.mjs */', ...SERVERS[framework](path), ''].join('\n')
}

const CALLER = "{ caller: requireAuth().subject }"
const PORT = 'const port = Number(process.env.PORT ?? 3000)'
const SAID = 'console.log(`listening on port ${port}`)'
const OURS = "import { requireAuth } from 'bearer-auth-providers'"
const CONFIG = "import { gate, provider } from './auth.config.mjs'"
const adapter = (name: string): string => `import { bearerAuth } from 'bearer-auth-providers/${name}'`

const SERVERS: Readonly<Record<Framework, (path: string) => readonly string[]>> = {
  node: () => [
    ...["import { createServer } from 'node:http'", OURS, adapter('node'), CONFIG, '', PORT, ''],
    'const listener = bearerAuth(provider, gate)((request, response) => {',
    "  response.setHeader('Content-Type', 'application/json')",
    `  response.end(JSON.stringify(${CALLER}))`,
    '})',
    `createServer(listener).listen(port, () => ${SAID})`,
  ],
  express: (path) => [
    ...["import express from 'express'", OURS, adapter('express'), CONFIG, '', PORT, 'const app = express()', ''],
    'app.use(bearerAuth(provider, gate))',
    `app.get(${path}, (request, response) => void response.json(${CALLER}))`,
    `app.listen(port, () => ${SAID})`,
  ],
  hono: (path) => [
    ...["import { serve } from '@hono/node-server'", "import { Hono } from 'hono'", OURS, adapter('hono'), CONFIG, '', PORT, 'const app = new Hono()', ''],
    'app.use(bearerAuth(provider, gate))',
    `app.get(${path}, (context) => context.json(${CALLER}))`,
    `serve({ fetch: app.fetch, port }, () => ${SAID})`,
  ],
  fastify: (path) => [
    ...["import fastify from 'fastify'", OURS, adapter('fastify'), CONFIG, '', PORT, 'const app = fastify()', ''],
    'await app.register(bearerAuth(provider, gate))',
    `app.get(${path}, async () => (${CALLER}))`,
    'await app.listen({ port })',
    SAID,
  ],
  mcp: (path) => [
    ...["import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'", "import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'"],
    ...["import express from 'express'", OURS, adapter('express'), CONFIG, '', PORT, 'const app = express()', ''],
    'app.use(bearerAuth(provider, gate))',
    `app.post(${path}, async (request, response) => {`,
    "  const server = new McpServer({ name: 'notes', version: '1.0.0' })",
    "  server.registerTool('whoami', {}, () => ({ content: [{ type: 'text', text: `you are ${requireAuth().subject}` }] }))",
    '  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })',
    "  response.on('close', () => void transport.close())",
    '  await server.connect(transport)',
    '  await transport.handleRequest(request, response)',
    '})',
    `app.listen(port, () => ${SAID})`,
  ],
}

/** A text as code in single quotes. */
function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
