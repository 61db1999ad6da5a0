/** What the benchmarks take from the library is where they look for it, and their servers answer rightly. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
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
  const inContext = ['bare', 'bare, with AsyncLocalStorage', ...guards.slice(1)]
  const servers = ['node:http', 'Express', 'Fastify', 'Hono', 'MCP SDK 1.x', 'MCP SDK 2.x'].flatMap((server) =>
    (server.startsWith('MCP') ? inContext : guards).map((guard) => `${server}: ${guard}`),
  )
  expect(stdout.trim().split('\n')).toEqual(servers)
})

test('every server of bench:streams opens its streams, ends them with their tokens, and keeps them while the issuer is away', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bench/streams/check.js'], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  const servers = ['node', 'express', 'fetch', 'hono', 'mcp-1', 'mcp-2']
  expect(stdout.trim().split('\n')).toEqual(servers.map((server) => `${server}: no more timers than streams, 0 left, 0 open after their token, 20 went on`))
}, 300_000)

test('docs/benchmarks.md has a place for each table that two runs give, and says where a peer is ahead', () => {
  const figure = (candidate: string, microseconds: number): object => ({ platform: 'node:http', workload: 'remembered', candidate, microseconds })
  const run = {
    ...{ date: '2026-11-30T09:00:00.000Z', cpu: 'a CPU', cores: 2, system: 'linux', node: 'v20', packages: { jose: '6' }, size: { rounds: 7, connections: 16 } },
    figures: [figure('ours', 50), figure('jose, by hand', 40)],
    floods: [{ platform: 'node:http', candidate: 'ours', perSecond: 1_000, p99: 3.21, unloaded: 2 }],
    starts: [{ candidate: 'ours', milliseconds: 120, requests: 2 }],
    goals: [{ goal: 'a goal', atMost: 1, figure: 0.5, reached: true }],
  }
  const script = `const { partsOf } = await import('./bench/http/document.js'); console.log(JSON.stringify(partsOf(${JSON.stringify([run, run])}, false)))`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect([stderr, status]).toEqual(['', 0])
  const parts = JSON.parse(stdout) as Record<string, string>
  expect(parts['behind']).toBe('- node:http, remembered: jose, by hand takes 40 µs, and ours 50 (× 1.25)')
  expect(parts['goals']).toContain('| a goal | 1 | 0.50, 0.50 | reached |')
  const page = readFileSync('docs/benchmarks.md', 'utf8')
  for (const name of Object.keys(parts)) expect(page).toMatch(new RegExp(`<!-- ${name}: by npm run bench:report -->[^]*<!-- /${name} -->`))
})
