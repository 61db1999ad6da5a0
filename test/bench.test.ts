/** What the benchmarks take from the library is where they look for it, and their servers answer rightly. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('the model of a fleet finds the parts and figures of the library that it is made of', () => {
  const script = `const { loadPolicy } = await import('./bench/fleet/policy.js'); await loadPolicy(new URL('dist/', 'file://' + process.cwd() + '/'))`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

test('every server of bench:http starts, lets in the good tokens and refuses the bad ones', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bench/http/check.js'], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const guards = ['bare', 'ours', 'ours, operations', 'ours, sessions']
  const servers = ['node:http', 'Express', 'Fastify', 'Hono', 'MCP SDK 1.x', 'MCP SDK 2.x'].flatMap((server) => guards.map((guard) => `${server}: ${guard}`))
  expect(stdout.trim().split('\n')).toEqual(servers)
}, 60_000)

test('every server of bench:streams opens its streams, ends them with their tokens, and keeps them while the issuer is away', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bench/streams/check.js'], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const servers = ['node', 'express', 'fetch', 'hono', 'mcp-1', 'mcp-2']
  expect(stdout.trim().split('\n')).toEqual(servers.map((server) => `${server}: 20 timers, 0 left, 0 open after their token, 20 went on`))
})
