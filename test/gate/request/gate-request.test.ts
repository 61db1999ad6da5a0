import { describe, expect, test } from 'vitest'
import type { GateRequest } from '../../../src/gate/request/gate-request.js'
import { accessOf, checkedExclusions, checkedPaths, isGuarded } from '../../../src/gate/paths.js'
import { readCredentials } from '../../../src/gate/request/gate-request.js'
import { headers } from '../headers.js'
import type { TokenPlaces } from '../../../src/gate/request/gate-request.js'

const PLAIN: TokenPlaces = { header: undefined, cookie: undefined, schemes: ['Bearer'] }

describe('readCredentials', () => {
  test.each<[string, readonly string[], object]>([
    ['no header', [], { kind: 'none' }],
    ['an empty header', [''], { kind: 'none' }],
    ['Bearer', ['Bearer abc'], { kind: 'token', scheme: 'Bearer', token: 'abc' }],
    ['bearer', ['bearer abc'], { kind: 'token', scheme: 'Bearer', token: 'abc' }],
    ['BEARER', ['BEARER abc'], { kind: 'token', scheme: 'Bearer', token: 'abc' }],
    ['padding at the end', ['Bearer abc=='], { kind: 'token', scheme: 'Bearer', token: 'abc==' }],
    ['another scheme', ['Basic dXNlcjpwYXNz'], { kind: 'none' }],
    ['DPoP', ['DPoP abc'], { kind: 'none' }],
    ['a token without scheme', ['valid-token'], { kind: 'none' }],
    ['the scheme glued to the token', ['Bearerabc'], { kind: 'none' }],
    ['the scheme alone', ['Bearer'], { kind: 'none' }],
    ['the scheme and a blank', ['Bearer '], { kind: 'none' }],
    ['the scheme and blanks', ['bearer \t '], { kind: 'none' }],
    ['the scheme alone, beside a token', ['Bearer', 'Bearer abc'], { kind: 'malformed' }],
    ['the scheme alone, joined to a token', ['Bearer, Bearer abc'], { kind: 'malformed' }],
    ['two blanks', ['Bearer  abc'], { kind: 'malformed' }],
    ['a tab', ['Bearer\tabc'], { kind: 'malformed' }],
    ['a blank at the end', ['Bearer abc '], { kind: 'malformed' }],
    ['two tokens', ['Bearer abc def'], { kind: 'malformed' }],
    ['a comma', ['Bearer abc,Bearer def'], { kind: 'malformed' }],
    ['a comma behind the scheme', ['Bearer, abc'], { kind: 'malformed' }],
    ['quotes', ['Bearer "abc"'], { kind: 'malformed' }],
    ['padding alone', ['Bearer =='], { kind: 'malformed' }],
    ['padding in the middle', ['Bearer a=b'], { kind: 'malformed' }],
    ['letters outside of ASCII', ['Bearer tökén'], { kind: 'malformed' }],
    ['a control character', ['Bearer a\u0000b'], { kind: 'malformed' }],
    ['64 KiB', [`Bearer ${'x'.repeat(65_536)}`], { kind: 'malformed' }],
    ['the header twice', ['Bearer abc', 'Bearer abc'], { kind: 'malformed' }],
    ['two headers of which one is ours', ['Basic abc', 'Bearer abc'], { kind: 'malformed' }],
    ['the same two, joined', ['Basic abc, Bearer abc'], { kind: 'malformed' }],
    ['an empty one and ours, joined', [', bearer abc'], { kind: 'malformed' }],
    ['another and our scheme alone, joined', ['Basic abc,Bearer'], { kind: 'malformed' }],
    ['a scheme with a list of its own', ['Digest username="ada", bearer=1, realm="x"'], { kind: 'none' }],
  ])('%s', (_, authorization, expected) => {
    expect(readCredentials({ header: headers({ authorization }) }, PLAIN)).toEqual(expected)
  })
})

describe('a token in a header of its own', () => {
  const places: TokenPlaces = { header: 'x-assertion', cookie: undefined, schemes: ['Bearer'] }

  test.each<[string, Record<string, string[]>, object]>([
    ['the token alone', { 'x-assertion': ['abc'] }, { kind: 'token', scheme: 'Bearer', token: 'abc' }],
    ['nothing', {}, { kind: 'none' }],
    ['a token in Authorization', { authorization: ['Bearer abc'] }, { kind: 'none' }],
    ['the token and another in Authorization', { 'x-assertion': ['abc'], authorization: ['Bearer def'] }, { kind: 'token', scheme: 'Bearer', token: 'abc' }],
    ['a scheme', { 'x-assertion': ['Bearer abc'] }, { kind: 'malformed' }],
    ['an empty header', { 'x-assertion': [''] }, { kind: 'none' }],
    ['an empty header and a token', { 'x-assertion': ['', 'abc'] }, { kind: 'malformed' }],
    ['two empty headers', { 'x-assertion': ['', ''] }, { kind: 'malformed' }],
    ['the header twice', { 'x-assertion': ['abc', 'abc'] }, { kind: 'malformed' }],
    ['two values in one', { 'x-assertion': ['abc, abc'] }, { kind: 'malformed' }],
  ])('%s', (_, values, expected) => {
    expect(readCredentials({ header: headers(values) }, places)).toEqual(expected)
  })
})

