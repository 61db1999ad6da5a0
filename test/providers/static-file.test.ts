/** Lists in files: read again when they change, whatever is done to them. */
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hashToken, StaticProvider } from '../../src/index.js'
import { keepsTheContract } from '../contract.js'
import { closing } from '../closing.js'
import { recorder } from '../recorder.js'
import type { AuthEvent, StaticFileOptions } from '../../src/index.js'

const [OLD, NEW] = ['old-0123456789abcdef', 'new-0123456789abcdef']
const CI = { claims: { sub: 'ci-robot' }, scopes: ['deploy'] }

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'static-'))
  path = join(folder, 'tokens.json')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  vi.restoreAllMocks()
})

/** As it is, or as JSON. */
const write = (list: string | Buffer | object, mode = 0o600): void => {
  rmSync(path, { force: true })
  writeFileSync(path, typeof list === 'string' || Buffer.isBuffer(list) ? list : JSON.stringify(list))
  chmodSync(path, mode)
}

/** A provider whose timer goes off when told. */
async function setUp(options: StaticFileOptions = {}) {
  const { events, observe } = recorder()
  const timers: { seconds: number; work: () => void; calledOff: boolean }[] = []
  const provider = closing(await StaticProvider.fromFile(path, { observe, ...options }, {
    after: (seconds, work) => {
      const timer = { seconds, work, calledOff: false }
      timers.push(timer)
      return () => void (timer.calledOff = true)
    },
  }))
  const told = (): AuthEvent[] => events.splice(0)
  return { provider, timers, told, takes: async (token: string) => (await provider.verifyToken(token)) !== null }
}

keepsTheContract('StaticProvider.fromFile', async () => {
  const { events, observe } = recorder()
  const home = mkdtempSync(join(tmpdir(), 'static-'))
  writeFileSync(join(home, 'tokens.json'), JSON.stringify({ [hashToken(OLD)]: CI }))
  const provider = await StaticProvider.fromFile(join(home, 'tokens.json'), { observe })
  rmSync(home, { recursive: true })
  return { provider, good: OLD, refused: [NEW, hashToken(OLD).slice('sha256:'.length)], events }
}, 'nobody')

