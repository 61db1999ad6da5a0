/** The guide for operators names every event that introspection can emit and every fault, and says which open the breaker. */
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { faultOf, IS_OUTAGE } from '../../src/upstream/no-answer.js'

const guide = readFileSync('docs/introspection.md', 'utf8')
const eventsFile = readFileSync('src/events.ts', 'utf8')

/** The names of all events there are. */
const types = [...eventsFile.matchAll(/readonly type: ((?:'[a-z_]+'(?: \| )?)+)/g)].flatMap(([, names = '']) =>
  [...names.matchAll(/'([a-z_]+)'/g)].map(([, name = '']) => name),
)

/** Rows of the table under this heading, as cells. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = guide.split(`\n## ${heading}\n`)
  const lines = section.split('\n## ')[0]?.split('\n').filter((line) => line.startsWith('| ')) ?? []
  return lines.slice(2).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
}

/** The files that these import, and theirs. */
function reachable(entries: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const visit = (path: string): void => {
    if (seen.has(path)) return
    seen.add(path)
    // Those too that are loaded later.
    const imports = readFileSync(path, 'utf8').matchAll(/^import (?!type).* from '(\.[^']+)\.js'|(?<!typeof )\bimport\('(\.[^']+)\.js'\)/gm)
    for (const [, first, later = ''] of imports) visit(posix.join(posix.dirname(path), `${first ?? later}.ts`))
  }
  entries.forEach(visit)
  return seen
}

const PROVIDERS = ['providers/introspection.ts', 'providers/userinfo.ts', 'src/introspection/recheck.ts']
/** What a status alone becomes. */
const STATUS_FAULTS: readonly string[] = [301, 401, 403, 404, 429, 500].map(faultOf)

describe('docs/introspection.md', () => {
  const named = rowsOf('Events').flatMap(([event = '']) => [...event.matchAll(/`([a-z_]+)`/g)].map(([, name = '']) => name))

  test('names every event that can come from these providers', () => {
    const files = [...reachable(PROVIDERS)].filter((path) => path !== 'src/events.ts')
    expect(files).toContain('src/upstream/openid-fetch.ts')
    const emitted = types.filter((type) => files.some((path) => readFileSync(path, 'utf8').includes(`'${type}'`)))
    expect(emitted).toEqual(expect.arrayContaining(['accepted', 'breaker_opened', 'credentials_refused', 'odd_answer', 'shared_hit', 'revocations_full']))
    expect(emitted.filter((type) => !named.includes(type))).toEqual([])
  })

  test('names no event that there is not, and says of each what it means and what to do', () => {
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((name) => !types.includes(name))).toEqual([])
    for (const [event = '', means = '', advice = ''] of rowsOf('Events')) {
      expect(means, event).not.toBe('')
      expect(advice, event).not.toBe('')
    }
  })

  test('names every fault once or more, and says whether it counts for the breaker', () => {
    const rows = rowsOf('When there is no answer').map(([, fault = '', , counts]) => [fault.replaceAll('`', ''), counts] as const).filter(([fault]) => fault !== '')
    // Some are of other providers only.
    const files = [...reachable(PROVIDERS)].filter((path) => path !== 'src/upstream/no-answer.ts')
    const possible = ([fault]: [string, boolean]): boolean => STATUS_FAULTS.includes(fault) || files.some((path) => readFileSync(path, 'utf8').includes(`'${fault}'`))
    for (const [fault, counts] of Object.entries(IS_OUTAGE).filter(possible)) {
      expect(rows.filter(([name]) => name === fault).map(([, yes]) => yes), fault).toContain(counts ? 'yes' : 'no')
    }
    for (const [fault, counts] of rows) expect(counts, fault).toBe(IS_OUTAGE[fault as keyof typeof IS_OUTAGE] ? 'yes' : 'no')
  })
})
