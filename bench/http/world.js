/** What all servers of this benchmark serve, and what they know of who may call. */
import { AUDIENCE, ISSUER } from '../lib/issuer.js'

export const RESOURCE = 'https://api.example.com/mcp'
export const PATH = '/mcp'

/** The only algorithm that every peer has. @type {import('../lib/issuer.js').Algorithm} */
export const ALGORITHM = 'RS256'

/** Both sides have it: the clients make their session ids by it, as the server behind the gate would. */
export const SESSION_SECRET = 'a secret of the benchmark, known to nobody else'

/** A rule for another tool: the body of each request is read for it, and nobody is refused. */
export const OPERATIONS = { 'tools/call': { purge: 'orders:purge' } }

/** What each request asks for, whatever the server: MCP's call of a tool. */
export const CALL = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'greet', arguments: { greeting: 'hello' } } })

export const CALL_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2025-06-18',
}

/**
 * What a server process is told.
 * @typedef {object} World
 * @property {{ keys: any[] }} jwks the key set of the issuer
 * @property {Record<string, string>} pems its keys by their `kid`
 * @property {string} kid of the key that signs
 * @property {string} jwksUri where the key set is served, on the loopback
 * @property {string} library the folder of the library as built
 */

/** What jose is asked, by hand. */
export const JOSE_OPTIONS = { issuer: ISSUER, audience: AUDIENCE, algorithms: [ALGORITHM], requiredClaims: ['exp'], clockTolerance: 5 }

/** What fast-jwt is asked, by hand and by `@fastify/jwt`. */
export const FAST_JWT_OPTIONS = {
  algorithms: [ALGORITHM],
  allowedIss: ISSUER,
  allowedAud: AUDIENCE,
  requiredClaims: ['exp', 'iss', 'aud'],
  clockTolerance: 5000,
  cache: true,
}

/** The answer of a server that is no MCP server: it read the body, and knows who calls. @param {any} call @param {string} [subject] */
export function greeting({ id, params }, subject = 'nobody') {
  return { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: greetingText(params.arguments.greeting, subject) }] } }
}

/** @param {string} word @param {string} [subject] */
export function greetingText(word, subject = 'nobody') {
  return `${word} ${subject}`
}
