/** One candidate or memory at one size, in a process of its own. */
import { createHash } from 'node:crypto'
import { answer } from '../lib/part.js'
import { CANDIDATES } from './candidates.js'
import { measure, timeCheck } from './measure.js'
import { MEMORIES } from './memories.js'
import { token } from './tokens.js'

/** @typedef {{ memory?: string, candidate?: string, size: import('./measure.js').Size, library: string }} TimesOrder */

answer(async (/** @type {TimesOrder} */ { memory, candidate, size, library: href }) => {
  const library = new URL(href)
  if (memory !== undefined) return measure((max) => named(MEMORIES, memory).start({ library, max }), key, size)
  const { start } = named(CANDIDATES, candidate)
  const times = await measure(async (max) => both(await start({ library, max })), token, size)
  return { ...times, check: await timeCheck(await start({ library, max: 0 }), token) }
})

/** @param {(token: string) => unknown} verify */
function both(verify) {
  return { put: verify, get: verify }
}

/** As the digest of a token: 43 letters, and a string that is new each time. @param {number} number */
function key(number) {
  return createHash('sha256').update(String(number)).digest('base64url')
}

/** @template {{ name: string }} T @param {readonly T[]} list @param {string | undefined} name @returns {T} */
function named(list, name) {
  const found = list.find((one) => one.name === name)
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}
