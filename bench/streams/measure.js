/** Measures one kind of server: bare, with our gate, and with our gate while the authorization server is away. */
import { setTimeout as wait } from 'node:timers/promises'
import { startChild } from '../http/child.js'
/** @import { Child } from '../http/child.js' */
/** @import { Size } from './options.js' */
/** @import { Platform } from './servers.js' */
/** @import { IntrospectionServer } from './introspection-server.js' */

/**
 * @typedef {object} World
 * @property {Child} clients
 * @property {{ keys: any[] }} jwks
 * @property {IntrospectionServer} issuer
 * @property {string} library
 * @property {Size} size
 */

/**
 * What the streams of one server take.
 * @typedef {object} Held
 * @property {number} bytes for each stream
 * @property {Idle} idle CPU while nothing happens
 * @property {number} growth bytes for each stream, while nothing happened
 * @property {number} timers while all were open
 * @property {number} left bytes for each stream after all were closed
 * @property {number} timersLeft
 */

/** @typedef {{ idle: number, all: number }} Idle parts of a core: without garbage collections, and with them */

/** @typedef {{ cpu: number, longest: number }} Burst `cpu` and the `longest` time that the event loop was held, in ms */

/**
 * @typedef {object} StreamFigures
 * @property {string} platform
 * @property {Held} bare
 * @property {Held} ours
 * @property {Burst} strangers a burst of revocations that concern nobody
 * @property {Burst & { within: number }} own 100 that end a stream each, and the seconds until all had ended
 * @property {{ open: number, within: number }} expiry streams that were open after their token, and the last end after that in seconds
 * @property {{ idle: Idle, open: number, calls: number }} away the issuer gives no answer: CPU, streams that went on, questions
 */

/** @param {Platform} platform @param {World} world @returns {Promise<StreamFigures>} */
export async function measure({ name: platform }, world) {
  const bare = await held(platform, 'bare', world)
  const before = await closed(bare.server, world.clients)
  bare.server.end()
  const ours = await held(platform, 'jwks', world)
  const { after, ...bursts } = await gated(ours, world)
  return { platform, bare: bare.figuresWith(before), ours: ours.figuresWith(after), ...bursts, away: await issuerAway(platform, world) }
}

/** Seconds after which all that is done for a stream has been: it is followed once it is a second old. */
const SETTLED = 2

/** @param {string} platform @param {'bare' | 'jwks' | 'introspection'} guard @param {World} world */
async function start(platform, guard, { jwks, issuer, library }) {
  const server = await startChild(new URL('server.js', import.meta.url), { platform, guard, jwks, introspection: issuer.url, library })
  return { server, port: /** @type {number} */ (server.first) }
}

/** @param {string} platform @param {'bare' | 'jwks'} guard @param {World} world */
async function held(platform, guard, world) {
  const { clients, size } = world
  const { server, port } = await start(platform, guard, world)
  await clients.ask({ ask: 'open', port, count: Math.min(200, size.streams) }) // what the first requests leave behind is not the streams'
  await closed(server, clients)
  const before = await server.ask({ ask: 'state' })
  const begun = Date.now()
  const ids = await clients.ask({ ask: 'open', port, count: size.streams })
  const opening = (Date.now() - begun) / 1000
  await wait(SETTLED * 1000)
  const open = await server.ask({ ask: 'state' })
  const idle = await server.ask({ ask: 'idle', seconds: size.idle })
  const later = await server.ask({ ask: 'state' })
  const each = (/** @type {number} */ bytes) => bytes / size.streams
  /** @param {any} after @returns {Held} */
  const figuresWith = (after) => ({
    bytes: each(open.bytes - before.bytes),
    idle,
    growth: each(later.bytes - open.bytes),
    timers: open.timers - before.timers,
    left: each(after.bytes - before.bytes),
    timersLeft: after.timers - before.timers,
  })
  return { server, port, ids, opening, figuresWith }
}

/** @param {Awaited<ReturnType<typeof held>>} ours with its streams open @param {World} world */
async function gated(ours, { clients, size }) {
  const { server, port, ids, opening } = ours
  const strangers = await server.ask({ ask: 'revoke', what: Array.from({ length: size.revocations }, (_, n) => ({ jti: `stranger-${n}` })) })
  const count = Math.min(100, size.streams)
  const begun = Date.now() / 1000
  const own = await server.ask({ ask: 'revoke', what: ids.slice(0, count).map((/** @type {string} */ jti) => ({ jti })) })
  const { last } = await endsOf(clients, count)
  const after = await closed(server, clients)
  // Late enough for all of them to be open by then, as long as that took before.
  const expires = Math.ceil(Date.now() / 1000 + Math.max(size.lead, 4 * opening))
  await clients.ask({ ask: 'open', port, count: size.streams, expires })
  const isLate = Date.now() / 1000 >= expires
  const { open, last: lastEnd } = await endsOf(clients, size.streams, expires + 10)
  await closed(server, clients)
  server.end()
  const expiry = { open: isLate ? Number.NaN : open, within: (lastEnd ?? Number.NaN) - expires }
  return { after, strangers, own: { ...own, within: (last ?? Number.NaN) - begun }, expiry }
}

/** @param {string} platform @param {World} world */
async function issuerAway(platform, world) {
  const { clients, size, issuer } = world
  const { server, port } = await start(platform, 'introspection', world)
  await clients.ask({ ask: 'open', port, count: size.streams, isOpaque: true })
  await wait(SETTLED * 1000)
  issuer.isAway = true
  await server.ask({ ask: 'state' }) // and no garbage is left
  const asked = issuer.calls
  const idle = await server.ask({ ask: 'idle', seconds: size.idle })
  const calls = issuer.calls - asked
  issuer.isAway = false
  const { open } = await clients.ask({ ask: 'ended' })
  await clients.ask({ ask: 'close' })
  server.end()
  return { idle, open: open / size.streams, calls }
}

/** All connections closed, and the server has noticed. @param {Child} server @param {Child} clients */
async function closed(server, clients) {
  await clients.ask({ ask: 'close' })
  for (let tries = 0; ; tries += 1) {
    const state = await server.ask({ ask: 'state' })
    if (state.sockets === 0 || tries > 100) return state
    await wait(50)
  }
}

/**
 * @param {Child} clients @param {number} count @param {number} [until] seconds since the epoch
 * @returns {Promise<{ open: number, ended: number, last?: number }>}
 */
async function endsOf(clients, count, until = Date.now() / 1000 + 30) {
  for (;;) {
    const ends = await clients.ask({ ask: 'ended' })
    if (ends.ended >= count || Date.now() / 1000 > until) return ends
    await wait(20)
  }
}
