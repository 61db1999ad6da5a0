// Runs programs of the documents, one after another: most of the time of a process of its own for each goes into loading the
// same files again. Reads a list of { script, env }, and writes into the file that it is given, for each that has begun, null or
// what became of it. Ends by itself, as each of them must.
import { writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'

const [, , results = ''] = process.argv
const found = []
const ended = (how) => (found[found.length - 1] = how)
const failed = (error) => {
  ended(String(error?.stack ?? error))
  process.exitCode = 1
}
process.on('uncaughtException', failed)
process.on('exit', () => writeFileSync(results, JSON.stringify(found)))
for (const { script, env } of JSON.parse(await text(process.stdin))) {
  process.env = { ...env }
  found.push('it does not come to its end')
  await import(pathToFileURL(script).href).then(() => ended(null), failed)
  // What it has left behind that fails is told as its own.
  await new Promise((resolve) => setImmediate(resolve))
}
