/** Holds that `./koa` fits Koa as it is. */
import { Router } from '@koa/router'
import Koa from 'koa'
import { bearerAuth as koaAuth } from '../../src/adapters/koa.js'
import { requireAuth } from '../../src/index.js'
import { options, provider } from './given.js'

const koa: Koa = new Koa().use(koaAuth(provider, options)).use((ctx) => void (ctx.body = requireAuth('notes:read').claims))
new Koa<{ user: string }>().use(koaAuth(provider)).use((ctx) => void (ctx.body = ctx.state.user))
koa.use(new Router().post('/mcp/:id', koaAuth(provider), (ctx) => void (ctx.body = ctx.params.id)).routes())
