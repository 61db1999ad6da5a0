/** Runs one part of a benchmark in a process of its own: its heap and its compiled code are nobody else's. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

const LAST_CORE = ['taskset', '-c', String(availableParallelism() - 1)]

/** The command that keeps a process on the last core, or nothing where there is none. */
export const pin = spawnSync('taskset', [...LAST_CORE.slice(1), 'true']).status === 0 ? LAST_CORE : []

/**
 * What the part sends to its parent, once.
 *
 * @param {URL} file a module that calls `answer`
 * @param {unknown} order what it is given
 * @param {{ pinned?: boolean, flags?: readonly string[] }} [options] `flags`: for node
 * @returns {Promise<any>}
 * @throws Error when it ends without an answer.
 */
export async function run(file, order, { pinned = false, flags = [] } = {}) {
  const [command = process.execPath, ...args] = [...(pinned ? pin : []), process.execPath, ...flags, fileURLToPath(file)]
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  child.send(/** @type {any} */ (order))
  /** @type {unknown} */
  let found
  child.once('message', (message) => (found = message))
  const [code] = await once(child, 'exit')
  if (found === undefined) throw new Error(`no figures of ${JSON.stringify(order)} (exit ${code})`)
  return found
}

/**
 * In the part itself: takes the order, sends back what comes of it, and ends.
 *
 * @template Order
 * @param {(order: Order) => unknown} work
 */
export function answer(work) {
  process.once('message', async (order) => {
    const found = await work(/** @type {Order} */ (order))
    process.send?.(found, () => process.exit()) // peers keep sockets and timers
  })
}
