/** One replica that shares a log of revocations, in a process of its own. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createClient } from 'redis'
import { answerAll } from '../http/child.js'
import { LongestWork } from './longest-work.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const delay = monitorEventLoopDelay({ resolution: 1 })
const work = new LongestWork()
const AT_ONCE = 50

answerAll(
  async (/** @type {{ port: number, library: string }} */ { port, library }) => {
    const { Revocations } = await import(new URL('src/index.js', library).href)
    const { redisRevocationLog } = await import(new URL('src/redis/index.js', library).href)
    const client = createClient({ socket: { host: '127.0.0.1', port }, disableOfflineQueue: true })
    client.on('error', () => undefined)
    await client.connect()
    // It begins to read when it is made: not before it is asked to.
    const make = () => new Revocations({ log: redisRevocationLog(client), secret: 'a secret of thirty-two characters', keepFor: 3600 })
    return { state: { make, revocations: /** @type {any} */ (undefined), next: 0 }, first: undefined }
  },
  async (/** @type {{ ask: 'begin' | 'state' | 'size' | 'ready' } | { ask: 'revoke', count: number }} */ question, state) => {
    if (question.ask === 'ready') return void (await (state.revocations = state.make()).ready())
    if (question.ask === 'size') return state.revocations.size
    if (question.ask === 'revoke') return revoke(state, question.count)
    const [longest, longestWork] = [delay.max / 1e6, work.longest] // what collecting takes here is not counted
    for (let n = 0; n < 3; n += 1) collect()
    await new Promise((resolve) => setImmediate(resolve))
    delay.reset()
    delay.enable()
    work.begin()
    const { user, system } = process.cpuUsage()
    const { heapUsed, external } = process.memoryUsage()
    return { cpu: (user + system) / 1e6, bytes: heapUsed + external, longest, longestWork }
  },
)

/** @param {{ revocations: any, next: number }} state @param {number} count */
async function revoke(state, count) {
  const end = state.next + count
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (state.next < end) await state.revocations.revoke({ jti: `token-${(state.next += 1)}` })
    }),
  )
}
