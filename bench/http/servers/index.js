/** Every server that is measured, in the order of the tables. */
import { expressPlatform } from './express.js'
import { fastify } from './fastify.js'
import { hono } from './hono.js'
import { mcp1 } from './mcp-1.js'
import { mcp2 } from './mcp-2.js'
import { node } from './node.js'
/** @import { Server } from 'node:http' */
/** @import { World } from '../world.js' */

/**
 * @typedef {object} Candidate
 * @property {string} name
 * @property {'bare' | 'ours' | 'peer'} role `bare` lets everybody in
 * @property {boolean} [remembers] a peer that verifies a token once
 * @property {boolean} [sessions] its requests carry a session id
 * @property {boolean} [onlyRemembered] is measured with remembered tokens only: a refusal is the same as without its option
 * @property {(world: World) => Promise<Server>} start a server that does not listen yet; what npm test has not installed is imported here
 */

/**
 * @typedef {object} Platform
 * @property {string} name
 * @property {readonly Candidate[]} candidates the bare one is the first
 */

/** @type {readonly Platform[]} */
export const PLATFORMS = [node, expressPlatform, fastify, hono, mcp1, mcp2]
