/** A real Redis of the benchmark's own: on a free loopback port, in memory only, and gone when the benchmark ends. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createClient } from 'redis'

/** False where there is none to start. */
export const redisIsThere = spawnSync('redis-server', ['--version']).status === 0

/** @returns {Promise<{ port: number, end: () => void }>} */
export async function startRedis() {
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--daemonize', 'no']
  const child = spawn('redis-server', args, { stdio: 'ignore' })
  const end = () => void child.kill('SIGKILL')
  process.once('exit', end)
  const client = createClient({ socket: { host: '127.0.0.1', port, reconnectStrategy: (retries) => (retries < 200 ? 50 : new Error('redis-server does not start')) } })
  client.on('error', () => undefined) // not yet
  await client.connect()
  client.destroy()
  return { port, end }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('there is no free port')
  server.close()
  await once(server, 'close')
  return address.port
}
