import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { JwksProvider } from '../../../src/index.js'
import { AUDIENCE, clock, ISSUER, signer, START } from '../../oauth-kit.js'
import { recorder } from '../../recorder.js'
import type { JwksProviderOptions } from '../../../src/index.js'
import type { Signer } from '../../oauth-kit.js'

let key: Signer
let rotated: Signer
beforeAll(async () => {
  key = await signer('ES256', 'key-1')
  rotated = await signer('ES256', 'key-2')
})

/** An issuer behind a `fetch`, and the requests it got. */
function issuer() {
  const requests: Request[] = []
  const state = { keys: [key], up: true, headers: {} as Record<string, string>, jwksUri: `${ISSUER}/keys` }
  const fetch = async (url: unknown, init?: RequestInit): Promise<Response> => {
    const request = new Request(String(url), { headers: init?.headers ?? {} })
    requests.push(request)
    if (!state.up) throw new TypeError('fetch failed')
    if (request.url !== state.jwksUri) return Response.json({ issuer: ISSUER, jwks_uri: state.jwksUri })
    if (state.headers.etag !== undefined && request.headers.get('if-none-match') === state.headers.etag) {
      return new Response(null, { status: 304, headers: state.headers })
    }
    return Response.json({ keys: state.keys.map(({ publicJwk }) => publicJwk) }, { headers: state.headers })
  }
  return { requests, state, fetch: fetch as typeof globalThis.fetch }
}

function provider(options: object) {
  const time = clock()
  const { events, observe } = recorder()
  const made = new JwksProvider({
    issuer: ISSUER,
    audience: AUDIENCE,
    now: time.now,
    cache: false,
    observe,
    ...options,
  } as JwksProviderOptions)
  return { made, time, events }
}

const settled = (): Promise<void> => new Promise((done) => setImmediate(done))

