/** One server, in a process of its own, that says how much CPU time it has used. */
import { answerAll } from './child.js'
import { listening } from './listening.js'
import { PLATFORMS } from './servers/index.js'
/** @import { World } from './world.js' */

/** @typedef {{ platform: string, candidate: string, world: World }} ServerOrder */

answerAll(
  async (/** @type {ServerOrder} */ { platform, candidate, world }) => {
    const found = PLATFORMS.find(({ name }) => name === platform)?.candidates.find(({ name }) => name === candidate)
    if (found === undefined) throw new Error(`no such server: ${candidate} on ${platform}`)
    return { state: undefined, first: await listening(await found.start(world)) }
  },
  () => {
    const { user, system } = process.cpuUsage() // of all its threads
    return user + system
  },
)
