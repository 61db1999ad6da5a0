/** The command with a person at a real terminal: what it asks, and what becomes of right and wrong answers, Ctrl-C and Ctrl-D. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hashToken } from '../../src/index.js'
import { folderFor } from './bearer-kit.js'
import { isTerminalThere, onTerminal } from './terminal-kit.js'

const ISSUER = 'Who issues the tokens?'
const SERVER = 'The URL of your server'
const AUDIENCE = 'The audience of its tokens'
const KIND = 'Which kind of server?'
const [CTRL_C, CTRL_D, CTRL_U, DOWN, ESCAPE] = ['\x03', '\x04', '\x15', '\x1b[B', '\x1b']

describe.runIf(isTerminalThere)('bearer init at a terminal', { timeout: 60_000 }, () => {
  test('asks for what it was not told, and writes modules', async () => {
    const folder = folderFor()
    const { sees, types, ended, shown } = onTerminal('init', folder)
    await sees(ISSUER)
    types('https://id.example.com/realms/acme\r')
    await sees(SERVER)
    types('https://mcp.example.com/mcp\r')
    await sees(AUDIENCE)
    types('\r') // the URL, which stands there already
    await sees(KIND)
    await sees('mcp') // the whole list, on a terminal that tells no size
    types(`${DOWN}\r`)
    await sees('npm install bearer-auth-providers express\nnode server.mjs\nnpx bearer-auth-providers doctor https://id.example.com/realms/acme')
    expect(await ended, shown()).toBe(0)
    const config = readFileSync(join(folder, 'auth.config.mjs'), 'utf8')
    expect(config).toContain("keycloak({ url: 'https://id.example.com', realm: 'acme', audience: 'https://mcp.example.com/mcp' })")
    for (const name of readdirSync(folder)) expect(spawnSync(process.execPath, ['--check', name], { cwd: folder }).status, name).toBe(0)
  })

  test('asks again for what it cannot use, and for nothing that was given', async () => {
    const folder = folderFor()
    const { sees, types, ended, shown } = onTerminal('init --framework node', folder)
    await sees(ISSUER)
    types('id.example.com\r')
    await sees('must be an https URL')
    types(`${CTRL_U}https://id.example.com\r`)
    await sees(SERVER)
    types('\r')
    await sees('must be an https URL')
    types('https://mcp.example.com/mcp\r')
    await sees(AUDIENCE)
    types(`${CTRL_U}\r`)
    await sees('must not be empty')
    types('notes\r')
    expect(await ended, shown()).toBe(0)
    expect(readFileSync(join(folder, 'auth.config.mjs'), 'utf8')).toContain("new JwksProvider({ issuer: 'https://id.example.com', audience: 'notes' })")
    expect(shown()).not.toContain(KIND)
  })

  test.each([
    ['Ctrl-C', CTRL_C],
    ['Ctrl-D', CTRL_D],
    ['Escape', ESCAPE],
    ['a window that is closed', undefined],
  ])('is broken off by %s at each question, and writes nothing', async (_, keys) => {
    const folder = folderFor()
    const first = onTerminal('init', folder)
    const last = onTerminal('init --issuer https://id.example.com --server https://mcp.example.com/mcp --audience notes', folder)
    await Promise.all([first.sees(ISSUER), last.sees(KIND)])
    for (const { types, leaves } of [first, last]) {
      if (keys === undefined) leaves()
      else types(keys)
    }
    expect([await first.ended, await last.ended], first.shown() + last.shown()).toEqual([130, 130])
    for (const { shown } of [first, last]) expect(shown().trimEnd()).toMatch(/bearer: broken off$/)
    expect(readdirSync(folder)).toEqual([])
  })

  test('asks nothing where it could not write', async () => {
    const folder = folderFor()
    writeFileSync(join(folder, 'server.mjs'), 'mine')
    const { ended, shown } = onTerminal('init', folder)
    expect(await ended).toBe(1)
    expect(shown()).toBe('bearer: server.mjs is there already; --force writes over it\n')
  })
})

describe.runIf(isTerminalThere)('a token at a terminal', { timeout: 60_000 }, () => {
  const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.e30.a-token-of-somebody'
  const CONFIG = 'export default { verifyToken: async () => null }'

  test('is not shown while it is typed, nor afterwards', async () => {
    const folder = folderFor()
    writeFileSync(join(folder, 'auth.config.mjs'), CONFIG)
    const { sees, types, ended, shown } = onTerminal('explain', folder)
    await sees('Token (it is not shown): ')
    types(`${TOKEN}\r`)
    await sees('bearer: the token is refused')
    expect(await ended).toBe(1)
    for (const part of [TOKEN, 'a-token-of-somebody']) expect(shown()).not.toContain(part)
  })

  test('may be longer than a line of a terminal, which is 4096 letters', async () => {
    const long = 'a-token-'.repeat(1_500)
    const { sees, types, ended, shown } = onTerminal('hash', folderFor())
    await sees('Token (it is not shown): ')
    types(`\x1b[200~${long}\x1b[201~\r`) // as terminals mark what is pasted
    await sees(hashToken(long))
    expect(await ended).toBe(0)
    expect(shown()).not.toContain('a-token-')
  })

  test.each([
    ['explain', 'Ctrl-C', CTRL_C, 130],
    ['hash', 'Ctrl-C', CTRL_C, 130],
    ['explain', 'a window that is closed', undefined, 64],
  ])('is not asked for any longer by "%s" after %s', async (command, _, keys, exitCode) => {
    const folder = folderFor()
    writeFileSync(join(folder, 'auth.config.mjs'), CONFIG)
    const { sees, types, leaves, ended } = onTerminal(command, folder)
    await sees('Token (it is not shown): ')
    if (keys === undefined) leaves()
    else types(`half-of-a-token${keys}`)
    expect(await ended).toBe(exitCode)
  })
})
