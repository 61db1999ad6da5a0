/** What all servers of this benchmark have in common. */
import { startChild } from '../http/child.js'
import { startIntrospection } from './introspection-server.js'
/** @import { Size } from './options.js' */
/** @import { World } from './measure.js' */

/** @param {Size} size @param {URL} library @returns {Promise<World>} */
export async function startWorld(size, library) {
  const clients = await startChild(new URL('clients.js', import.meta.url), {})
  return { clients, jwks: clients.first, issuer: await startIntrospection(), library: library.href, size }
}
