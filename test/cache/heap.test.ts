/** No token outlives its request: neither the memory of verdicts nor anything beside it holds one, in whole or as a slice. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('a heap that remembers four hundred tokens holds the text of none', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['bench/cache/heap.js'], { encoding: 'utf8' })
  expect(stderr).toBe('')
  // `control`: a token that is kept on purpose is found.
  expect(JSON.parse(stdout)).toEqual({ remembered: 400, found: 0, control: true })
})
