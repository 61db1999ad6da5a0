/** Measures what a DPoP proof costs beside its token: `npm run bench:dpop`. */
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { COMMON_USAGE, readCommandLine } from './lib/command-line.js'
import { machine } from './lib/machine.js'
import { goalOf, goalsTable, heading, plainTable, writeJson } from './lib/report.js'
import { median } from './lib/statistics.js'

const USAGE = `npm run bench:dpop -- [options]
  --quick          fewer rounds
${COMMON_USAGE}`

const { rounds, library, file } = readCommandLine(USAGE, {}, ({ quick }) => ({ rounds: quick ? 10 : 60 }))
const { gate, JwksProvider } = await import(new URL('src/index.js', library).href)

const ISSUER = 'https://issuer.example'
const RESOURCE = 'https://mcp.example.com/mcp'
/** Requests in one round, each with a proof of its own. */
const EACH = 200
const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const [issuer, holder] = [pair(), pair()]
const jwk = holder.publicKey.export({ format: 'jwk' })
const jkt = sha256(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }))
const now = Math.floor(Date.now() / 1000)
const encode = (/** @type {object} */ part) => Buffer.from(JSON.stringify(part)).toString('base64url')

const token = (/** @type {object} */ claims) => signed(issuer, { alg: 'ES256', kid: 'one' }, { iss: ISSUER, aud: RESOURCE, sub: 'ada', exp: now + 3_600, ...claims })
const [bound, plain] = [token({ cnf: { jkt } }), token({})]
let made = 0
const proof = () => signed(holder, { alg: 'ES256', typ: 'dpop+jwt', jwk }, { jti: `proof-${(made += 1)}`, htm: 'POST', htu: RESOURCE, iat: now, ath: sha256(bound) })

const jwks = { keys: [{ ...issuer.publicKey.export({ format: 'jwk' }), kid: 'one' }] }
const proofs = { dpop: 'accepted', replay: { perKey: 1e6, entries: 1e6 } }
const provider = (/** @type {object} */ options) => new JwksProvider({ issuer: ISSUER, audience: RESOURCE, jwks, ...options })
const guard = (/** @type {object} */ options) => gate(provider(options), { resource: RESOURCE, proof: proofs })
const [remembering, forgetful] = [guard({}), guard({ cache: false })]

const request = (/** @type {string} */ scheme, /** @type {string} */ text, /** @type {string | undefined} */ one) => {
  const values = /** @type {Record<string, string[]>} */ ({ authorization: [`${scheme} ${text}`], dpop: one === undefined ? [] : [one] })
  return { method: 'POST', path: '/mcp', header: (/** @type {string} */ name) => values[name] ?? [] }
}
const key = createPublicKey(holder.publicKey.export({ format: 'pem', type: 'spki' }))
const bare = (/** @type {string} */ text) => {
  const at = text.lastIndexOf('.')
  return verify('sha256', Buffer.from(text.slice(0, at)), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(text.slice(at + 1), 'base64url'))
}

const replayed = proof()
await remembering(request('DPoP', bound, replayed))

/** What each of them does, and whether it lets in. @type {Record<string, { make: () => any, work: (made: any) => any, good: boolean }>} */
const WORK = {
  'one bare check': { make: proof, work: bare, good: true },
  'unbound token, remembered': { make: () => request('Bearer', plain, undefined), work: remembering, good: true },
  'unbound token, memory off': { make: () => request('Bearer', plain, undefined), work: forgetful, good: true },
  'token and proof, token remembered': { make: () => request('DPoP', bound, proof()), work: remembering, good: true },
  'token and proof, memory off': { make: () => request('DPoP', bound, proof()), work: forgetful, good: true },
  'a proof that was seen': { make: () => request('DPoP', bound, replayed), work: remembering, good: false },
}

/** @type {Record<string, number[]>} */
const times = Object.fromEntries(Object.keys(WORK).map((name) => [name, []]))
for (let round = -3; round < rounds; round += 1) {
  for (const [name, { make, work, good }] of Object.entries(WORK)) {
    const all = Array.from({ length: EACH }, make)
    const began = process.hrtime.bigint()
    let passed = 0
    for (const one of all) {
      const answer = work(one)
      if ((typeof answer === 'boolean' ? answer : (await answer).pass) === good) passed += 1
    }
    const took = Number(process.hrtime.bigint() - began) / 1_000 / EACH
    if (passed !== EACH) throw new Error(`${name}: ${EACH - passed} wrong answers`)
    if (round >= 0) times[name]?.push(took)
  }
}

const microseconds = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]))
const at = (/** @type {string} */ name) => microseconds[name] ?? Number.NaN
const goals = [
  goalOf('token and proof, memory off, × two bare checks', 1.5, at('token and proof, memory off') / (2 * at('one bare check'))),
  goalOf('a proof that was seen, × a good one', 1, at('a proof that was seen') / at('token and proof, token remembered')),
]
console.log(heading(machine(library, { own: ['jose', 'lru-cache'], peers: [] }), { date: new Date().toISOString(), note: `ES256, medians of ${rounds} rounds of ${EACH}` }))
const table = plainTable(['ES256', 'µs'])
for (const [name, figure] of Object.entries(microseconds)) table.push([name, figure.toFixed(1)])
console.log(table.toString())
console.log(goalsTable(goals, 'goal'))
writeJson(file, { microseconds, goals })

/** @param {string} text */
function sha256(text) {
  return createHash('sha256').update(text).digest('base64url')
}

/** @param {import('node:crypto').KeyPairKeyObjectResult} by @param {object} header @param {object} claims */
function signed(by, header, claims) {
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${sign('sha256', Buffer.from(text), { key: by.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}
