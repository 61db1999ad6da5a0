/** The recipes for a stripped prefix, with the real proxies: a client of MCP finds its way through each. */
import { discoverOAuthProtectedResourceMetadata, extractWWWAuthenticateParams } from '@modelcontextprotocol/sdk/client/auth.js'
import express from 'express'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/express.js'
import { requireAuth, StaticProvider } from '../../src/index.js'
import { listen } from '../adapters/http-kit.js'
import { closing } from '../closing.js'
import { freePort } from '../free-port.js'
import { isInstalled, PROXY_NAMES, startProxy } from '../prefix-proxy.js'
import { blocksOf } from './markdown-blocks.js'

const KEY = 'a-key-0123456789abcdef'

for (const name of PROXY_NAMES) {
  const isThere = isInstalled(name)
  if (!isThere) process.stderr.write(`\n  !!! ${name} is not installed: the tests of its recipe are SKIPPED (apt-get install ${name})\n\n`)

  describe.runIf(isThere)(`the recipe for ${name}`, () => {
    test('leads a client to the metadata, and its requests to the server', async () => {
      const app = express()
      const inner = closing(await listen(createServer(app)))
      const port = await freePort()
      const recipe = blocksOf(readFileSync('docs/gate.md', 'utf8')).find(({ note }) => note === name)?.code ?? ''
      expect(recipe).toContain('127.0.0.1:3000')
      closing(await startProxy(name, recipe, port, new URL(inner.origin).host))
      const resource = `http://127.0.0.1:${port}/team/mcp`
      const metadataUrl = `http://127.0.0.1:${port}/team/.well-known/oauth-protected-resource`
      app.use(bearerAuth(new StaticProvider({ [KEY]: { claims: { sub: 'ada' } } }), { resource, metadataUrl, authorizationServers: ['https://id.example.com'] }))
      app.use((req, res) => void res.json({ caller: requireAuth().subject, path: req.path }))

      const denied = await fetch(resource, { method: 'POST' })
      expect(denied.status).toBe(401)
      const { resourceMetadataUrl } = extractWWWAuthenticateParams(denied)
      expect(String(resourceMetadataUrl)).toBe(metadataUrl)
      expect(await discoverOAuthProtectedResourceMetadata(resource, { resourceMetadataUrl: String(resourceMetadataUrl) })).toMatchObject({ resource })
      const asked = await fetch(resource, { method: 'POST', headers: { Authorization: `Bearer ${KEY}` } })
      expect(await asked.json()).toEqual({ caller: 'ada', path: '/mcp' })
      expect((await fetch(metadataUrl, { method: 'HEAD' })).status).toBe(200)
    })
  })
}
