import { bearerAuth } from 'bearer-auth-providers/node'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { gateFor, handle } from './app.js'

async function listener(req, res) {
  const body = req.method === 'POST' ? { body: Readable.toWeb(req), duplex: 'half' } : {}
  const response = await handle(new Request(new URL(req.url, 'http://localhost'), { method: req.method, ...body }))
  res.writeHead(response.status, Object.fromEntries(response.headers))
  await pipeline(Readable.fromWeb(response.body), res).catch(() => undefined) // whoever ended the stream ended this too
}
createServer(bearerAuth(...gateFor(process.env.UPSTREAM))(listener)).listen(Number(process.env.PORT), '127.0.0.1')
