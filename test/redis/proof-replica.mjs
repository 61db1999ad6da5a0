// One replica of a server that takes DPoP, in a process of its own: the built library and a real Redis.
// Started with the port of Redis, and with what happens while it is away; answers each request that its parent describes.
import { createClient } from 'redis'
import { accessToken, gate } from 'bearer-auth-providers'
import { redisStore } from 'bearer-auth-providers/redis'

const [redisPort, away] = process.argv.slice(2)
const client = createClient({
  socket: { host: '127.0.0.1', port: Number(redisPort), connectTimeout: 1000, socketTimeout: 3000, reconnectStrategy: () => 50 },
  disableOfflineQueue: true,
})
client.on('error', () => undefined)
await client.connect()

const provider = { verifyToken: async (token) => accessToken({ token, claims: { sub: 'ada', cnf: { jkt: token } }, scopes: [] }) }
const shared = { store: redisStore(client), secret: 'what-all-replicas-of-these-tests-know', away }
const guard = gate(provider, { resource: 'https://mcp.example.com/mcp', proof: { dpop: 'required', nonce: true, replay: { shared } } })

process.on('message', async ({ id, token, proof }) => {
  const values = { authorization: [`DPoP ${token}`], dpop: [proof] }
  const decision = await guard({ method: 'POST', path: '/mcp', header: (name) => values[name] ?? [] })
  const { status, headers } = decision.pass ? { status: 200, headers: decision.headers } : decision.answer
  process.send({ id, status, nonce: headers['DPoP-Nonce'] })
})
process.send({ id: 0 })
