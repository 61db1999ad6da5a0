/** A real Redis of the tests' own: on a free loopback port, in memory only. Where its program is missing, tests say so loudly. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { freePort } from '../free-port.js'
import { until } from '../until.js'
import type { ChildProcess } from 'node:child_process'

/** False where tests with a real Redis must be skipped: `describe.runIf(redisIsThere)`. */
export const redisIsThere: boolean = spawnSync('redis-server', ['--version']).status === 0

if (!redisIsThere) process.stderr.write('\n  !!! redis-server is not installed: tests with a real Redis are SKIPPED (apt-get install redis-server)\n\n')

export interface RedisServer {
  readonly port: number
  /** Gone, as by a power cut. */
  kill(): Promise<void>
  /** Hangs: takes connections and commands, and says nothing. */
  freeze(): void
  thaw(): void
  /** How often it was given this command. */
  calls(command: string): Promise<number>
  /** A new one on the same port, empty. */
  startAgain(): Promise<void>
}

/** Ready when it answers. `options` as on its command line. */
export async function startRedis(...options: readonly string[]): Promise<RedisServer> {
  const port = await freePort()
  let child = await run(port, options)
  return {
    port,
    async kill() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await gone
    },
    freeze: () => void child.kill('SIGSTOP'),
    async calls(command) {
      const client = new Redis({ port })
      const [, calls = '0'] = new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(await client.info('commandstats')) ?? []
      client.disconnect()
      return Number(calls)
    },
    thaw: () => void child.kill('SIGCONT'),
    async startAgain() {
      child = await run(port, options)
    },
  }
}

/** Both clients, with the options that docs/sharing.md advises and without them. Connected, and quiet about errors. */
export const CLIENTS = {
  redis: async (port: number) => {
    const client = createClient({
      socket: { host: '127.0.0.1', port, connectTimeout: 1000, socketTimeout: 3000, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 2000) },
      pingInterval: 1000,
      disableOfflineQueue: true,
      commandsQueueMaxLength: 10_000,
    })
    client.on('error', () => undefined)
    await client.connect()
    return { client, end: () => client.destroy() }
  },
  ioredis: async (port: number) => {
    const client = new Redis({
      host: '127.0.0.1',
      port,
      connectTimeout: 1000,
      socketTimeout: 3000,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      retryStrategy: (retries) => Math.min(50 * 2 ** retries, 2000),
      lazyConnect: true,
    })
    client.on('error', () => undefined)
    await client.connect()
    return { client, end: () => client.disconnect() }
  },
  'redis as it comes': async (port: number) => {
    const client = createClient({ url: `redis://127.0.0.1:${port}` })
    client.on('error', () => undefined)
    await client.connect()
    return { client, end: () => client.destroy() }
  },
  'ioredis as it comes': async (port: number) => {
    const client = new Redis(port)
    client.on('error', () => undefined)
    await once(client, 'ready')
    return { client, end: () => client.disconnect() }
  },
}

// Whatever happens to the tests, it does not outlive them.
const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')))

async function run(port: number, options: readonly string[]): Promise<ChildProcess> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--daemonize', 'no', ...options]
  const child = spawn('redis-server', args, { stdio: 'ignore' })
  running.add(child)
  child.once('exit', () => running.delete(child))
  await until(() => answers(port))
  return child
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    socket.write('PING\r\n')
    const [reply] = await once(socket, 'data')
    return String(reply).startsWith('+PONG')
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
