/** Measures how long what a stranger sends holds up the event loop: `npm run bench:event-loop`. `test/event-loop.test.ts` counts the same work. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { COMMON_USAGE, readCommandLine } from './lib/command-line.js'
import { machine } from './lib/machine.js'
import { heading, plainTable, writeJson } from './lib/report.js'

const USAGE = `npm run bench:event-loop -- [options]
  --quick          fewer attempts
${COMMON_USAGE}`

const { attempts, library, file } = readCommandLine(USAGE, {}, ({ quick }) => ({ attempts: quick ? 10 : 100 }))
const { JwksProvider } = await import(new URL('src/index.js', library).href)

const ISSUER = 'https://issuer.example'
const AUDIENCE = 'https://mcp.example.com/mcp'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const encode = (/** @type {object} */ part) => Buffer.from(JSON.stringify(part)).toString('base64url')
const text = (/** @type {object} */ claims) => `${encode({ alg: 'ES256', kid: 'one' })}.${encode({ iss: ISSUER, aud: AUDIENCE, sub: 'ada', exp: 4e9, ...claims })}`
const token = (/** @type {object} */ claims) => `${text(claims)}.${sign('sha256', Buffer.from(text(claims)), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
const members = (/** @type {number} */ count) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, index]))

const own = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, cache: false, jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] } })
const ofKeys = (/** @type {object} */ jwk) => async () => {
  const body = JSON.stringify({ keys: Array(Math.floor(65_536 / JSON.stringify(jwk).length)).fill(jwk) })
  const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/keys`, fetch: async () => new Response(body) })
  await provider.verifyToken(token({})).catch(() => undefined)
}

/** @type {readonly (readonly [string, () => unknown])[]} */
const WORK = [
  ['a good token of 300 characters', () => own.verifyToken(token({}))],
  ['a token of many members', () => own.verifyToken(token(members(1_600)))],
  ['a token of many scopes', () => own.verifyToken(token({ scope: 'a '.repeat(11_000) }))],
  ['a megabyte of letters', () => own.verifyToken('A'.repeat(1_048_576))],
  ['a key set of points off the curve', ofKeys({ kty: 'EC', crv: 'P-256', kid: 'one', x: 'A'.repeat(43), y: 'A'.repeat(43) })],
]

console.log(heading(machine(library, { own: ['jose', 'lru-cache'], peers: [] }), { date: new Date().toISOString(), note: `the quickest of ${attempts}` }))
const table = plainTable(['what', 'ms'])
const figures = []
for (const [what, work] of WORK) {
  const milliseconds = await quickest(work)
  figures.push({ what, milliseconds })
  table.push([what, milliseconds.toFixed(2)])
}
console.log(table.toString())
writeJson(file, figures)

/** @param {() => unknown} work */
async function quickest(work) {
  let best = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const before = performance.now()
    await work()
    best = Math.min(best, performance.now() - before)
  }
  return best
}
