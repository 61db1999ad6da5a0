/** Servers of Fastify 5. */
import Fastify from 'fastify'
import { FAST_JWT_OPTIONS, greeting, PATH } from '../world.js'
import { ours } from './ours.js'
/** @import { Platform } from './index.js' */

/** @type {Platform} */
export const fastify = {
  name: 'Fastify',
  candidates: [
    { name: 'bare', role: 'bare', start: () => serverOf(async () => undefined, () => undefined) },
    ...ours('fastify', (guard, subject) => serverOf((app) => app.register(guard), subject)),
    {
      name: '@fastify/jwt with its cache, one static PEM',
      role: 'peer',
      remembers: true,
      start: async ({ pems, kid }) => {
        const { default: jwt } = await import('@fastify/jwt')
        return serverOf(
          async (app) => {
            await app.register(jwt, { secret: { public: pems[kid] }, verify: FAST_JWT_OPTIONS })
            app.addHook('onRequest', (/** @type {any} */ request) => request.jwtVerify())
          },
          (request) => request.user.sub,
        )
      },
    },
  ],
}

/** @param {(app: any) => Promise<unknown>} guard @param {(request: any) => string | undefined} subjectOf */
async function serverOf(guard, subjectOf) {
  const app = Fastify()
  await guard(app)
  app.post(PATH, async (request) => greeting(request.body, subjectOf(request)))
  await app.ready()
  return app.server
}
