/** What the gate reads in a body is what a parser behind it finds there, however the request is written. */
import { createServer } from 'node:http'
import express from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearerAuth } from '../../src/adapters/express.js'
import { StaticProvider } from '../../src/index.js'
import { listen } from './http-kit.js'
import type { Running } from './http-kit.js'

const KEY = 'local-development-key'
const auth = new StaticProvider({ [KEY]: { claims: { sub: 'me' }, scopes: ['notes:read'] } })

/** A server that does not look at the method, and takes whatever its parser makes of the body. */
const app = express()
app.use(bearerAuth(auth, { operations: { 'tools/call': { purge: 'notes:write' } } }))
app.use(express.json())
app.all('/mcp', (req, res) => void res.json({ called: (req.body as { params?: { name?: unknown } } | undefined)?.params?.name ?? null }))

let running: Running
beforeAll(async () => {
  running = await listen(createServer(app))
})
afterAll(() => running.close())

/** UTF-7, in which a text can end the string that it stands in. */
const utf7 = (text: string): string => `+${Buffer.from(text, 'utf16le').swap16().toString('base64').replace(/=+$/, '')}-`
const hidden = `{"method":"tools/call","params":{"name":"greet${utf7('","name":"purge')}"}}`
const plain = JSON.stringify({ method: 'tools/call', params: { name: 'purge' } })

test.each<[string, string, string, string]>([
  ['UTF-7', 'POST', 'application/json; charset=utf-7', hidden],
  ['UTF-7 behind another charset', 'POST', 'application/json; charset=utf-8; charset=utf-7', hidden],
  ['UTF-7 behind a text that looks like a charset', 'POST', 'application/json; x="; charset=utf-8"; charset=utf-7', hidden],
  ['another method', 'PUT', 'application/json', plain],
  ['DELETE with a body', 'DELETE', 'application/json', plain],
])('nobody calls a tool without its scope by %s', async (_, method, contentType, body) => {
  const { status, text } = await running.ask({ method, headers: { Authorization: `Bearer ${KEY}`, 'Content-Type': contentType }, body })
  expect([status, text]).not.toEqual([200, '{"called":"purge"}'])
  expect([400, 403]).toContain(status)
})
