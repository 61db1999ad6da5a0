/** Servers of Hono, on its adapter for Node. */
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { jwk } from 'hono/jwk'
import { AUDIENCE, ISSUER } from '../../lib/issuer.js'
import { ALGORITHM, greeting, PATH } from '../world.js'
import { ours } from './ours.js'
/** @import { Platform } from './index.js' */

/** @type {Platform} */
export const hono = {
  name: 'Hono',
  candidates: [
    { name: 'bare', role: 'bare', start: async () => serverOf(undefined, () => undefined) },
    ...ours('hono', async (guard, subject) => serverOf(guard, subject)),
    {
      name: 'hono/jwk',
      role: 'peer',
      start: async ({ jwks: { keys } }) => {
        // With `jwks_uri` it would fetch the keys for each request.
        const guard = jwk({ keys, alg: [ALGORITHM], verification: { iss: ISSUER, aud: AUDIENCE, typ: 'at+jwt' } })
        return serverOf(guard, (c) => c.get('jwtPayload').sub)
      },
    },
  ],
}

/** @param {any} guard @param {(c: any) => string | undefined} subjectOf */
function serverOf(guard, subjectOf) {
  const app = new Hono()
  if (guard !== undefined) app.use(guard)
  app.post(PATH, async (c) => c.json(greeting(await c.req.json(), subjectOf(c))))
  return /** @type {import('node:http').Server} */ (createAdaptorServer(app))
}
