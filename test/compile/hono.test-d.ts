/** Holds that `./hono` fits Hono as it is. */
import { Hono } from 'hono'
import { bearerAuth as honoAuth } from '../../src/adapters/hono.js'
import { requireAuth } from '../../src/index.js'
import { holds, options, provider } from './given.js'
import type { Equal } from './given.js'

const hono = new Hono<{ Variables: { user: string } }>()
hono.use(honoAuth(provider, options))
hono.use('/mcp', honoAuth(provider))
hono.get('/mcp/:id', honoAuth(provider), (c) => {
  const id = c.req.param('id')
  holds<Equal<typeof id, string>>()
  return c.json(requireAuth('notes:read').claims as Record<string, string>)
})

// @ts-expect-error TS2322 one scope per entry
honoAuth(provider, { requiredScopes: 'notes:read' })
