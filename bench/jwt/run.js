/** Starts each part of the run as a process of its own, where it can on one core. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
/** @import { Algorithm } from './issuer.js' */
/** @import { Sample, Size } from './measure.js' */

/** @typedef {{ algorithm: Algorithm, inFlight: number, size: Size, library: string }} Part */

const PART = fileURLToPath(new URL('part.js', import.meta.url))

/** The command that keeps a process on the last core, or nothing where there is none. */
export const pin = spawnSync('taskset', ['-c', String(availableParallelism() - 1), 'true']).status === 0 ? ['taskset', '-c', String(availableParallelism() - 1)] : []

/**
 * @param {Part} part
 * @returns {Promise<Sample[]>}
 * @throws Error when a candidate answers wrongly.
 */
export async function run(part) {
  const [command = process.execPath, ...args] = [...(part.inFlight === 1 ? pin : []), process.execPath, PART]
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  child.send(part)
  /** @type {Sample[] | undefined} */
  let samples
  child.once('message', (message) => (samples = /** @type {Sample[]} */ (message)))
  const [code] = await once(child, 'exit')
  if (samples === undefined) throw new Error(`no figures for ${part.algorithm}, ${part.inFlight} in flight (exit ${code})`)
  return samples
}
