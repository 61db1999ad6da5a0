import { bearerAuth } from 'bearer-auth-providers/fetch'
import { gateFor, handle } from './app.js'

Bun.serve({ hostname: '127.0.0.1', port: Number(process.env.PORT), fetch: bearerAuth(...gateFor(process.env.UPSTREAM))(handle) })
