// One replica of a server, in a process of its own: the built library, a real Redis, a real identity provider.
// Started with the ports of both; takes orders from its parent and reports back.
import { createClient } from 'redis'
import { allowInsecureHttp, clientSecretBasic, IntrospectionProvider, Revocations } from 'bearer-auth-providers'
import { redisRevocationLog, redisStore } from 'bearer-auth-providers/redis'

const [redisPort, issuerPort, tenant = '', secret = 'what-all-replicas-of-these-tests-know', start = 'connected', waits = ''] = process.argv.slice(2)

// The 50 ms that the library gives Redis are nothing to a machine that has other things to do.
if (waits === 'patiently') {
  const { setTimeout } = globalThis
  globalThis.setTimeout = (work, milliseconds, ...rest) => setTimeout(work, milliseconds === 50 ? 2000 : milliseconds, ...rest)
}

const client = createClient({
  socket: { host: '127.0.0.1', port: Number(redisPort), connectTimeout: 1000, socketTimeout: 3000, reconnectStrategy: () => 50 },
  disableOfflineQueue: true,
  pingInterval: 1000,
})
client.on('error', () => undefined)
// As docs/sharing.md has it: not awaited, so that the server starts without Redis too.
if (start === 'at once') client.connect().catch(() => undefined)
else await client.connect()

const events = []
const revocations = new Revocations({ log: redisRevocationLog(client), secret, catchUpEvery: 0.5, observe: ({ type }) => void events.push(type) })
if (start !== 'at once') await revocations.ready()
// One factory of rules for all tenants: as text, they are all the same.
const rulesFor = (wanted) => [{ claim: 'tenant', accepts: (value) => value === wanted }]
const provider = new IntrospectionProvider({
  endpoint: `http://127.0.0.1:${issuerPort}/introspect`,
  audience: 'https://mcp.example.com/mcp',
  timeout: 20, // an answer is held until another process has started
  clientAuth: clientSecretBasic('mcp', 'a secret'),
  cache: { shared: { store: redisStore(client), secret } },
  revocations,
  ...(tenant !== '' && { rules: rulesFor(tenant) }),
  [allowInsecureHttp]: true,
})

const ORDERS = {
  verify: async (token) => (await provider.verifyToken(token))?.subject ?? 'no',
  verifyAnew: async (token) => (await provider.verifyToken(token, { maxAge: 0 }))?.subject ?? 'no',
  revoke: async (what) => void (await provider.revoke(what)),
  stats: () => provider.stats(),
  caughtUp: () => revocations.caughtUp,
  ready: () => revocations.ready(),
  events: () => events,
  /** Verifies ever new tokens until told to stop. */
  load: async (name) => {
    loading = true
    for (; loading; answered += 1) {
      if ((await provider.verifyToken(`${name}-${answered}`)) === null) throw new Error('a good token was refused')
    }
  },
  answered: () => answered,
  stop: () => void (loading = false),
}
let loading = false
let answered = 0

process.on('message', async ({ id, order, value }) => {
  try {
    process.send({ id, answer: await ORDERS[order](value) })
  } catch (error) {
    process.send({ id, error: `${error.code ?? ''} ${error.message}` })
  }
})
process.send({ id: 0, answer: 'ready' })
