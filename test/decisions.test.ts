/** Holds ARCHITECTURE.md and docs/decisions to what is there: folders, tests, numbers and citations. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'

const FOLDER = 'docs/decisions'
const read = (path: string): string => readFileSync(path, 'utf8')
const architecture = read('ARCHITECTURE.md')
const index = read(`${FOLDER}/README.md`)
const where = read(`${FOLDER}/where.md`)
const pages = readdirSync(FOLDER).filter((name) => !['README.md', 'where.md'].includes(name))

interface Decision {
  /** As it is cited: `D12`. */
  readonly id: string
  readonly title: string
  readonly page: string
  readonly text: string
}

const decisions: readonly Decision[] = pages.flatMap((page) =>
  read(`${FOLDER}/${page}`)
    .split(/^## /m)
    .slice(1)
    .map((text) => ({ id: /^\w+/.exec(text)?.[0] ?? '', title: /^\w+: (.+)/.exec(text)?.[1] ?? '', page, text })),
)

describe('ARCHITECTURE.md', () => {
  test('is one page: below 900 words', () => {
    expect(architecture.split(/\s+/).filter(Boolean).length).toBeLessThan(900)
  })

  test('names every folder of src and providers, and none that is gone', () => {
    const folders = ['src', 'providers'].flatMap((folder) => foldersIn(folder))
    expect(folders.length).toBeGreaterThan(20)
    const [, listed = ''] = /## Folders\s+```text\n([^`]+)```/.exec(architecture) ?? []
    const named = listed.split('\n').flatMap((line) => {
      const [first = '', ...rest] = line.split(/\s+/)
      return /^(src|providers)\/.+\/$|^providers\/$/.test(first)
        ? [first, ...rest.flatMap((word) => /^([a-z-]+\/),?;?$/.exec(word)?.[1] ?? []).map((name) => first + name)]
        : []
    })
    expect(named.map((name) => name.slice(0, -1)).toSorted()).toEqual([...folders, 'providers'].toSorted())
  })

  test('names every file at the top of src, but the list of what is public', () => {
    const files = readdirSync('src').filter((name) => name.endsWith('.ts') && name !== 'index.ts').map((name) => name.slice(0, -3))
    const [, named = ''] = /src\/\*\.ts +([^]*?)src\/jwt\//.exec(architecture) ?? []
    expect([...named.matchAll(/\(([^)]+)\)/g)].flatMap(([, names = '']) => names.split(', ')).toSorted()).toEqual(files.toSorted())
  })

  test('names only files that there are', () => {
    const paths = [...architecture.matchAll(/(?:src|providers|test)\/[\w./-]+\.ts\b/g)].map(([path]) => path)
    expect(paths.length).toBeGreaterThan(5)
    expect(paths.filter((path) => !existsSync(path))).toEqual([])
  })
})

describe('the decisions', () => {
  test('have a number each, which is never used twice', () => {
    expect(decisions.length).toBeGreaterThan(50)
    expect(decisions.filter(({ id, title }) => !/^D[1-9]\d*$/.test(id) || title === '')).toEqual([])
    const ids = decisions.map(({ id }) => id)
    expect(ids.filter((id, position) => ids.indexOf(id) !== position)).toEqual([])
  })

  test('say why, and what holds them', () => {
    expect(decisions.filter(({ text }) => !/^\*Why:\* \S/m.test(text) || !/^\*Held by\* \S/m.test(text)).map(({ id }) => id)).toEqual([])
  })

  test('cite tests that there are, by their sentence', () => {
    expect(decisions.flatMap(({ id, text }) => missing(text).map((what) => `${id}: ${what}`))).toEqual([])
  })

  test('are all in the index, with their page and their sentence', () => {
    const listed = [...index.matchAll(/^- \[(D\d+)\]\((.+?)\): (.+)$/gm)].map(([, id, page, title]) => `${id} ${page} ${title}`)
    expect(listed.toSorted()).toEqual(decisions.map(({ id, page, title }) => `${id} ${page} ${title}`).toSorted())
  })

  test('are cited in the code by numbers that there are', () => {
    const cited = ['src', 'providers'].flatMap(sourcesIn).flatMap((path) => [...read(path).matchAll(/\((D\d+)\)/g)].map(([, id]) => ({ path, id })))
    expect(cited.length).toBeGreaterThan(10)
    expect(cited.filter(({ id }) => !decisions.some((decision) => decision.id === id))).toEqual([])
  })
})

test('ten first questions have a file each, which is there', () => {
  const files = [...where.matchAll(/^\| .+\? \| \[(.+)\]\(\.\.\/\.\.\/(.+)\) \|$/gm)]
  expect(files).toHaveLength(10)
  expect(files.filter(([, name, path]) => name !== path || !existsSync(path ?? ''))).toEqual([])
})

describe('the reader of what holds a decision', () => {
  test.each([
    ['a file that is gone', '*Held by* `test/gone.test.ts` “a sentence”.', ['test/gone.test.ts']],
    ['a sentence that no test of the file has', '*Held by* `test/decisions.test.ts` “a sentence of nobody”.', ['test/decisions.test.ts “a sentence of nobody”']],
    ['a part of a sentence', '*Held by* `test/decisions.test.ts` “have a number”.', ['test/decisions.test.ts “have a number”']],
    ['no test at all', '*Held by* good will.', ['no test']],
  ])('finds %s', (_, text, expected) => {
    expect(missing(text)).toEqual(expected)
  })

  test('is content with a sentence that is there, and with a review', () => {
    expect(missing('*Held by* `test/decisions.test.ts` “say why, and what holds them”.')).toEqual([])
    expect(missing('*Held by* review; no test would see it.')).toEqual([])
  })
})

/** What a decision cites and is not there. */
function missing(text: string): readonly string[] {
  const held = /^\*Held by\* (.+)$/m.exec(text)?.[1] ?? ''
  if (held.startsWith('review;')) return []
  const cited = [...held.matchAll(/`(test\/[^`]+)`(?: “([^”]+)”)?/g)]
  if (cited.length === 0) return ['no test']
  return cited.flatMap(([, path = '', sentence]) => {
    if (!existsSync(path)) return [path]
    return sentence === undefined || says(read(path), sentence) ? [] : [`${path} “${sentence}”`]
  })
}

/** True when a whole string of this source, or a whole line of comment, is the sentence. */
function says(source: string, sentence: string): boolean {
  const plain = source.replaceAll("\\'", "'").replaceAll(String.raw`\u2019`, '\u2019')
  return ["'", '"', '`'].some((quote) => plain.includes(quote + sentence + quote)) || plain.split('\n').includes(`// ${sentence}`)
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => posix.join(entry.parentPath, entry.name).replaceAll('\\', '/'))
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => posix.join(folder, path.replaceAll('\\', '/')))
}