describe('a list in a file', () => {
  test('is read again when it changes: what was put in is taken, what was taken out is refused', async () => {
    write({ [hashToken(OLD)]: CI })
    const { provider, told, takes } = await setUp()
    expect([await takes(OLD), await takes(NEW)]).toEqual([true, false])
    write({ [hashToken(NEW)]: CI })
    told()
    await provider.reload()
    expect(told()).toEqual([{ type: 'list_loaded', provider: 'static', tokens: 1 }])
    expect([await takes(OLD), await takes(NEW)]).toEqual([false, true])
    expect([provider.recognizes(OLD), provider.recognizes(NEW)]).toEqual(['foreign', 'mine'])
    expect(provider.owns.digests?.map((digest) => `sha256:${digest}`)).toEqual([hashToken(NEW)])
  })

  test('is looked at every second, or as often as was said, one look after the other', async () => {
    write({ [OLD]: CI })
    const { provider, timers, takes } = await setUp({ checkEvery: 30 })
    expect(timers.map(({ seconds }) => seconds)).toEqual([30])
    write({ [NEW]: CI })
    timers[0]?.work()
    expect(timers).toHaveLength(1) // the next look is planned when this one is over
    await provider.reload()
    expect(timers.map(({ seconds }) => seconds)).toEqual([30, 30])
    expect([await takes(OLD), await takes(NEW)]).toEqual([false, true])
    expect((await setUp()).timers.map(({ seconds }) => seconds)).toEqual([1])
  })

  test('that did not change is told to nobody', async () => {
    write({ [OLD]: CI })
    const { provider, told } = await setUp()
    write({ [OLD]: CI })
    await provider.reload()
    expect(told()).toEqual([])
  })

  test.each([
    ['half written', `{ "${hashToken(NEW)}": { "claims": { "sub": "c`],
    ['emptied by an editor', ''],
    ['no list', '[]'],
    ['one with a grant that is wrong', { [NEW]: { claims: { sub: 'ci' }, scopes: 'deploy' } }],
    ['with a token twice', `{ "${NEW}": { "claims": {} }, "${NEW}": { "claims": {} } }`],
    ['in another encoding', Buffer.from(JSON.stringify({ [NEW]: CI }), 'utf16le')],
    ['in Latin-1', Buffer.from(JSON.stringify({ [NEW]: { claims: { sub: 'café' } } }), 'latin1')],
    ['too large', ' '.repeat(1_048_577)],
  ])('that is %s changes nothing, and is told once', async (_, broken) => {
    write({ [OLD]: CI })
    const { provider, told, takes } = await setUp()
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    write(broken)
    await provider.reload()
    await provider.reload()
    const events = told()
    expect(warned.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringMatching(/^bearer-auth-providers: provider "static": .*; the list of before serves on$/),
    ])
    expect(String(warned.mock.calls)).not.toContain(NEW)
    expect(events).toEqual([{ type: 'list_unreadable', provider: 'static', message: expect.any(String) }])
    expect(JSON.stringify(events)).not.toContain(NEW)
    expect([await takes(OLD), await takes(NEW)]).toEqual([true, false])
    write({ [NEW]: CI })
    await provider.reload()
    expect([await takes(OLD), await takes(NEW)]).toEqual([false, true])
  })

  test('that is gone changes nothing, is told once, and is told when it is back', async () => {
    write({ [OLD]: CI })
    const { provider, told, takes } = await setUp()
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    rmSync(path)
    await provider.reload()
    await provider.reload()
    expect(told()).toEqual([{ type: 'list_unreadable', provider: 'static', message: `cannot read ${path} (ENOENT)` }])
    expect(await takes(OLD)).toBe(true)
    told()
    write({ [OLD]: CI })
    await provider.reload()
    expect(told()).toEqual([{ type: 'list_loaded', provider: 'static', tokens: 1 }])
  })

  test('that says {} lets nobody in', async () => {
    write({ [OLD]: CI })
    const { provider, told, takes } = await setUp()
    write({})
    await provider.reload()
    expect(told()).toEqual([{ type: 'list_loaded', provider: 'static', tokens: 0 }])
    expect(await takes(OLD)).toBe(false)
  })

  test('follows the links that Kubernetes swaps', async () => {
    // As the kubelet writes it: tokens.json → ..data/tokens.json, and ..data → a folder with the time in its name.
    const mount = join(folder, 'mount')
    const put = (version: string, list: object): void => {
      mkdirSync(join(mount, version), { recursive: true })
      writeFileSync(join(mount, version, 'tokens.json'), JSON.stringify(list))
      symlinkSync(version, join(mount, '..data_tmp'))
      renameSync(join(mount, '..data_tmp'), join(mount, '..data'))
    }
    put('..2026_01', { [hashToken(OLD)]: CI })
    path = join(mount, 'tokens.json')
    symlinkSync('..data/tokens.json', path)
    const { provider, takes } = await setUp()
    expect(await takes(OLD)).toBe(true)
    put('..2026_02', { [hashToken(NEW)]: CI })
    rmSync(join(mount, '..2026_01'), { recursive: true })
    await provider.reload()
    expect([await takes(OLD), await takes(NEW)]).toEqual([false, true])
  })

  test('may hold tokens alone, where the code says what they may do', async () => {
    write(`${OLD}\n${hashToken(NEW)}\n`)
    const grant = { ...CI, scopes: ['deploy'] }
    const { provider, told, takes } = await setUp({ grant })
    grant.scopes.push('everything')
    expect([await takes(OLD), await takes(NEW)]).toEqual([true, true])
    write(`${NEW}\n`)
    await provider.reload()
    expect(told().at(-1)).toEqual({ type: 'list_loaded', provider: 'static', tokens: 1 })
    expect(await takes(OLD)).toBe(false)
    expect((await provider.verifyToken(NEW))?.scopes).toEqual(['deploy'])
  })

  test('is not looked at any more once the provider is closed', async () => {
    write({ [OLD]: CI })
    const { provider, timers, told, takes } = await setUp()
    const [timer] = timers
    timer?.work() // a look that is under way
    const look = provider.reload()
    await provider.close()
    write({ [NEW]: CI })
    await look
    expect(timer?.calledOff).toBe(true)
    expect(timers).toHaveLength(1)
    expect(await takes(OLD)).toBe(true)
    expect(told().filter(({ type }) => type === 'list_loaded')).toEqual([])
  })

  test('an observer that throws does not end the looking', async () => {
    write({ [OLD]: CI })
    const { provider, takes } = await setUp({ observe: () => { throw new Error('the log is full') } })
    write({ [NEW]: CI })
    await provider.reload()
    expect(await takes(NEW)).toBe(true)
  })

  test('no printer finds a token in the provider, not even after a change', async () => {
    write({ [OLD]: CI })
    const { provider } = await setUp()
    write({ [NEW]: CI })
    await provider.reload()
    for (const token of [OLD, NEW]) expect(inspect(provider, { showHidden: true, depth: 9 })).not.toContain(token)
  })
})

