import { bearerAuth } from 'bearer-auth-providers/fetch'
import { env } from 'cloudflare:workers'
import { gateFor, handle } from './app.js'

export default { fetch: bearerAuth(...gateFor(env.UPSTREAM))(handle) }
