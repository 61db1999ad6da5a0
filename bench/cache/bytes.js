/** Bytes of heap for each remembered token, in a process of its own: the difference that many of them make after garbage collection. */
import { setTimeout } from 'node:timers/promises'
import { answer } from '../lib/part.js'
import { SUBJECTS } from './subjects.js'

/** @typedef {{ name: string, count: number, library: string }} BytesOrder `name`: of a subject */

/** @typedef {{ heap: number, json: number, beyond: number, elsewhere: number }} Bytes `json`: of the claims that are held, as JSON */

answer(async (/** @type {BytesOrder} */ { name, count, library }) => {
  const subject = SUBJECTS.find((one) => one.name === name)
  if (subject === undefined) throw new Error(`there is no ${name}`)
  const { start, make } = subject
  await fill(await start({ library: new URL(library), max: 1000 }), make, 3000) // what is compiled and interned once is not counted
  const verify = await start({ library: new URL(library), max: count })
  const before = await memory()
  const json = await fill(verify, make, count)
  const after = await memory()
  await verify(make(0)) // it is still needed
  const heap = (after.heapUsed - before.heapUsed) / count
  return { heap, json, beyond: heap - json, elsewhere: (after.external - before.external) / count }
})

/** How long the claims are as JSON, on average. @param {(text: string) => unknown} verify @param {(number: number) => string} make @param {number} count */
async function fill(verify, make, count) {
  let length = 0
  for (let number = 0; number < count; number += 1) {
    const found = /** @type {any} */ (await verify(make(number)))
    length += Buffer.byteLength(JSON.stringify(found.claims ?? found))
  }
  return length / count
}

async function memory() {
  await setTimeout(100)
  for (let time = 0; time < 3; time += 1) globalThis.gc?.()
  return process.memoryUsage()
}
