/** Goes through everything with a handful of streams: no load, and no figures. */
import { measure } from './measure.js'
import { PLATFORMS } from './servers.js'
import { startWorld } from './world.js'
/** @import { Platform } from './servers.js' */

const SIZE = { streams: 20, idle: 0.2, revocations: 20 }

// Three at a time: most of it is waiting, for tokens to expire and for what the server does a second later.
const lines = new Map()
const left = [...PLATFORMS]
await Promise.all(
  Array.from({ length: 3 }, async () => {
    for (let platform = left.shift(); platform !== undefined; platform = left.shift()) lines.set(platform, await check(platform, 1))
  }),
)
for (const platform of PLATFORMS) console.log(lines.get(platform))
process.exit() // the clients would wait for ever

/**
 * A machine may be too busy to open all streams before their tokens expire, or to answer in time: then it is given longer.
 *
 * @param {Platform} platform
 * @param {number} lead seconds until the tokens expire
 * @returns {Promise<string>}
 */
async function check(platform, lead) {
  const world = await startWorld({ ...SIZE, lead }, new URL('../../dist/', import.meta.url))
  const found = await measure(platform, world).catch((error) => {
    if (lead > 10) throw error
    return undefined
  })
  if (found === undefined || (Number.isNaN(found.expiry.open) && lead < 10)) return check(platform, lead * 4)
  const { bare, ours, expiry, away } = found
  const many = ours.timers - bare.timers
  const timers = many <= SIZE.streams ? 'no more timers than streams' : `${many} timers`
  const open = `${ours.timersLeft - bare.timersLeft} left, ${expiry.open} open after their token, ${away.open * SIZE.streams} went on`
  return `${platform.name}: ${timers}, ${open}`
}
