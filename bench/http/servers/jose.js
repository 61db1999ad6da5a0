/** jose with a key set that it fetches, as people write it by hand: the very copy that the library uses. */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { JOSE_OPTIONS } from '../world.js'
/** @import { World } from '../world.js' */

/** Verifies each time. @param {World} world @returns {Promise<(token: string) => Promise<any>>} */
export async function joseVerify({ jwksUri, library }) {
  const { createRemoteJWKSet, jwtVerify } = await import(pathToFileURL(createRequire(library).resolve('jose')).href)
  const keys = createRemoteJWKSet(new URL(jwksUri))
  return async (token) => (await jwtVerify(token, keys, JOSE_OPTIONS)).payload
}

/**
 * The `verifier` of the MCP SDKs' `requireBearerAuth`, with the SDK's own error for a refusal.
 *
 * @param {World} world
 * @param {() => Error} refusal
 */
export async function joseVerifier(world, refusal) {
  const verify = await joseVerify(world)
  return {
    /** @param {string} token */
    async verifyAccessToken(token) {
      const claims = await verify(token).catch(() => Promise.reject(refusal()))
      return { token, clientId: claims.client_id, scopes: claims.scope.split(' '), expiresAt: claims.exp, extra: { subject: claims.sub } }
    },
  }
}
