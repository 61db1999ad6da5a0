/** `npm run demo`: what each kind of caller gets, from real servers in this process. */
import { parseArgs } from 'node:util'
import { complaintsOf, logsOf, tableOf, waysOf } from './report.js'
import { SCENARIOS } from './scenarios.js'
import { serve } from './serve.js'
import { startWorld } from './world.js'
import type { Reply } from './mcp-client.js'
import type { Attempt } from './report.js'
import type { Scenario } from './scenario.js'
import type { World } from './world.js'

const USAGE = `usage: npm run demo [-- --serve]
  --serve  keep the servers running and say how to call them`

// Set, not process.exit(): the process ends by itself once every server and client is closed.
process.exitCode = await main(process.argv.slice(2))

/** Returns the exit code: 0 when every row came out as it must, 1 when one did not, 2 for a flag that there is not. */
async function main(args: string[]): Promise<number> {
  const flags = readFlags(args)
  if (flags === undefined) return 2
  const attempts = await tryEverything()
  console.log(`\n${tableOf(attempts)}\n\n${waysOf(attempts)}\n\n${logsOf(attempts)}\n`)
  const complaints = complaintsOf(attempts)
  for (const complaint of complaints) console.error(complaint)
  if (flags.serve) await serve()
  return complaints.length === 0 ? 0 : 1
}

function readFlags(args: string[]): { readonly serve: boolean } | undefined {
  try {
    return parseArgs({ args, options: { serve: { type: 'boolean', default: false } } }).values
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('. ')
    console.error(`demo: ${reason}\n${USAGE}`)
    return undefined
  }
}

async function tryEverything(): Promise<readonly Attempt[]> {
  const world = await startWorld()
  const attempts: Attempt[] = []
  try {
    for (const scenario of SCENARIOS) attempts.push({ ...scenario, reply: await replyTo(scenario, world) })
  } finally {
    await world.close()
  }
  return attempts
}

// One that fails altogether must not keep the others from being tried.
async function replyTo({ run }: Scenario, world: World): Promise<Reply> {
  try {
    return await run(world)
  } catch (error) {
    return { status: 0, answer: String(error), way: [] }
  }
}
