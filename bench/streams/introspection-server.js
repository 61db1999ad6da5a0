/** An authorization server that is asked about tokens, and that can be away. */
import { createServer } from 'node:http'
import { listening } from '../http/listening.js'
import { AUDIENCE } from '../lib/issuer.js'

/** @typedef {{ url: string, calls: number, isAway: boolean }} IntrospectionServer */

/** @returns {Promise<IntrospectionServer>} */
export async function startIntrospection() {
  const state = { url: '', calls: 0, isAway: false }
  const server = createServer((request, response) => {
    state.calls += 1
    if (state.isAway) return void request.socket.destroy()
    const now = Math.floor(Date.now() / 1000)
    request.resume().on('end', () => {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ active: true, sub: `s-${state.calls}`, aud: AUDIENCE, iat: now - 5, exp: now + 3600 }))
    })
  })
  state.url = `http://127.0.0.1:${await listening(server)}/introspect`
  return state
}