describe('at the start', () => {
  test.each([
    ['half written', `{\n"${OLD}": {\n"claims": { "sub": x`, /is not JSON( \(line 3\))?: was it cut off/],
    ['empty', ' \n', /is empty; it must hold JSON such as/],
    ['without a token', '{}', /at least one token/],
    ['a list', `["${OLD}"]`, /is no JSON object/],
    ['tokens alone', `${OLD}\n`, /is no JSON object; .* or give "grant" with tokens alone/],
    ['with a token twice', `{ "${OLD}": { "claims": {} }, "${OLD}": { "claims": {} } }`, /the same name twice/],
    ['with scopes said twice', `{ "${OLD}": { "claims": {}, "scopes": ["admin"], "scopes": [] } }`, /the same name twice/],
    ['with a token in the wrong place', { 'a-name-for-all-of-them': { [OLD]: CI } }, /number 1: a member is none of those/],
  ])('a file that is %s is an error that shows nothing of it', async (_, list, message) => {
    write(list)
    const error = await StaticProvider.fromFile(path).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toMatch(message)
    expect(inspect(error, { depth: 9 })).not.toContain(OLD)
  })

  test('a file that is not there, or is none, is an error that names it', async () => {
    await expect(StaticProvider.fromFile(path)).rejects.toThrow(`cannot read ${path} (ENOENT)`)
    await expect(StaticProvider.fromFile(folder)).rejects.toThrow(`${folder} is not a file`)
    await expect(StaticProvider.fromFile('/dev/zero')).rejects.toThrow('/dev/zero is not a file')
  })

  test('an option that is wrong is refused', async () => {
    write({ [OLD]: CI })
    await expect(StaticProvider.fromFile(path, { checkEvery: 5000 })).rejects.toThrow(/"checkEvery" .*milliseconds, write 5/)
    await expect(StaticProvider.fromFile(path, { env: {} } as never)).rejects.toThrow(/"env" is not an option of StaticProvider.fromFile/)
    await expect(StaticProvider.fromFile(path, { grant: CI })).rejects.toThrow(/holds JSON, .* leave "grant" out/)
    await expect(StaticProvider.fromFile(path, { grant: 'ci' } as never)).rejects.toThrow(/"grant" must be an object/)
  })

  test('a mark of the byte order, which Windows writes, is no fault', async () => {
    write(`\uFEFF${JSON.stringify({ [OLD]: CI })}`)
    expect(await (await setUp()).takes(OLD)).toBe(true)
  })

  test.each([
    ['tokens that all may read', { [OLD]: CI }, 0o644, 1],
    ['tokens that the group may read', { [OLD]: CI }, 0o640, 0],
    ['digests that all may read', { [hashToken(OLD)]: CI }, 0o644, 0],
    ['a digest and a token', { [hashToken(OLD)]: CI, [NEW]: CI }, 0o604, 1],
  ])('a file with %s: so many warnings, and no token in them', async (_, list, mode, count) => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    write(list, mode)
    await setUp()
    expect(warned.mock.calls.map(([text]) => String(text))).toEqual(
      Array.from({ length: count }, () => `bearer-auth-providers: everybody on this machine can read the tokens in ${path}; chmod 600, or write digests: npx bearer-auth-providers hash`),
    )
  })
})
