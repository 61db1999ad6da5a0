// The conformance suite of the Model Context Protocol, and what it found.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileOf, run, scratch } from './programs.js'

const SUITE = fileOf('conformance', '@modelcontextprotocol/conformance/dist/index.js')

/** Runs one of the suite's commands. The code is 0 if nothing failed that is required. */
export async function suite(t, args, heard) {
  const folder = await scratch(t)
  const { code } = await run(t, SUITE, [...args, '--output-dir', folder], { heard })
  return { code, folder }
}

/** The names of all scenarios, by what they try. */
export async function scenarios(t) {
  const { stdout } = await run(t, SUITE, ['list'])
  const parts = stdout.split(/^(.+) scenarios \(.+\):$/m).slice(1)
  const kinds = parts.filter((_, index) => index % 2 === 0)
  return Object.fromEntries(kinds.map((kind, index) => [kind, [...parts[2 * index + 1].matchAll(/^ *- (\S+)/gm)].map(([, name]) => name)]))
}

/** What each scenario found, by name: `SUCCESS tools-list`. */
export async function findings({ folder }) {
  const names = (await readdir(folder)).sort()
  const entries = names.map(async (name) => {
    const checks = JSON.parse(await readFile(join(folder, name, 'checks.json'), 'utf8'))
    return [withoutTime(name), checks.map(({ id, status }) => `${status} ${id}`)]
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** `server-tools-list-2026-07-28T09-10-11-123Z` is `server-tools-list`. */
function withoutTime(name) {
  return name.replace(/-\d{4}-\d\d-\d\dT.*$/, '')
}
