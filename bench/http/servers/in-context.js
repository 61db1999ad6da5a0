/** A server that lets everybody in, within an AsyncLocalStorage: what a caller's context takes of it on this Node, whoever keeps it. */
import { AsyncLocalStorage } from 'node:async_hooks'
/** @import { Server } from 'node:http' */
/** @import { Candidate } from './index.js' */

const storage = new AsyncLocalStorage()

/** @param {(guard: (req: unknown, res: unknown, next: () => void) => void) => Promise<Server>} start @returns {Candidate} */
export function inContext(start) {
  return {
    name: 'bare, with AsyncLocalStorage',
    role: 'bare',
    onlyRemembered: true,
    start: () => start((_req, _res, next) => storage.run({}, next)),
  }
}
