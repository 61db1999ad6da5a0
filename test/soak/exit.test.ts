/** R16: a provider holds no process back. Needs `npm run build` before. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AUDIENCE } from '../oauth-kit.js'
import { until } from '../until.js'
import { FAULTS } from './faults.js'
import { FlappingIssuer } from './flapping-issuer.js'

/** Real milliseconds: less than the 30 s of a call and the 60 s for which the issuer keeps connections, and enough for any machine. */
const PROMPTLY = 25_000

describe('a process with a provider', () => {
  let issuer: FlappingIssuer
  let token: string
  beforeEach(async () => {
    issuer = new FlappingIssuer(() => Date.now() / 1000)
    await issuer.listen()
    const now = Date.now() / 1000
    token = issuer.signing.token({ iss: issuer.issuer, aud: AUDIENCE, iat: now, exp: now + 300 })
  })
  afterEach(() => issuer.close())

  test('ends by itself when the keys are warm and nothing is left to do', async () => {
    expect(await run()).toEqual({ said: 'yes', code: 0 })
  })

  // A finding: close() does not end calls that are under way; they hold the process until their timeout.
  test('ends soon after close(), though the issuer does not answer', async () => {
    const silent = FAULTS.find(({ name }) => name === 'never answers')
    if (silent === undefined) throw new Error('there is no such fault')
    issuer.break(silent, 'discovery')
    expect(await run('close')).toEqual({ said: 'ERR_AUTH_UNAVAILABLE', code: 0 })
  })

  async function run(...more: readonly string[]): Promise<{ said: string; code: number | string }> {
    const program = fileURLToPath(new URL('one-token.mjs', import.meta.url))
    const child = spawn(process.execPath, [program, issuer.issuer, token, ...more])
    let said = ''
    child.stdout.on('data', (text: Buffer) => void (said += String(text)))
    child.stderr.on('data', (text: Buffer) => void (said += String(text)))
    const met = (): number => issuer.met.get('never answers') ?? 0
    const before = met()
    const ended = once(child, 'close')
    // How long a process takes to begin says nothing of how long it takes to end.
    await until(() => met() > before || said !== '' || child.exitCode !== null)
    child.stdin.end()
    const late = setTimeout(() => child.kill('SIGKILL'), PROMPTLY)
    const [code, signal] = (await ended) as [number | null, string | null]
    clearTimeout(late)
    return { said: said.trim(), code: code ?? String(signal) }
  }
})