describe('a token in a cookie', () => {
  const places: TokenPlaces = { header: undefined, cookie: { name: '__Host-token', origins: ['https://app.example.com'] }, schemes: ['Bearer'] }
  const ours = { origin: ['https://app.example.com'] }

  test.each<[string, Record<string, string[]>, object]>([
    ['from a page of ours', { ...ours, cookie: ['a=b; __Host-token=abc; c=d'] }, { kind: 'token', scheme: 'Bearer', token: 'abc' }],
    ['from the same origin, as the browser says', { 'sec-fetch-site': ['same-origin'], cookie: ['__Host-token=abc'] }, { kind: 'token', scheme: 'Bearer', token: 'abc' }],
    ['from a page of others', { origin: ['https://evil.example'], cookie: ['__Host-token=abc'] }, { kind: 'none' }],
    ['from a page that begins alike', { origin: ['https://app.example.com.evil.example'], cookie: ['__Host-token=abc'] }, { kind: 'none' }],
    ['from a page without an origin', { origin: ['null'], cookie: ['__Host-token=abc'] }, { kind: 'none' }],
    ['from two pages', { origin: ['https://app.example.com', 'https://app.example.com'], cookie: ['__Host-token=abc'] }, { kind: 'none' }],
    ['from a page of others that claims to be the same', { origin: ['https://evil.example'], 'sec-fetch-site': ['same-origin'], cookie: ['__Host-token=abc'] }, { kind: 'none' }],
    ['from the same site only', { 'sec-fetch-site': ['same-site'], cookie: ['__Host-token=abc'] }, { kind: 'none' }],
    ['from who says nothing of itself', { cookie: ['__Host-token=abc'] }, { kind: 'none' }],
    ['beside Authorization, which wins', { ...ours, authorization: ['Bearer def'], cookie: ['__Host-token=abc'] }, { kind: 'token', scheme: 'Bearer', token: 'def' }],
    ['beside an Authorization that is malformed', { ...ours, authorization: ['Bearer a b'], cookie: ['__Host-token=abc'] }, { kind: 'malformed' }],
    ['twice', { ...ours, cookie: ['__Host-token=abc; __Host-token=def'] }, { kind: 'malformed' }],
    ['in two headers', { ...ours, cookie: ['__Host-token=abc', '__Host-token=abc'] }, { kind: 'malformed' }],
    ['empty', { ...ours, cookie: ['__Host-token='] }, { kind: 'none' }],
    ['empty, and another', { ...ours, cookie: ['__Host-token=; __Host-token=abc'] }, { kind: 'malformed' }],
    ['beside an empty Authorization', { ...ours, authorization: ['Bearer '], cookie: ['__Host-token=abc'] }, { kind: 'token', scheme: 'Bearer', token: 'abc' }],
    ['in a line that no browser sends', { ...ours, cookie: [`__Host-token=abc; x=${'x'.repeat(70_000)}`] }, { kind: 'malformed' }],
    ['quoted', { ...ours, cookie: ['__Host-token="abc"'] }, { kind: 'malformed' }],
    ['of another name that ends alike', { ...ours, cookie: ['x__Host-token=abc'] }, { kind: 'none' }],
    ['in other letters', { ...ours, cookie: ['__host-token=abc'] }, { kind: 'none' }],
  ])('%s', (_, values, expected) => {
    expect(readCredentials({ header: headers(values) }, places)).toEqual(expected)
  })
})

describe('guarded paths', () => {
  test.each(['/mcp', '/mcp/', '/mcp/messages', '/MCP', '/Mcp/x', '/%6dcp', '/%6D%63%70', '//mcp', '///mcp//x', '/./mcp', '/x/../mcp', '/x/%2e%2e/mcp', '/x%2f..%2fmcp', '/\\mcp', '/mcp%2fx', '/%zz', '/%', '*mcp', 'xmcp', 'x', 'mcp:80'])(
    '%s might be /mcp to some router',
    (path) => expect(isGuarded(path, ['/mcp'])).toBe(true),
  )

  test.each(['/', '/mcpx', '/mcp-secret', '/x/mcp', '/mc', '/public', '/public/..%2fpublic', '*', 'http://localhost'])('%s is not /mcp', (path) => {
    expect(isGuarded(path, ['/mcp'])).toBe(false)
  })

  test('a slash guards everything, and an empty list nothing', () => {
    expect(isGuarded('/anything', ['/'])).toBe(true)
    expect(isGuarded('/mcp', [])).toBe(false)
  })

  test('a guarded path is found whatever its own case', () => {
    expect(isGuarded('/api/mcp', ['/API/MCP'])).toBe(true)
  })
})

