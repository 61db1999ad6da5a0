/** A real browser with a page on another origin: what the gate lets it read, with the app's own CORS as docs/gate.md has it and without. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import cors from 'cors'
import express from 'express'
import { spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import { chromium } from 'playwright-core'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/express.js'
import { accessToken, requireAuth } from '../../src/index.js'
import { callers, GOOD } from './callers.js'
import { listen } from './http-kit.js'
import type { DpopSession } from '@modelcontextprotocol/client'
import type { Browser, Page } from 'playwright-core'
import type { Running } from './http-kit.js'

const CHROMIUM = spawnSync('which', ['chromium'], { encoding: 'utf8' }).stdout?.trim() ?? ''

if (CHROMIUM === '') process.stderr.write('\n  !!! chromium is not installed: tests in a browser are SKIPPED (apt-get install chromium)\n\n')

/** What the page has: the client of MCP SDK 2.x, bundled as for any browser. */
interface InThePage {
  readonly mcp: typeof import('@modelcontextprotocol/client')
}

describe.skipIf(CHROMIUM === '')('a page on another origin', () => {
  const running: Running[] = []
  /** What the server answered, in order. */
  const answered: string[] = []
  let browser: Browser
  /** On the origin that the app knows, and on another. Both are other origins than the server's, by their ports. */
  let page: Page
  let stranger: Page
  /** The MCP server with CORS of its own, and the same without. */
  let notes: string
  let bare: string

  beforeAll(async () => {
    const client = await bundled("export * from '@modelcontextprotocol/client'")
    const [ours, theirs] = [await servePage(client), await servePage(client)]
    notes = await serveNotes(ours)
    bare = await serveNotes(ours, { withCors: false })
    // As root, Chromium runs without its sandbox only.
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await browser.newPage()
    stranger = await browser.newPage()
    await Promise.all([page.goto(ours), stranger.goto(theirs)])
  })
  beforeEach(() => void (answered.length = 0))
  afterAll(async () => {
    await browser.close()
    await Promise.all(running.map((server) => server.close()))
  })

  test('reads the challenge, and finds the metadata by it', async () => {
    const url = `${notes}/mcp`
    const found = await page.evaluate(async (url) => {
      const { mcp } = globalThis as unknown as InThePage // the page's own script put it there
      const denied = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' })
      const { resourceMetadataUrl, scope } = mcp.extractWWWAuthenticateParams(denied)
      const metadata = await mcp.discoverOAuthProtectedResourceMetadata(url, { ...(resourceMetadataUrl && { resourceMetadataUrl }) })
      return { status: denied.status, body: await denied.json(), scope, at: resourceMetadataUrl?.href, metadata }
    }, url)
    expect(found).toEqual({
      status: 401,
      body: { error: 'unauthorized', error_description: 'Authentication required' },
      scope: 'notes:read',
      at: `${notes}/.well-known/oauth-protected-resource/mcp`,
      metadata: expect.objectContaining({ resource: url, authorization_servers: ['https://id.example.com'], scopes_supported: ['notes:read', 'notes:write'] }),
    })
  })

  test('calls a tool with the client of the SDK', async () => {
    const said = await page.evaluate(
      async ({ url, token }) => {
        const { mcp } = globalThis as unknown as InThePage
        const client = new mcp.Client({ name: 'a page', version: '1.0.0' })
        await client.connect(new mcp.StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { Authorization: `Bearer ${token}` } } }))
        const { content } = await client.callTool({ name: 'whoami' })
        await client.close()
        return content
      },
      { url: `${notes}/mcp`, token: GOOD.ada },
    )
    expect(said).toEqual([{ type: 'text', text: 'ada' }])
  })

  /** A call of a tool from a page, and all that the page can read of the answer; its failure, where that is nothing. */
  const call = (from: Page, url: string, tool: string, init: RequestInit): Promise<Record<string, unknown>> =>
    from.evaluate(
      async ({ url, tool, init }) => {
        try {
          const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: {} } })
          const response = await fetch(url, { method: 'POST', body, ...init })
          const [challenge, retryAfter] = ['WWW-Authenticate', 'Retry-After'].map((name) => response.headers.get(name))
          return { status: response.status, type: response.type, challenge, retryAfter, text: await response.text() }
        } catch (error) {
          return { failed: String(error) }
        }
      },
      { url, tool, init },
    )
  const json = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }
  const bearer = (token: string): RequestInit => ({ headers: { ...json, Authorization: `Bearer ${token}` } })

  test('reads which scopes a tool needs', async () => {
    expect(await call(page, `${notes}/mcp`, 'purge', bearer(GOOD.ada))).toMatchObject({
      status: 403,
      challenge: `Bearer error="insufficient_scope", error_description="The token lacks a scope that this needs", scope="notes:read notes:write", resource_metadata="${notes}/.well-known/oauth-protected-resource/mcp"`,
    })
  })

  test('reads how long to wait in an outage', async () => {
    expect(await call(page, `${notes}/mcp`, 'whoami', bearer('nobody-knows'))).toMatchObject({ status: 503, challenge: null, retryAfter: '7' })
  })

  test('where the app has no CORS of its own, reads denials and the metadata, and gets no further', async () => {
    expect(await call(page, `${bare}/mcp`, 'whoami', {})).toMatchObject({ status: 401, challenge: expect.stringContaining('resource_metadata') })
    const metadata = await page.evaluate(async (url) => (await fetch(url, { headers: { 'MCP-Protocol-Version': '2025-11-25' } })).json(), `${bare}/.well-known/oauth-protected-resource`)
    expect(metadata).toMatchObject({ resource: `${bare}/mcp` })
    expect(await call(page, `${bare}/mcp`, 'whoami', bearer(GOOD.ada))).toEqual({ failed: 'TypeError: Failed to fetch' })
    expect(answered.at(-1)).toMatch(/^OPTIONS \/mcp /)
  })

  test('makes proofs: it may send DPoP, and reads the nonce of a refusal and that of a good answer', async () => {
    let jkt = ''
    const auth = { verifyToken: async (token: string) => accessToken({ token, claims: { sub: 'ada', cnf: { jkt } }, scopes: [] }) }
    const http = createServer()
    const server = await listen(http)
    running.push(server)
    const app = express()
    app.use((req, res, next) => (res.on('finish', () => void answered.push(`${req.method} ${res.statusCode}`)), next()))
    app.use(cors({ origin: new URL(page.url()).origin }))
    app.use(bearerAuth(auth, { resource: `${server.origin}/mcp`, proof: { dpop: 'required', nonce: true } }))
    app.post('/mcp', (_req, res) => void res.json({ caller: requireAuth().subject }))
    http.on('request', app)
    jkt = await page.evaluate(async () => {
      const { mcp } = globalThis as unknown as InThePage
      const session = await mcp.DpopSession.create()
      Object.assign(globalThis, { session })
      return session.thumbprint
    })
    const callers = await page.evaluate(async (url) => {
      const { mcp, session } = globalThis as unknown as InThePage & { session: DpopSession }
      const fetching = mcp.withDpop(session, () => 'a-token-of-ada')(fetch)
      const ask = async (): Promise<unknown> => (await fetching(url, { method: 'POST', body: '{}' })).json()
      return [await ask(), await ask()]
    }, `${server.origin}/mcp`)
    expect(callers).toEqual([{ caller: 'ada' }, { caller: 'ada' }])
    // Without the nonce of the first good answer, the second request would be refused once more.
    expect(answered.filter((one) => one.startsWith('POST'))).toEqual(['POST 401', 'POST 200', 'POST 200'])
  })

  describe('with the token in a cookie', () => {
    const withCookie: RequestInit = { credentials: 'include', headers: json }
    beforeAll(async () => {
      await page.context().addCookies([{ name: 'token', value: GOOD.ada, url: notes, httpOnly: true, sameSite: 'Strict' }])
      await stranger.context().addCookies([{ name: 'token', value: GOOD.ada, url: notes, httpOnly: true, sameSite: 'Strict' }])
    })

    test('that was named is let in', async () => {
      expect(await call(page, `${notes}/mcp`, 'whoami', withCookie)).toMatchObject({ status: 200, text: expect.stringContaining('"text":"ada"') })
    })

    test('that was not named is refused, though the browser sends the cookie along', async () => {
      // A request that needs no preflight: the browser sends it, and shows the page nothing of the answer.
      expect(await call(stranger, `${notes}/mcp`, 'whoami', { mode: 'no-cors', credentials: 'include' })).toMatchObject({ type: 'opaque' })
      expect(answered).toEqual(['POST /mcp 401 with a cookie'])
      expect(await call(stranger, `${notes}/mcp`, 'whoami', withCookie)).toEqual({ failed: 'TypeError: Failed to fetch' })
    })
  })

  /** The origin of an MCP server that takes requests from pages of `origin`. */
  async function serveNotes(origin: string, { withCors = true } = {}): Promise<string> {
    const http = createServer()
    const server = await listen(http)
    running.push(server)
    const app = express()
    app.use((req, res, next) => {
      res.on('finish', () => void answered.push(`${req.method} ${req.originalUrl} ${res.statusCode}${req.headers.cookie === undefined ? '' : ' with a cookie'}`))
      next()
    })
    if (withCors) app.use(cors({ origin, credentials: true, exposedHeaders: ['Mcp-Session-Id'] }))
    app.use(
      bearerAuth(callers(), {
        resource: `${server.origin}/mcp`,
        requiredScopes: ['notes:read'],
        operations: { 'tools/call': { purge: 'notes:write' } },
        tokenFrom: { cookie: 'token', origins: [origin] },
      }),
    )
    app.post('/mcp', async (req, res) => {
      const mcp = new McpServer({ name: 'notes', version: '1.0.0' })
      mcp.registerTool('whoami', {}, () => ({ content: [{ type: 'text', text: `${requireAuth().subject}` }] }))
      const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
      await mcp.connect(transport)
      await transport.handleRequest(req, res)
    })
    http.on('request', app)
    return server.origin
  }

  async function servePage(client: string): Promise<string> {
    const html = '<!doctype html><title>a page</title><script type="module">import * as mcp from "/client.js"; globalThis.mcp = mcp</script>'
    const served: Record<string, readonly [type: string, text: string]> = { '/': ['text/html', html], '/client.js': ['text/javascript', client] }
    const server = await listen(
      createServer((req, res) => {
        const [type, text] = served[req.url ?? ''] ?? []
        if (type === undefined) return void res.writeHead(404).end()
        res.writeHead(200, { 'Content-Type': type }).end(text)
      }),
    )
    running.push(server)
    return server.origin
  }
})

/** One script for browsers, of what these lines import. */
async function bundled(code: string): Promise<string> {
  const entry = 'entry.js'
  const build = await rolldown({
    input: entry,
    cwd: process.cwd(),
    platform: 'browser',
    plugins: [{ name: 'entry', resolveId: (id) => (id === entry ? entry : null), load: (id) => (id === entry ? code : null) }],
  })
  const { output } = await build.generate({ format: 'esm', codeSplitting: false })
  await build.close()
  return output[0].code
}
