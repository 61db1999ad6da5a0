/** Holds that `./fastify` fits Fastify as it is. */
import Fastify from 'fastify'
import { bearerAuth as fastifyAuth } from '../../src/adapters/fastify.js'
import { options, provider } from './given.js'

const fastify = Fastify()
await fastify.register(fastifyAuth(provider, options))
fastify.register(async (scope) => void scope.register(fastifyAuth(provider)), { prefix: '/mcp' })
await Fastify({ http2: true }).register(fastifyAuth(provider))

// @ts-expect-error TS2322 one path per entry
fastifyAuth(provider, { protect: '/mcp' })
