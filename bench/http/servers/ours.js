/** The library's gate as it is built, with a provider of default options, for every server in the same three ways. */
import { AUDIENCE, ISSUER } from '../../lib/issuer.js'
import { OPERATIONS, RESOURCE, SESSION_SECRET } from '../world.js'
/** @import { Server } from 'node:http' */
/** @import { Candidate } from './index.js' */
/** @import { World } from '../world.js' */

/** @type {readonly (Pick<Candidate, 'name' | 'sessions' | 'onlyRemembered'> & { options: (library: any) => object })[]} */
const WAYS = [
  { name: 'ours', options: () => ({}) },
  { name: 'ours, operations', options: () => ({ operations: OPERATIONS }), onlyRemembered: true },
  { name: 'ours, sessions', options: ({ boundSessions }) => ({ sessions: boundSessions({ secret: SESSION_SECRET }) }), sessions: true, onlyRemembered: true },
]

/**
 * @param {string} adapter
 * @param {(guard: any, subject: () => string | undefined) => Promise<Server>} start with the gate, and who calls
 * @returns {Candidate[]}
 */
export function ours(adapter, start) {
  return WAYS.map(({ options, ...way }) => ({
    ...way,
    role: 'ours',
    start: async (world) => {
      const { bearerAuth } = await import(new URL(`src/adapters/${adapter}.js`, world.library).href)
      const library = await import(new URL('src/index.js', world.library).href)
      const guard = bearerAuth(providerOf(library, world), { resource: RESOURCE, ...options(library) })
      return start(guard, () => library.getAccessToken()?.subject)
    },
  }))
}

/** @param {any} library @param {World} world */
function providerOf({ JwksProvider, allowInsecureHttp }, { jwksUri }) {
  return new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwksUri, [allowInsecureHttp]: true })
}
