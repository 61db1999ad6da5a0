/** Measures whole servers, bare and guarded by ours and by the peers: `npm run bench:http`. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { serveKeys } from './lib/issuer.js'
import { machine } from './lib/machine.js'
import { goalsTable, heading, writeJson } from './lib/report.js'
import { startChild } from './http/child.js'
import { figuresOf } from './http/figures.js'
import { firstTokens } from './http/first-token.js'
import { floodOf } from './http/flood.js'
import { goalsOf } from './http/goals.js'
import { measure } from './http/measure.js'
import { readOptions } from './http/options.js'
import { plotOf } from './http/plot.js'
import { firstTokenTable, floodTable, tableOf } from './http/report.js'
import { expressPlatform } from './http/servers/express.js'
import { node } from './http/servers/node.js'

const SERVERS = ['express', 'fastify', 'hono', '@hono/node-server', '@modelcontextprotocol/sdk', '@modelcontextprotocol/server', '@modelcontextprotocol/node', '@modelcontextprotocol/express']

const { platforms, size, plot, node: execPath, library, file } = readOptions()
const date = new Date().toISOString()
const versionThere = execFileSync(execPath, ['--version'], { encoding: 'utf8' }).trim()
const where = { ...machine(library, { own: ['jose', ...SERVERS], peers: ['@fastify/jwt', 'autocannon', 'express-oauth2-jwt-bearer', 'fast-jwt'] }), node: versionThere }
console.log(heading(where, { date, note: `${size.connections} connections, RS256` }))

const load = await startChild(new URL('http/load.js', import.meta.url), { size, library: library.href })
const { issuer } = load.first
const world = { ...issuer, jwksUri: await serveKeys(issuer), library: library.href }

/** @type {import('./http/figures.js').Figure[]} */
const figures = []
for (const platform of platforms) {
  const part = figuresOf(await measure(platform, { load, world, size, node: execPath }), platform)
  figures.push(...part)
  console.log(tableOf(part, platform))
}

/** @type {import('./http/flood.js').FloodFigure[]} */
const floods = []
for (const platform of platforms.filter((one) => one === node || one === expressPlatform)) {
  floods.push(...(await floodOf(platform, { load, world, node: execPath, rounds: size.floodRounds, seconds: size.floodSeconds })))
}
if (floods.length > 0) console.log(floodTable(floods))
const starts = await firstTokens(library, size.starts)
console.log(firstTokenTable(starts))

const goals = goalsOf(figures, platforms, { floods, starts })
console.log(goalsTable(goals, 'goal'))
writeJson(file, { date, ...where, size, figures, floods, starts, goals })
if (plot !== undefined) writeFileSync(plot, `${await plotOf(figures, platforms)}\n`)
process.exit() // the keys are served for ever