describe('over HTTP', () => {
  test('an unchanged set is asked for by its ETag and kept', async () => {
    const { requests, state, fetch } = issuer()
    state.headers = { etag: '"v1"', 'cache-control': 'max-age=100' }
    const { made, time } = provider({ fetch, jwksUri: `${ISSUER}/keys` })
    await made.verifyToken(await key.sign())
    time.forward(101)
    expect(await made.verifyToken(await key.sign())).not.toBeNull()
    expect(requests.map(({ headers }) => headers.get('if-none-match'))).toEqual([null, '"v1"'])
    time.forward(60)
    await made.verifyToken(await key.sign())
    expect(requests).toHaveLength(2)
  })

  test.each([
    ['while the keys are fresh', 0],
    ['when they are old anyway', 5000],
  ])('a name that nobody knows, %s, costs one look though the clock goes on while it begins', async (_, older) => {
    const { requests, fetch } = issuer()
    let instant = START
    const { made } = provider({ fetch, jwksUri: `${ISSUER}/keys`, now: () => (instant += 0.001) })
    await made.keys.warm()
    instant += older
    expect(await made.verifyToken(await key.sign({ iat: START + older, exp: START + 10_000 }, { kid: 'of nobody' }))).toBeNull()
    expect(requests).toHaveLength(2)
  })

  test.each([
    ['max-age=120', 120],
    ['public, max-age=120, must-revalidate', 120],
    ['s-maxage=10', 600],
    ['no-store', 600],
    ['max-age=soon', 600],
  ])('Cache-Control: %s means %s seconds', async (header, seconds) => {
    const { requests, state, fetch } = issuer()
    state.headers = { 'cache-control': header }
    const { made, time } = provider({ fetch, jwksUri: `${ISSUER}/keys` })
    await made.verifyToken(await key.sign({ exp: START + 3600 }))
    time.forward(seconds * 0.69)
    await made.verifyToken(await key.sign({ exp: START + 3600 }))
    expect(requests).toHaveLength(1)
    time.forward(seconds * 0.22)
    await made.verifyToken(await key.sign({ exp: START + 3600 }))
    expect(requests).toHaveLength(2)
  })

  test.each([
    ['100', 500],
    ['590', 60],
    ['7000', 60],
    ['soon', 600],
  ])('what a cache on the way kept for %s seconds is used for %s more', async (age, seconds) => {
    const { requests, state, fetch } = issuer()
    state.headers = { 'cache-control': 'max-age=600', age }
    const { made, time } = provider({ fetch, jwksUri: `${ISSUER}/keys` })
    await made.keys.warm()
    time.forward(seconds * 0.69)
    await made.verifyToken(await key.sign({ exp: START + 3600 }))
    expect(requests).toHaveLength(1)
    time.forward(seconds * 0.22)
    await made.verifyToken(await key.sign({ exp: START + 3600 }))
    expect(requests).toHaveLength(2)
  })

  test('a key in the URL of the keys is in no message', async () => {
    for (const answer of [new Response('{}'), new Response('', { status: 500 }), new Response('x'.repeat(600_000)), Response.redirect('https://evil.example')]) {
      const { made, events } = provider({ fetch: async () => answer, jwksUri: `${ISSUER}/keys?key=s3cret` })
      const error: unknown = await made.verifyToken(await key.sign()).catch((thrown: unknown) => thrown)
      expect(inspect([error, events], { depth: 10 })).not.toContain('s3cret')
    }
  })

  test('a 304 that nobody asked for is no answer', async () => {
    const fetch = async (): Promise<Response> => new Response(null, { status: 304 })
    const { made } = provider({ fetch, jwksUri: `${ISSUER}/keys` })
    await expect(made.verifyToken(await key.sign())).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test('the ETag of a set that cannot be used is not kept', async () => {
    const asked: (string | null)[] = []
    let etag = 'good'
    const fetch = async (_: unknown, init?: RequestInit): Promise<Response> => {
      asked.push(new Headers(init?.headers).get('if-none-match'))
      return Response.json(etag === 'good' ? { keys: [key.publicJwk] } : { keys: [] }, { headers: { etag } })
    }
    const { made, time } = provider({ fetch, jwksUri: `${ISSUER}/keys` })
    await made.keys.warm()
    etag = 'empty'
    for (let n = 0; n < 2; n += 1) {
      time.forward(601)
      expect(await made.verifyToken(await key.sign({ exp: time.now() + 60 }))).not.toBeNull()
    }
    expect(asked).toEqual([null, 'good', 'good'])
  })

  test('headers go to the issuer and to nobody else', async () => {
    const { requests, state, fetch } = issuer()
    state.jwksUri = 'https://cdn.example.net/keys'
    const { made } = provider({ fetch, headers: { Authorization: 'Bearer pod-credential' } })
    expect(await made.verifyToken(await key.sign())).not.toBeNull()
    expect(requests.map(({ url, headers }) => [new URL(url).host, headers.get('authorization')])).toEqual([
      ['id.example.com', 'Bearer pod-credential'],
      ['cdn.example.net', null],
    ])
  })

  test('warming fetches before the first token, and says when it cannot', async () => {
    const { requests, state, fetch } = issuer()
    const { made } = provider({ fetch })
    await made.keys.warm()
    const before = requests.length
    await made.verifyToken(await key.sign())
    expect(requests).toHaveLength(before)
    state.up = false
    await expect(provider({ fetch }).made.keys.warm()).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test('an operator sees a rotation, an outage and an unknown key', async () => {
    const { state, fetch } = issuer()
    const { made, time, events } = provider({ fetch, name: 'people' })
    await made.verifyToken(await key.sign())
    state.keys = [key, rotated]
    await made.verifyToken(await rotated.sign({ iat: time.now() }))
    await made.verifyToken(await (await signer('ES256', 'key-3')).sign({ iat: time.now() }))
    state.up = false
    time.forward(601)
    await made.verifyToken(await key.sign({ exp: time.now() + 60 }))
    expect(events.filter(({ type }) => type.startsWith('key'))).toEqual([
      { type: 'keys_fetched', provider: 'people', issuer: ISSUER, keys: 1 },
      { type: 'keys_rotated', provider: 'people', issuer: ISSUER, keys: 2 },
      { type: 'keys_fetched', provider: 'people', issuer: ISSUER, keys: 2 },
      { type: 'key_unknown', provider: 'people', issuer: ISSUER, asked: true },
      { type: 'keys_unavailable', provider: 'people', issuer: ISSUER, message: 'no answer from id.example.com', usable: true, retryAfter: expect.any(Number) },
    ])
  })
})

describe('a snapshot', () => {
  test('spares the next process its first fetch', async () => {
    const { requests, fetch } = issuer()
    const first = provider({ fetch })
    await first.made.keys.warm()
    const snapshot = JSON.parse(JSON.stringify(first.made.keys.snapshot()))
    requests.length = 0
    const second = provider({ fetch, keys: { snapshot } })
    expect(await second.made.verifyToken(await key.sign())).not.toBeNull()
    expect(requests).toEqual([])
  })

  test('that is too old is fetched anew', async () => {
    const { requests, fetch } = issuer()
    const { made, time } = provider({ fetch })
    await made.keys.warm()
    const snapshot = made.keys.snapshot()
    time.forward(601)
    const second = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, fetch, now: time.now, keys: { snapshot } })
    requests.length = 0
    await second.verifyToken(await key.sign({ exp: time.now() + 60 }))
    expect(requests.length).toBeGreaterThan(0)
  })

  test.each([{}, { [ISSUER]: {} }, { [ISSUER]: { keys: 'x', fetchedAt: 1 } }, { 'https://evil.example': { keys: [{}], fetchedAt: 1 } }])(
    'of %j is as good as none',
    async (snapshot) => {
      const { fetch } = issuer()
      expect(await provider({ fetch, keys: { snapshot } }).made.verifyToken(await key.sign())).not.toBeNull()
    },
  )
})

describe('a store', () => {
  function store() {
    const kept = new Map<string, string>()
    return { kept, get: async (name: string) => kept.get(name), set: async (name: string, text: string) => kept.set(name, text) }
  }

  test('spares other processes their first fetch', async () => {
    const { requests, fetch } = issuer()
    const shared = store()
    await provider({ fetch, keys: { store: shared } }).made.keys.warm()
    await settled()
    requests.length = 0
    const { made } = provider({ fetch, keys: { store: shared } })
    expect(await made.verifyToken(await key.sign())).not.toBeNull()
    expect(requests).toEqual([])
  })

  test('serves a process that starts in an outage, for an hour beyond the age of the keys', async () => {
    const { state, fetch } = issuer()
    const shared = store()
    await provider({ fetch, keys: { store: shared } }).made.keys.warm()
    await settled()
    state.up = false
    const { made, time } = provider({ fetch, keys: { store: shared } })
    time.forward(4199)
    expect(await made.verifyToken(await key.sign({ exp: time.now() + 60 }))).not.toBeNull()
    time.forward(2)
    await expect(made.verifyToken(await key.sign({ exp: time.now() + 60 }))).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    const late = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, now: time.now, fetch, keys: { store: shared } })
    await expect(late.verifyToken(await key.sign({ exp: time.now() + 60 }))).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
  })

  test('with old keys is no reason not to ask the issuer', async () => {
    const { state, fetch } = issuer()
    const shared = store()
    await provider({ fetch, keys: { store: shared } }).made.keys.warm()
    await settled()
    state.keys = [rotated]
    const { made, time } = provider({ fetch, keys: { store: shared } })
    time.forward(601)
    expect(await made.verifyToken(await key.sign({ exp: time.now() + 60 }))).toBeNull()
  })

  test('keeps keys for as long as they can serve', async () => {
    const { state, fetch } = issuer()
    state.headers = { 'cache-control': 'max-age=120' }
    const spans: number[] = []
    const { made } = provider({
      fetch,
      keys: { maxStale: 50, store: { ...store(), set: async (_: string, __: string, seconds: number) => spans.push(seconds) } },
    })
    await made.keys.warm()
    expect(spans).toEqual([170])
  })

  test('is not asked about keys that are not known: the issuer is', async () => {
    const { state, fetch } = issuer()
    const shared = store()
    await provider({ fetch, keys: { store: shared } }).made.keys.warm()
    await settled()
    state.keys = [rotated]
    const { made } = provider({ fetch, keys: { store: shared } })
    expect(await made.verifyToken(await rotated.sign())).not.toBeNull()
  })

  const broken: readonly (readonly [string, object])[] = [
    ['is away', { get: () => Promise.reject(new Error('away')), set: () => Promise.reject(new Error('away')) }],
    ['throws', { get: () => { throw new Error('broken') }, set: () => { throw new Error('broken') } }],
    ['never answers', { get: () => new Promise(() => undefined), set: () => new Promise(() => undefined) }],
    ['answers nonsense', { get: async () => '{"keys":7}', set: async () => undefined }],
    ['answers no JSON', { get: async () => '<html>', set: async () => undefined }],
    ['answers keys without an age', { get: async () => JSON.stringify({ keys: [{}] }), set: async () => undefined }],
  ]
  test.each(broken)('that %s costs only the fetch it would have saved', async (_, shared) => {
    const { fetch } = issuer()
    expect(await provider({ fetch, keys: { store: shared } }).made.verifyToken(await key.sign())).not.toBeNull()
    await settled()
  })
})

