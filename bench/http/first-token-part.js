/** One server's first token: built while the server starts, and timed from the token to the answer. */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { AUDIENCE } from '../lib/issuer.js'
import { answer } from '../lib/part.js'

/** @typedef {{ origin: string, token: string, library: string }} World */

/** Each gives the function that verifies. @type {Record<string, (world: World) => Promise<(token: string) => Promise<boolean>>>} */
const VERIFIERS = {
  ours: async ({ origin, library }) => {
    const { JwksProvider, allowInsecureHttp } = await import(new URL('src/index.js', library).href)
    const provider = new JwksProvider({ issuer: origin, audience: AUDIENCE, [allowInsecureHttp]: true })
    return async (token) => (await provider.verifyToken(token)) !== null
  },
  'jose, discovery by hand': async ({ origin, library }) => {
    const { createRemoteJWKSet, jwtVerify } = await import(pathToFileURL(createRequire(library).resolve('jose')).href)
    return async (token) => {
      const document = /** @type {{ jwks_uri: string }} */ (await (await fetch(`${origin}/.well-known/openid-configuration`)).json())
      await jwtVerify(token, createRemoteJWKSet(new URL(document.jwks_uri)), { issuer: origin, audience: AUDIENCE })
      return true
    }
  },
  'express-oauth2-jwt-bearer': async ({ origin }) => {
    const { auth } = await import('express-oauth2-jwt-bearer')
    const guard = /** @type {any} */ (auth({ issuerBaseURL: origin, audience: AUDIENCE, tokenSigningAlg: 'RS256' }))
    return (token) => new Promise((resolve, reject) => {
      const headers = { host: 'api.example.com', authorization: `Bearer ${token}` }
      const get = (/** @type {string} */ name) => (name === 'Host' ? headers.host : undefined)
      const request = { headers, get, protocol: 'https', originalUrl: '/mcp', is: () => false, query: {}, method: 'POST' }
      guard(request, {}, (/** @type {unknown} */ error) => (error === undefined ? resolve(true) : reject(error)))
    })
  },
}

/** @returns {never} */
function nobody() {
  throw new Error('no such verifier')
}

answer(async (/** @type {World & { who: string }} */ { who, ...world }) => {
  const verify = await (VERIFIERS[who] ?? nobody)(world)
  // A server that has started waits for its first request.
  await new Promise((resolve) => setTimeout(resolve, 200))
  const start = performance.now()
  if (!(await verify(world.token))) throw new Error(`${who} refuses the first token`)
  return performance.now() - start
})
