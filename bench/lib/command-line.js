/** What the command lines of all benchmarks have in common. */
import { openSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { pathToFileURL } from 'node:url'

const COMMON = /** @type {const} */ ({
  quick: { type: 'boolean', default: false },
  json: { type: 'string' },
  library: { type: 'string' },
  help: { type: 'boolean', default: false },
})

/** Their lines in the help. */
export const COMMON_USAGE = `  --json FILE      writes the figures, with machine, versions and date
  --library DIR    measures this build instead of dist
  --help           prints this`

/**
 * What `read` makes of the command line, with the file for the figures and the folder of the library. Prints the help and
 * ends where it is asked for, or where something is wrong.
 *
 * @template T
 * @param {string} usage
 * @param {NonNullable<import('node:util').ParseArgsConfig['options']>} own options beside the common ones
 * @param {(values: any) => T} read may throw
 */
export function readCommandLine(usage, own, read) {
  try {
    const { values } = parseArgs({ options: { ...COMMON, ...own } })
    const { json, library, help } = /** @type {{ json?: string, library?: string, help: boolean }} */ (values)
    if (help) end(0, usage)
    return {
      ...read(values),
      file: json === undefined ? undefined : openSync(json, 'w'), // now, and not after four minutes
      library: library === undefined ? new URL('../../dist/', import.meta.url) : pathToFileURL(`${library}/`),
    }
  } catch (error) {
    return end(2, `${error instanceof Error ? error.message : error}\n\n${usage}`)
  }
}

/** @param {number} code @param {string} message @returns {never} */
function end(code, message) {
  if (code === 0) console.log(message)
  else console.error(message)
  process.exit(code)
}