describe('a file', () => {
  test('on a drive that hangs is no answer, in time', async () => {
    vi.doMock('node:fs/promises', () => ({ constants: {}, open: () => new Promise(() => undefined) }))
    const { made } = provider({ jwksFile: '/mnt/away/jwks.json', timeout: 0.02 })
    await expect(made.verifyToken(await key.sign())).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    vi.doUnmock('node:fs/promises')
  })

  test('is read again after ten seconds; a broken one leaves the keys of before', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keys-'))
    const file = join(folder, 'jwks.json')
    const write = (text: string): Promise<void> => writeFile(file, text)
    const setOf = (...signers: Signer[]): string => JSON.stringify({ keys: signers.map(({ publicJwk }) => publicJwk) })
    const { made, time } = provider({ jwksFile: file, timeout: 30 }) // a busy machine is no outage
    await expect(made.verifyToken(await key.sign())).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    await write(setOf(key))
    time.forward(2)
    expect(await made.verifyToken(await key.sign())).not.toBeNull()
    await write('{"keys": [')
    time.forward(11)
    expect(await made.verifyToken(await key.sign())).not.toBeNull()
    await write(setOf(rotated))
    time.forward(11)
    await made.verifyToken(await rotated.sign({ iat: time.now() }))
    expect(await made.verifyToken(await rotated.sign())).not.toBeNull()
    expect(await made.verifyToken(await key.sign())).toBeNull()
    await rm(folder, { recursive: true })
  })
})
