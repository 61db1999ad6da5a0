/** What the benchmarks take from inside the library is where they look for it. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('the model of a fleet finds the parts and figures of the library that it is made of', () => {
  const script = `const { loadPolicy } = await import('./bench/fleet/policy.js'); await loadPolicy(new URL('dist/', 'file://' + process.cwd() + '/'))`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})
