/** A real authorization server on the loopback: introspection and keys, each after some time, and 503 in an outage. Counts its calls. */
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { Tally } from './tally.js'
/** @import { World } from './assumptions.js' */

export const AUDIENCE = 'https://mcp.example.com/mcp'
export const ISSUER = 'https://id.example.com'

/** @param {World} world */
export async function startIdentityProvider({ latency, bucket, timeline: { rotation, outage: [from, to] } }) {
  let start = Number.NaN
  const pairs = ['old', 'new'].map((kid) => ({ kid, ...generateKeyPairSync('ed25519') }))
  const jwks = pairs.map(({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' }))
  const tallies = { introspection: new Tally(bucket), keys: new Tally(bucket) }
  const answerAt = {
    introspection: () => ({ active: true, sub: 'ada', aud: AUDIENCE, scope: 'notes:read', exp: Math.floor(Date.now() / 1000) + 3600 }),
    keys: (/** @type {number} */ time) => ({ keys: time >= rotation ? jwks : jwks.slice(0, 1) }),
  }
  const server = createServer(async ({ url }, response) => {
    const time = (Date.now() - start) / 1000
    const kind = url === '/keys' ? 'keys' : 'introspection'
    if (time >= 0) tallies[kind].count('calls', time) // and not what warms up before
    await setTimeout(latency * 1000)
    response.statusCode = time >= from && time < to ? 503 : 200
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answerAt[kind](time)))
  })
  server.keepAliveTimeout = 60_000
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the authorization server has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    signingKeys: pairs.map(({ kid, privateKey }) => ({ kid, pem: String(privateKey.export({ format: 'pem', type: 'pkcs8' })) })),
    tallies,
    /** @param {number} time when everything begins, in milliseconds since the epoch */
    begin: (time) => void (start = time),
    end: () => void (server.closeAllConnections(), server.close()),
  }
}
