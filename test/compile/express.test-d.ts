/** Holds that `./express` fits Express as it is. */
import express from 'express'
import { createServer } from 'node:http'
import { bearerAuth as expressAuth } from '../../src/adapters/express.js'
import { requireAuth } from '../../src/index.js'
import { holds, options, provider } from './given.js'
import type { AuthInfo as AuthInfo1 } from '@modelcontextprotocol/sdk/server/auth/types.js'
import type { AuthInfo as AuthInfo2 } from '@modelcontextprotocol/server'
import type { Equal } from './given.js'

const app = express()
app.use(expressAuth(provider, options))
app.use('/mcp', expressAuth(provider))
app.use(['/a', '/b'], expressAuth(provider), express.json())
app.post('/mcp', expressAuth(provider, options), (req, res) => {
  // The MCP SDKs declare `req.auth`, each its own; we set it and declare nothing, so that nobody quarrels.
  holds<Equal<typeof req.auth, AuthInfo1 | undefined> extends true ? true : Equal<typeof req.auth, AuthInfo2 | undefined>>()
  res.json(requireAuth('notes:read').claims)
})
app.all('/:id', expressAuth(provider), (req, res) => {
  holds<Equal<typeof req.params, { id: string }>>()
  res.end()
})
app.route('/x').get(expressAuth(provider), (_req, res) => void res.end())
express.Router().use(expressAuth(provider))

createServer(app)

// @ts-expect-error TS2353 an option that does not exist
expressAuth(provider, { scopes: ['notes:read'] })
// @ts-expect-error TS2554 a gate without a provider
expressAuth()
// @ts-expect-error TS2353 no provider
expressAuth({ verify: async () => null })
// @ts-expect-error TS2322 seconds are a number
expressAuth(provider, { maxAge: '30' })
