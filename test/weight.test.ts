/** What a bundle weighs that holds one thing of this package, minified and compressed as for the web. Needs `npm run build` before. */
import { resolve } from 'node:path'
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

test('JwksProvider brings nothing along that asks an issuer; a proof of who asks does', async () => {
  const index = resolve('dist/src/index.js')
  const asking = async (names: string): Promise<boolean> =>
    (await bundled(`export { ${names} } from '${index}'`)).modules.some((path) => path.endsWith('/introspection/introspection.js'))
  expect([await asking('JwksProvider'), await asking('JwksProvider, clientSecretBasic')]).toEqual([false, true])
})
