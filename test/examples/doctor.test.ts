/** `bearer doctor` finds the demo in order: a real OpenID provider, and an MCP server behind our gate, with a token of Ada's. */
import { expect, test } from 'vitest'
import { startWorld } from '../../examples/demo/world.js'
import { closing } from '../closing.js'
import { bearer } from '../cli/bearer-kit.js'
import type { Finding } from '../../src/cli/doctor/finding.js'

test('the demo is in order, token and all', async () => {
  const { identityProvider, url, token } = closing(await startWorld())
  const args = ['doctor', identityProvider.issuer, '--audience', url, '--server', url, '--token', '--json']
  const { exitCode, stdout, stderr } = await bearer(args, [token])
  const findings = JSON.parse(stdout) as Finding[] // what it prints
  expect({ exitCode, stderr, wrong: findings.filter(({ verdict }) => verdict === 'wrong') }).toEqual({ exitCode: 0, stderr: '', wrong: [] })
  for (const name of ['discovery', 'keys', 'PKCE', 'registration', 'challenge', 'resource', 'authorization servers', 'audience', 'token', 'token at the server']) {
    expect(findings.find(({ check }) => check === name), name).toMatchObject({ verdict: 'ok' })
  }
  expect(stdout).not.toContain(token.split('.')[2])
})
