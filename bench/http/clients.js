/** All clients together: their tokens, each different, and the requests that they make of them. */
import { Issuer } from '../lib/issuer.js'
import { ALGORITHM, CALL_HEADERS, SESSION_SECRET } from './world.js'
import { NOT_SEEN, REMEMBERED, WORKLOADS } from './workloads.js'
/** @import { Size } from './options.js' */
/** @import { Workload } from './workloads.js' */

/** Tokens that come again and again. */
const LIVE = 64

export class Clients {
  #issuer = new Issuer(ALGORITHM)
  #bad = 0
  /** @type {Map<string, { tokens: string[], sessionIds: string[] }>} */
  #byWorkload = new Map()

  /** Signs all tokens at once: a server sees none of them twice that it should never have seen. @param {Size} size @param {URL} library */
  static async start(size, library) {
    const clients = new Clients()
    await clients.#makeTokens(size, library)
    return clients
  }

  /** What servers know of the issuer. */
  get issuer() {
    const { jwks, pems, kid } = this.#issuer
    return { jwks, pems: Object.fromEntries(pems), kid }
  }

  /**
   * The headers of so many requests from the given one on.
   *
   * @param {string} workload
   * @param {{ from: number, count: number, sessions?: boolean }} which
   */
  requests(workload, { from, count, sessions = false }) {
    const { tokens, sessionIds } = this.#of(workload)
    const isShort = workload !== REMEMBERED.name && from + count > tokens.length
    if (isShort) throw new Error(`no tokens are left (${workload})`)
    return Array.from({ length: count }, (_, number) => {
      const index = (from + number) % tokens.length
      return { ...CALL_HEADERS, authorization: `Bearer ${tokens[index]}`, ...(sessions && { 'mcp-session-id': sessionIds[index] }) }
    })
  }

  /** One more that nobody lets in, of the kinds in turn: for the price of a few letters, since a flood takes a great many. */
  badToken() {
    const kinds = WORKLOADS.slice(2)
    const number = (this.#bad += 1)
    const { name } = kinds[number % kinds.length] ?? NOT_SEEN
    const [token = ''] = this.#of(name).tokens
    const letters = number.toString(36).padStart(8, '0')
    // Within the signature, or within the text that is none: each is another text, and refused for the same reason.
    return `${token.slice(0, -40)}${letters}${token.slice(-32)}`
  }

  /** One token of each kind, and what is to become of it. */
  samples() {
    return WORKLOADS.map(({ name, statuses }) => ({ workload: name, statuses, token: this.#of(name).tokens[0] ?? '', sessionId: this.#of(name).sessionIds[0] }))
  }

  /** @param {Size} size @param {URL} library */
  async #makeTokens(size, library) {
    const sessionIdOf = await sessionIdsBy(library)
    const good = Array.from({ length: countOf(NOT_SEEN, size) }, () => this.#issuer.token())
    for (const workload of WORKLOADS) {
      const tokens = good.slice(0, workload === REMEMBERED ? LIVE : countOf(workload, size)).map((token) => workload.make(token, this.#issuer))
      this.#byWorkload.set(workload.name, { tokens, sessionIds: workload === REMEMBERED ? tokens.map(sessionIdOf) : [] })
    }
  }

  /** @param {string} workload */
  #of(workload) {
    const found = this.#byWorkload.get(workload)
    if (found === undefined) throw new Error(`no such workload: ${workload}`)
    return found
  }
}

/** What one server is asked in all, the sample included. @param {Workload} workload @param {Size} size */
function countOf({ count }, { rounds, warmUp, turn }) {
  return 1 + warmUp[count] + rounds * turn[count]
}

/** As a server behind the gate makes them. @param {URL} library */
async function sessionIdsBy(library) {
  const { accessToken, boundSessions, withAccessToken } = await import(new URL('src/index.js', library).href)
  const { newId } = boundSessions({ secret: SESSION_SECRET })
  return (/** @type {string} */ token) => {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return withAccessToken(accessToken({ token, claims, scopes: [] }), newId)
  }
}
