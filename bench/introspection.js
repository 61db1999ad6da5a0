/** Measures what one question to an introspection endpoint costs this process: `npm run bench:introspection`. */
import { randomUUID } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { COMMON_USAGE, readCommandLine } from './lib/command-line.js'
import { machine } from './lib/machine.js'
import { goalOf, goalsTable, heading, plainTable, writeJson } from './lib/report.js'
import { median } from './lib/statistics.js'

const USAGE = `npm run bench:introspection -- [options]
  --quick          fewer rounds
${COMMON_USAGE}`

const { rounds, library, file } = readCommandLine(USAGE, {}, ({ quick }) => ({ rounds: quick ? 10 : 60 }))
const { IntrospectionProvider, anyAudience, clientSecretBasic } = await import(new URL('src/index.js', library).href)

/** Questions in one round, and how many are on their way at a time. */
const EACH = 1_000
const IN_FLIGHT = 50
const ISSUER = 'https://issuer.example'
const [ID, SECRET] = ['our-server', 'a-secret-of-thirty-two-characters']

// On the other core: the questions are measured, not the answers.
const server = spawn(process.execPath, [fileURLToPath(new URL('introspection/endpoint.js', import.meta.url))], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
const [endpoint] = await once(server, 'message')

const as = { issuer: ISSUER, introspection_endpoint: endpoint }
const client = { client_id: ID }
const authentication = oauth.ClientSecretBasic(SECRET)
const configuration = new openid.Configuration(as, ID, {}, openid.ClientSecretBasic(SECRET))
openid.allowInsecureRequests(configuration)
const provider = new IntrospectionProvider({ endpoint, audience: anyAudience, clientAuth: clientSecretBasic(ID, SECRET), cache: false })
const form = { authorization: `Basic ${btoa(`${ID}:${SECRET}`)}`, accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' }

/** Who asks; each gives the subject. @type {Record<string, (token: string) => Promise<unknown>>} */
const CANDIDATES = {
  'bare fetch and JSON.parse': async (token) => (await (await fetch(endpoint, { method: 'POST', headers: form, body: `token=${token}` })).json()).sub,
  oauth4webapi: async (token) => {
    const response = await oauth.introspectionRequest(as, client, authentication, token, { [oauth.allowInsecureRequests]: true })
    return (await oauth.processIntrospectionResponse(as, client, response)).sub
  },
  'openid-client': async (token) => (await openid.tokenIntrospection(configuration, token)).sub,
  ours: async (token) => (await provider.verifyToken(token))?.claims.sub,
}

/** @type {Record<string, { cpu: number[], wall: number[] }>} microseconds for one question */
const figures = Object.fromEntries(Object.keys(CANDIDATES).map((name) => [name, { cpu: [], wall: [] }]))
for (let round = -3; round < rounds; round += 1) {
  for (const [name, ask] of Object.entries(CANDIDATES)) {
    const tokens = Array.from({ length: EACH }, () => `opaque-${randomUUID()}`)
    const cpu = process.cpuUsage()
    const began = performance.now()
    await inFlight(tokens, ask)
    const wall = ((performance.now() - began) * 1_000) / EACH
    const { user, system } = process.cpuUsage(cpu)
    if (round < 0) continue
    figures[name]?.cpu.push((user + system) / EACH)
    figures[name]?.wall.push(wall)
  }
}
server.kill()

const at = (/** @type {string} */ name, /** @type {'cpu' | 'wall'} */ what) => median(figures[name]?.[what] ?? [])
const goals = [
  goalOf('CPU of one question, × oauth4webapi', 1.2, at('ours', 'cpu') / at('oauth4webapi', 'cpu')),
  goalOf(`time at ${IN_FLIGHT} in flight, × oauth4webapi`, 1 / 0.9, at('ours', 'wall') / at('oauth4webapi', 'wall')),
]
console.log(heading(machine(library, { own: ['openid-client', 'oauth4webapi'], peers: [] }), { date: new Date().toISOString(), note: `medians of ${rounds} rounds of ${EACH}` }))
const table = plainTable(['', 'CPU, µs', '× oauth4webapi', 'questions a second'])
for (const name of Object.keys(CANDIDATES)) {
  table.push([name, at(name, 'cpu').toFixed(0), (at(name, 'cpu') / at('oauth4webapi', 'cpu')).toFixed(2), (1e6 / at(name, 'wall')).toFixed(0)])
}
console.log(table.toString())
console.log(goalsTable(goals, 'goal'))
writeJson(file, { figures, goals })
process.exit()

/** @param {string[]} tokens @param {(token: string) => Promise<unknown>} ask */
async function inFlight(tokens, ask) {
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (let token = tokens.pop(); token !== undefined; token = tokens.pop()) {
        if ((await ask(token)) !== 'ada') throw new Error('a wrong answer')
      }
    }),
  )
}
