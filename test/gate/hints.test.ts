/** What a gate tells the developer, once each: never with anything in it that a client sent. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { gate } from '../../src/index.js'
import { says } from '../oauth-kit.js'
import { headers } from './headers.js'
import type { Gate, GateOptions } from '../../src/index.js'

const warned: string[] = []
beforeEach(() => {
  warned.length = 0
  vi.spyOn(process, 'emitWarning').mockImplementation((text) => void warned.push(String(text)))
})
afterEach(() => void vi.restoreAllMocks())

let hosts = 0
/** An origin of its own for each test, so that no gate of another is a neighbour. */
const origin = (): string => `https://mcp${(hosts += 1)}.example.com`

interface Asked {
  readonly path: string
  readonly method?: string
  readonly mounted?: boolean
  readonly names?: Record<string, string[]>
}
const ask = (guard: Gate, { path, method = 'POST', mounted = false, names = {} }: Asked) => guard({ method, path, mounted, header: headers(names) })
/** Asks twice, as whatever is told is told once. */
async function toldOf(guard: Gate, ...asked: readonly Asked[]): Promise<string[]> {
  for (const one of [...asked, ...asked]) await ask(guard, one)
  await vi.dynamicImportSettled() // of what tells
  return warned.splice(0)
}
const made = (options: GateOptions): Gate => gate(says('no'), options)

describe('a gate says once', () => {
  test('that it answered a preflight', async () => {
    const names = { origin: ['https://app.example.com'], 'access-control-request-method': ['POST'] }
    expect(await toldOf(made({}), { method: 'OPTIONS', path: '/mcp', names })).toEqual([
      expect.stringMatching(/CORS preflight came to the gate.*put your CORS in front.*preflight: 'pass'/),
    ])
  })

  test('that it answered for metadata that is not its own', async () => {
    expect(await toldOf(made({}), { method: 'GET', path: '/.well-known/openid-configuration' })).toEqual([expect.stringMatching(/answered with 404.*"exclude"/)])
  })

  test('that a probe got a 401', async () => {
    expect(await toldOf(made({}), { method: 'GET', path: '/health' })).toEqual([expect.stringMatching(/exclude: \['\/health'\]/)])
  })

  test.each([
    ['taken away', '/functions/v1/notes', '/notes'],
    ['added', '/notes', '/api/notes'],
  ])('that "protect" misses where a prefix was %s', async (_, resource, path) => {
    const guard = made({ resource: `${origin()}${resource}`, protect: [resource] })
    expect(await toldOf(guard, { method: 'GET', path })).toEqual([expect.stringMatching(/"protect" does not name, and that looks like .* of "resource"/)])
  })

  test('that nothing has come to its paths yet, where requests that may do something pass', async () => {
    expect(await toldOf(made({ protect: ['/mcp'] }), { path: '/' })).toEqual([
      expect.stringMatching(/none has come to \/mcp yet; below a mount, "protect" names what is left/),
    ])
  })

  test('that its metadata cannot be reached from a mount', async () => {
    const guard = made({ resource: `${origin()}/mcp` })
    expect(await toldOf(guard, { path: '/mcp', mounted: true })).toEqual([
      expect.stringMatching(/mounted on a path.*\/\.well-known\/oauth-protected-resource\/mcp.*register it at the root/),
    ])
  })

  test("that it refuses another gate's path, or answers for its metadata", async () => {
    const base = origin()
    const first = made({ resource: `${base}/notes/mcp` })
    made({ resource: `${base}/mail/mcp` })
    const inTheWay = expect.stringMatching(/one gate answers for another.*\/mail\/mcp.*"protect"/)
    expect(await toldOf(first, { path: '/mail/mcp' }, { method: 'GET', path: '/.well-known/oauth-protected-resource/mail/mcp' })).toEqual([inTheWay])
  })

  test('at its start that a token for one resource is good at another', () => {
    const [notes, mail] = [`${origin()}/mcp`, `${origin()}/mcp`]
    const both = Object.assign(says('yes'), { audiences: [notes, mail] })
    gate(both, { resource: notes })
    expect(warned).toEqual([])
    gate(both, { resource: mail })
    expect(warned).toEqual([expect.stringMatching(/is good at .* too: one provider takes both audiences.*option audience/)])
  })
})

describe('nothing is said', () => {
  test('of what is meant', async () => {
    const narrow = made({ resource: `${origin()}/mcp`, protect: ['/mcp'] })
    expect(await toldOf(narrow, { path: '/mcp' }, { path: '/webhook' }, { method: 'GET', path: '/' }, { method: 'GET', path: '/health' })).toEqual([])
    const both = made({ resource: `${origin()}/mcp` })
    expect(await toldOf(both, { method: 'GET', path: '/.well-known/oauth-protected-resource/mcp' }, { path: '/mcp', mounted: true })).toEqual([])
    expect(await toldOf(made({}), { path: '/mcp' }, { method: 'GET', path: '/x' })).toEqual([])
  })

  test('where each gate looks at the audience itself', () => {
    const [notes, mail] = [`${origin()}/mcp`, `${origin()}/mcp`]
    const both = Object.assign(says('yes'), { audiences: [notes, mail] })
    for (const resource of [notes, mail]) gate(both, { resource, audience: resource })
    expect(warned).toEqual([])
  })

  test('with anything in it that a client wrote', async () => {
    const odd = '/x\u001b[31m/notes'
    await toldOf(made({ resource: `${origin()}/notes`, protect: ['/mcp'] }), { path: odd }, { path: '/secret-in-a-path/notes' })
    expect(warned.join()).not.toMatch(/secret|\u001b/)
  })
})
