/** One server, in a process of its own, that says what its streams take. */
import { timersWaiting } from './timers.js'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { answerAll } from '../http/child.js'
import { listening } from '../http/listening.js'
import { AUDIENCE, ISSUER } from '../lib/issuer.js'
import { idleFor } from './idle.js'
import { PLATFORMS } from './servers.js'

/**
 * @typedef {object} ServerOrder
 * @property {string} platform
 * @property {'bare' | 'jwks' | 'introspection'} guard
 * @property {{ keys: any[] }} jwks
 * @property {string} introspection where the authorization server is asked
 * @property {string} library
 */

/** @typedef {{ ask: 'state' } | { ask: 'idle', seconds: number } | { ask: 'revoke', what: readonly object[] }} ServerQuestion */

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const delay = monitorEventLoopDelay({ resolution: 1 })

answerAll(
  async (/** @type {ServerOrder} */ { platform, guard, ...world }) => {
    const found = PLATFORMS.find(({ name }) => name === platform)
    if (found === undefined) throw new Error(`no such server: ${platform}`)
    const provider = guard === 'bare' ? undefined : await providerOf(guard, world)
    const { bearerAuth } = await import(new URL(`src/adapters/${found.adapter}.js`, world.library).href)
    return { state: provider, first: await listening(await found.serve(provider && bearerAuth(provider))) }
  },
  async (/** @type {ServerQuestion} */ question, provider) => {
    if (question.ask === 'state') return stateOf()
    if (question.ask === 'idle') return idleFor(question.seconds)
    delay.reset()
    delay.enable()
    const before = cpu()
    for (const what of question.what) await provider.revoke(what)
    await new Promise((resolve) => setTimeout(resolve, 50)) // for what it set going
    delay.disable()
    return { cpu: cpu() - before, longest: delay.max / 1e6 }
  },
)

/** @param {'jwks' | 'introspection'} guard @param {Pick<ServerOrder, 'jwks' | 'introspection' | 'library'>} world */
async function providerOf(guard, { jwks, introspection: endpoint, library }) {
  const { JwksProvider, IntrospectionProvider, allowInsecureHttp, clientSecretBasic } = await import(new URL('src/index.js', library).href)
  if (guard === 'jwks') return new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks })
  return new IntrospectionProvider({ endpoint, audience: AUDIENCE, clientAuth: clientSecretBasic('streams', 'a secret'), [allowInsecureHttp]: true })
}

/** Milliseconds of all threads. */
function cpu() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** After garbage collection. */
async function stateOf() {
  for (let n = 0; n < 3; n += 1) {
    collect()
    await new Promise((resolve) => setImmediate(resolve)) // finalizers
  }
  const { heapUsed, external } = process.memoryUsage()
  const sockets = process.getActiveResourcesInfo().filter((one) => one === 'TCPSocketWrap').length
  return { bytes: heapUsed + external, timers: timersWaiting(), sockets }
}
