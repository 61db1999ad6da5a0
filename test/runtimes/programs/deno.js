import { bearerAuth } from 'bearer-auth-providers/fetch'
import { gateFor, handle } from './app.js'

Deno.serve({ hostname: '127.0.0.1', port: Number(Deno.args[0]) }, bearerAuth(...gateFor(Deno.args[1]))(handle))
