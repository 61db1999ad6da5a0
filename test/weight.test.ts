/** What a bundle weighs that holds one thing of this package, minified and compressed as for the web. Needs `npm run build` before. */
import { describe, expect, test } from 'vitest'
import { BUDGETS, bundled } from './bundled.js'

describe.each(Object.entries(BUDGETS))('a bundle of %s', (_, { code, most, without }) => {
  test('stays within its weight, and has no package in it that it does not need', async () => {
    const { bytes, modules } = await bundled(code)
    expect(modules.length).toBeGreaterThan(20)
    for (const name of without) expect(modules.filter((path) => path.includes(`/node_modules/${name}/`))).toEqual([])
    expect(bytes / 1_000).toBeLessThan(most)
  })
})
