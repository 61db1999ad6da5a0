/** How long the first caller waits, where discovery and the key set each take the issuer 50 ms. */
import { createServer } from 'node:http'
import { run } from '../lib/part.js'
import { Issuer, AUDIENCE } from '../lib/issuer.js'
import { median } from '../lib/statistics.js'
import { listening } from './listening.js'

const ANSWERS_AFTER = 50 // milliseconds
const WHO = ['ours', 'jose, discovery by hand', 'express-oauth2-jwt-bearer']

/** @typedef {{ candidate: string, milliseconds: number, requests: number }} FirstTokenFigure `requests`: that the issuer was asked */

/** Each in a process of its own, in turn. @param {URL} library @param {number} rounds @returns {Promise<FirstTokenFigure[]>} */
export async function firstTokens(library, rounds) {
  const issuer = new Issuer('RS256')
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    const isDocument = request.url === '/.well-known/openid-configuration'
    const body = isDocument ? { issuer: origin, jwks_uri: `${origin}/jwks` } : issuer.jwks
    if (!isDocument && request.url !== '/jwks') response.statusCode = 404
    setTimeout(() => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)), ANSWERS_AFTER)
  })
  const origin = `http://127.0.0.1:${await listening(server)}`
  const found = []
  for (let round = 0; round < rounds; round += 1) {
    for (const who of WHO) {
      requests = 0
      const token = issuer.token({ claims: { iss: origin, aud: AUDIENCE } })
      found.push({ who, milliseconds: await run(new URL('first-token-part.js', import.meta.url), { who, origin, token, library: library.href }), requests })
    }
  }
  server.close()
  return WHO.map((candidate) => {
    const own = found.filter(({ who }) => who === candidate)
    return { candidate, milliseconds: median(own.map(({ milliseconds }) => milliseconds)), requests: own[0]?.requests ?? 0 }
  })
}
