import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { andThen } from '../../src/lib/awaitable.js'

test('what is at hand goes on at once', () => {
  expect(andThen(1, (one) => one + 1)).toBe(2)
})

test.each([
  ['this realm', Promise.resolve(false)],
  ['another realm', runInNewContext('Promise.resolve(false)') as Promise<boolean>],
])('a promise of %s is waited for: itself, it would be a yes', async (_, promise) => {
  expect(await andThen(promise, (good) => (good ? 'yes' : 'no'))).toBe('no')
})
