/** Servers of plain `node:http`. */
import { createServer } from 'node:http'
import { FAST_JWT_OPTIONS, greeting } from '../world.js'
import { joseVerify } from './jose.js'
import { ours } from './ours.js'
/** @import { IncomingMessage, ServerResponse } from 'node:http' */
/** @import { Platform } from './index.js' */

/** @type {Platform} */
export const node = {
  name: 'node:http',
  candidates: [
    { name: 'bare', role: 'bare', start: async () => createServer((req, res) => answer(req, res)) },
    ...ours('node', async (guard, subject) =>
      createServer(guard((/** @type {IncomingMessage} */ req, /** @type {ServerResponse} */ res) => answer(req, res, subject()))),
    ),
    { name: 'jose, by hand', role: 'peer', start: async (world) => byHand(await joseVerify(world)) },
    {
      name: 'fast-jwt with its cache, by hand',
      role: 'peer',
      remembers: true,
      start: async ({ pems }) => {
        const { createVerifier } = await import('fast-jwt')
        const key = async (/** @type {any} */ { header }) => /** @type {string} */ (pems[header.kid]) // undefined is refused there
        return byHand(createVerifier({ ...FAST_JWT_OPTIONS, key }))
      },
    },
    {
      name: 'fast-jwt with its cache, one static PEM',
      role: 'peer',
      remembers: true,
      start: async ({ pems, kid }) => {
        const { createVerifier } = await import('fast-jwt')
        return byHand(createVerifier({ ...FAST_JWT_OPTIONS, key: pems[kid] ?? '' }))
      },
    },
  ],
}

/** @param {(token: string) => any} verify */
function byHand(verify) {
  return createServer(async (req, res) => {
    const { authorization = '' } = req.headers
    try {
      const claims = await verify(authorization.startsWith('Bearer ') ? authorization.slice(7) : '')
      answer(req, res, claims.sub)
    } catch {
      res.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }).end()
    }
  })
}

/** @param {IncomingMessage} req @param {ServerResponse} res @param {string} [subject] */
function answer(req, res, subject) {
  /** @type {Buffer[]} */
  const chunks = []
  req.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
    const body = JSON.stringify(greeting(JSON.parse(Buffer.concat(chunks).toString()), subject))
    res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }).end(body)
  })
}
