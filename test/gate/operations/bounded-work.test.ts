/** What a body can make the gate do, counted: characters that are given to what takes long. */
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { gate } from '../../../src/index.js'
import { says } from '../../oauth-kit.js'
import { headers } from '../headers.js'

// At hand before anything is counted: to load it takes URLs.
beforeAll(async () => void (await import('../../../src/gate/operations/called-operations.js')))
afterEach(() => void vi.restoreAllMocks())

const OPERATIONS = { 'resources/read': { 'file:///private/*': 'private' }, 'resources/subscribe': 'watch', 'tools/call': { a: 'b' } }

/** The status, or 'pass'; and what was given to parsers. */
async function work(text: string) {
  const urls: string[] = []
  const RealURL = URL
  class CountedURL extends RealURL {
    constructor(url: string) {
      urls.push(url)
      super(url)
    }
    static override canParse(url: string): boolean {
      urls.push(url)
      return RealURL.canParse(url)
    }
  }
  const parse = vi.spyOn(JSON, 'parse')
  const decide = gate(says('yes'), { operations: OPERATIONS })
  vi.stubGlobal('URL', CountedURL)
  const decision = await decide({ method: 'POST', path: '/mcp', header: headers({ authorization: ['Bearer a-token'], 'content-type': ['application/json'] }), body: async () => ({ text }) })
  vi.unstubAllGlobals()
  const parsed = parse.mock.calls.filter(([given]) => given === text).length
  parse.mockRestore()
  return { outcome: decision.pass ? 'pass' : decision.answer.status, urls, parsed }
}

const call = (method: string, params: object): string => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
const read = (uri: string): string => call('resources/read', { uri })
const distinct = (count: number): string => Array.from({ length: count }, (_, index) => String.fromCharCode(0x4e00 + index)).join('')

describe('a body with operations', () => {
  test.each<[string, string]>([
    ['a host of combining marks', read(`http://${'\u0301'.repeat(32_768)}`)],
    ['a host of distinct ideographs', read(`http://${distinct(4_000)}`)],
    ['one without slashes, behind blanks, in capitals', read(`  HTTP:${distinct(300)}/x`)],
    ['one with a line end in its scheme', read(`ht\ntp:\\\\${distinct(300)}`)],
    ['one behind a user', read(`wss://a@${distinct(300)}`)],
    ['a URI of 4 KiB and one', read(`notes:${'%41'.repeat(1_364)}`)],
    ['a long URI of a completion', call('resources/read', { ref: { uri: `file://${'@'.repeat(5_000)}` } })],
    ['a name of 1 KiB and one', call('tools/call', { name: 'a'.repeat(1_025) })],
    ['101 messages', `[${Array(101).fill(call('ping', {})).join()}]`],
  ])('%s is refused before a parser of URLs sees it', async (_, text) => {
    const { outcome, urls } = await work(text)
    expect([outcome, urls]).toEqual([400, []])
  })

  test.each<[string, string]>([
    ['300 000 tiny messages', `[${Array(300_000).fill('0').join()}]`],
    ['4 MiB of brackets', '['.repeat(2_097_152) + ']'.repeat(2_097_152)],
    ['65 levels', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`],
    ['a flood of empty objects', `[${Array(200_000).fill('{}').join()}]`],
  ])('%s are refused before they are parsed', async (_, text) => {
    const { outcome, parsed } = await work(text)
    expect([outcome, parsed]).toEqual([400, 0])
  })

  test.each<[string, string]>([
    ['4 MiB of escapes', call('tools/call', { name: 'b', arguments: { text: '\\"[{'.repeat(500_000) } })],
    ['64 levels', `${'['.repeat(64)}${']'.repeat(64)}`],
    ['100 messages', `[${Array(100).fill(call('ping', {})).join()}]`],
    ['a name of 1 KiB', call('tools/call', { name: 'c'.repeat(1_024) })],
    ['a URI of 4 KiB', read(`notes://a/${'b'.repeat(4_086)}`)],
  ])('%s pass', async (_, text) => {
    expect((await work(text)).outcome).toBe('pass')
  })

  test.each([
    ['a method with no rule about URIs', call('resources/unsubscribe', { uri: 'file:///private/x' }), 'pass'],
    ['a method with one rule for all', call('resources/subscribe', { uri: 'file:///private/x' }), 403],
  ] as const)('the URI of %s is not read', async (_, text, outcome) => {
    expect(await work(text)).toMatchObject({ outcome, urls: [] })
  })

  test('the URI of a method with rules is', async () => {
    expect(await work(read('file:///public/../private/x'))).toMatchObject({ outcome: 403, urls: expect.arrayContaining(['file:///public/../private/x']) as unknown })
  })
})
