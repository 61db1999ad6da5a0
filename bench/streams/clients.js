/** All clients, in a process of their own: connections that ask once and read until the server ends the stream. */
import { connect } from 'node:net'
import { Issuer, AUDIENCE } from '../lib/issuer.js'
import { answerAll } from '../http/child.js'

/** @typedef {{ ask: 'open', port: number, count: number, expires?: number, isOpaque?: boolean } | { ask: 'close' } | { ask: 'ended' }} ClientQuestion */

/** @typedef {{ socket: import('node:net').Socket, endedAt?: number }} Client */

const AT_ONCE = 50

class Clients {
  issuer = new Issuer('ES256')
  /** @type {Client[]} */
  clients = []

  /** Opens streams with a token each, and gives the tokens' ids. @param {ClientQuestion & { ask: 'open' }} order */
  async open({ port, count, expires, isOpaque = false }) {
    const ids = Array.from({ length: count }, (_, n) => `${Date.now()}-${n}`)
    const tokens = ids.map((jti) => isOpaque ? `opaque-token-${jti}` : this.issuer.token({ claims: { jti, aud: AUDIENCE, ...(expires !== undefined && { exp: expires }) } }))
    const waiting = [...tokens]
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let token = waiting.pop(); token !== undefined; token = waiting.pop()) this.clients.push(await stream(port, token, expires))
    }))
    return ids
  }

  async close() {
    for (const { socket } of this.clients) socket.destroy()
    this.clients = []
  }

  /** When each of those that the server ended did so, in seconds since the epoch; and how many are open. */
  ended() {
    const ends = this.clients.flatMap(({ endedAt = [] }) => endedAt).toSorted((one, other) => one - other)
    return { ended: ends.length, open: this.clients.length - ends.length, first: ends.at(0), last: ends.at(-1) }
  }
}

/**
 * @param {number} port @param {string} token @param {number | undefined} expires
 * @returns {Promise<Client>} whose stream is open, or came too late for its token
 */
function stream(port, token, expires = Number.POSITIVE_INFINITY) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    /** @type {Client} */
    const client = { socket }
    socket.setEncoding('latin1').on('error', reject)
    socket.write(`GET /mcp HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${token}\r\n\r\n`)
    socket.once('data', (head) => {
      const isLate = Date.now() / 1000 >= expires
      if (!isLate && !String(head).startsWith('HTTP/1.1 200')) reject(new Error(`a stream was not opened: ${String(head).slice(0, 200)}`))
      resolve(client)
    })
    const end = () => void (client.endedAt ??= Date.now() / 1000)
    socket.on('data', (part) => void (String(part).endsWith('0\r\n\r\n') && end())).on('close', end)
  })
}

answerAll(
  async () => {
    const clients = new Clients()
    return { state: clients, first: clients.issuer.jwks }
  },
  (/** @type {ClientQuestion} */ question, clients) => {
    if (question.ask === 'open') return clients.open(question)
    return question.ask === 'close' ? clients.close() : clients.ended()
  },
)
