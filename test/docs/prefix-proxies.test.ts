/** The recipes for a stripped prefix, with the real proxies: a client of MCP finds its way through each. */
import { discoverOAuthProtectedResourceMetadata, extractWWWAuthenticateParams } from '@modelcontextprotocol/sdk/client/auth.js'
import express from 'express'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/express.js'
import { requireAuth, StaticProvider } from '../../src/index.js'
import { listen } from '../adapters/http-kit.js'
import { closing } from '../closing.js'
import { blocksOf } from './markdown-blocks.js'
import type { AddressInfo } from 'node:net'

const KEY = 'a-key-0123456789abcdef'

interface Proxy {
  /** What surrounds the recipe, in a file of its own. */
  config(recipe: string, port: number, folder: string): string
  command(file: string, folder: string): readonly [string, ...string[]]
}

const PROXIES: Readonly<Record<string, Proxy>> = {
  nginx: {
    config: (recipe, port, folder) => `
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c; uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  server {
    listen 127.0.0.1:${port};
    ${recipe}
  }
}`,
    command: (file, folder) => ['nginx', '-e', `${folder}/error.log`, '-c', file],
  },
  haproxy: {
    config: (recipe, port) => `
defaults
  mode http
  timeout client 30s
  timeout server 30s
  timeout connect 5s
frontend all
  bind 127.0.0.1:${port}
  use_backend team if { path_beg /team/ }
${recipe}`,
    command: (file) => ['haproxy', '-f', file],
  },
}

for (const [name, proxy] of Object.entries(PROXIES)) {
  const isThere = spawnSync(name, ['-v']).status === 0
  if (!isThere) process.stderr.write(`\n  !!! ${name} is not installed: the tests of its recipe are SKIPPED (apt-get install ${name})\n\n`)

  describe.runIf(isThere)(`the recipe for ${name}`, () => {
    test('leads a client to the metadata, and its requests to the server', async () => {
      const app = express()
      const inner = closing(await listen(createServer(app)))
      const port = await freePort()
      const recipe = blocksOf(readFileSync('docs/gate.md', 'utf8')).find(({ note }) => note === name)?.code ?? ''
      expect(recipe).toContain('127.0.0.1:3000')
      await start(proxy, recipe.replaceAll('127.0.0.1:3000', new URL(inner.origin).host), port)
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

async function start({ config, command }: Proxy, recipe: string, port: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'prefix-proxy-'))
  const file = join(folder, 'proxy.conf')
  writeFileSync(file, config(recipe, port, folder))
  const [program, ...args] = command(file, folder)
  const child = spawn(program, args, { stdio: 'ignore' })
  closing({
    async close() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      rmSync(folder, { recursive: true, force: true })
    },
  })
  while (!(await isOpen(port))) {
    if (child.exitCode !== null) throw new Error(`${program} ended at once: ${spawnSync(program, args, { encoding: 'utf8', timeout: 5_000 }).stderr}`)
    await setTimeout(10)
  }
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // listening on TCP
  server.close()
  await once(server, 'close')
  return port
}