const needsToken = (request: Pick<GateRequest, 'path' | 'mounted'>): boolean =>
  accessOf({ method: 'GET', header: headers({}), ...request }, { protect: ['/notes'], exclude: [] }) === 'guarded'

describe('guarded paths below a mount', () => {
  test.each(['/api/notes', '/API/Notes/1', '/api/v1/notes', '/notes'])('%s may be meant by /notes', (path) => {
    expect(needsToken({ path, mounted: true })).toBe(true)
  })

  test.each(['/api', '/api/notesx', '/api/mail'])('%s is not meant by it', (path) => {
    expect(needsToken({ path, mounted: true })).toBe(false)
  })

  test('where the whole app is wrapped, paths are the whole of it', () => {
    expect(needsToken({ path: '/api/notes' })).toBe(false)
  })
})

const get = (path: string) => ({ method: 'GET', path, header: headers({}) })
const isLeftAlone = (request: GateRequest, exclude: ReturnType<typeof checkedExclusions>): boolean => accessOf(request, { protect: undefined, exclude }) === 'excluded'

describe('excluded paths', () => {
  test.each(['/docs', '/docs/', '/docs/api', '/docs/a.b'])('%s is below /docs', (path) => expect(isLeftAlone(get(path), checkedExclusions(['/docs']))).toBe(true))

  test.each(['/docs-secret', '/DOCS', '/docs/../mcp', '/docs/./x', '/docs//x', '/docs/%2e%2e/mcp', '/docs%2fx', '/docs\\..\\mcp', '/docs/..', '/%64ocs'])(
    '%s is not excluded',
    (path) => expect(isLeftAlone(get(path), checkedExclusions(['/docs']))).toBe(false),
  )
})

test('the root that is excluded is the root alone', () => {
  const excluded = checkedExclusions(['/', { path: '/docs', exact: true }])
  expect(['/', '/x', '//', '/mcp'].map((path) => isLeftAlone(get(path), excluded))).toEqual([true, false, false, false])
  expect(['/docs', '/docs/', '/docs/x'].map((path) => isLeftAlone(get(path), excluded))).toEqual([true, false, false])
})

describe('lists of exclusions', () => {
  test('are paths, or paths with methods', () => {
    expect(checkedExclusions(['/health/', { path: '/orders', methods: ['HEAD', 'POST'] }])).toEqual([
      { path: '/health', methods: undefined, exact: false },
      { path: '/orders', methods: ['HEAD', 'POST'], exact: false },
    ])
  })

  test.each([
    ['GET', ['GET', 'HEAD']],
    ['HEAD', ['HEAD']],
  ])('%s opens %s: HEAD goes with GET, and GET not with HEAD', (named, open) => {
    const exclude = checkedExclusions([{ path: '/orders', methods: [named] }])
    const isOpen = (method: string): boolean => accessOf({ method, path: '/orders', header: () => [] }, { protect: undefined, exclude }) === 'excluded'
    expect(['GET', 'HEAD', 'POST'].filter(isOpen)).toEqual(open)
  })

  test.each<[unknown, RegExp]>([
    ['/health', /"exclude" must be an array of paths/],
    [[null], /"exclude" must be an array of paths/],
    [[{ methods: ['GET'] }], /"exclude" must be an array of paths/],
    [[{ path: '/x/*', methods: ['GET'] }], /no patterns/],
    [[{ path: '/x', methods: ['get'] }], /methods in capitals/],
    [[{ path: '/x', methods: [] }], /methods in capitals/],
    [[{ path: '/x', methods: 'GET' }], /methods in capitals/],
    [[{ path: '/x', method: ['GET'] }], /"method" is not an option of exclude; did you mean "methods"/],
    [[{ path: '/x', exact: 'yes' }], /"exact" in "exclude" must be true or false/],
  ])('%j is refused', (entries, message) => {
    expect(() => checkedExclusions(entries)).toThrow(message)
    expect(() => checkedExclusions(entries)).toThrow(TypeError)
  })
})

describe('lists of paths', () => {
  test('a slash at the end makes no difference', () => {
    expect(checkedPaths('protect', ['/mcp/', '/'])).toEqual(['/mcp', '/'])
  })

  test.each([['/mcp'], 'mcp', ['mcp'], ['/mcp/*'], ['/:id'], ['/a?b'], ['/a/../b'], [''], [7], null])('%j', (paths) => {
    const check = (): unknown => checkedPaths('protect', paths)
    if (Array.isArray(paths) && paths[0] === '/mcp') expect(check()).toEqual(['/mcp'])
    else expect(check).toThrow(/"protect" must be an array of paths/)
  })
})
