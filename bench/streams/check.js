/** Goes through everything with a handful of streams: no load, and no figures. */
import { measure } from './measure.js'
import { PLATFORMS } from './servers.js'
import { startWorld } from './world.js'

const world = await startWorld({ streams: 20, idle: 0.2, revocations: 20, lead: 1 }, new URL('../../dist/', import.meta.url))
for (const platform of PLATFORMS) {
  const { bare, ours, expiry, away } = await measure(platform, world)
  const left = ours.timersLeft - bare.timersLeft
  console.log(`${platform.name}: ${ours.timers - bare.timers <= 20 ? 'no more timers than streams' : `${ours.timers} timers`}, ${left} left, ${expiry.open} open after their token, ${away.open * 20} went on`)
}
process.exit() // the clients would wait for ever
