import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { andThen, isPending, Later, orElse } from '../../src/lib/awaitable.js'

test('what is at hand goes on at once', () => {
  expect(andThen(1, (one) => one + 1)).toBe(2)
})

test.each([
  ['this realm', Promise.resolve(false)],
  ['another realm', runInNewContext('Promise.resolve(false)') as Promise<boolean>],
])('a promise of %s is waited for: itself, it would be a yes', async (_, promise) => {
  expect(await andThen(promise, (good) => (good ? 'yes' : 'no'))).toBe('no')
})

describe('what comes later, for one reader', () => {
  const add = (text: string) => (before: string): string => before + text

  test('goes through all steps in one turn', async () => {
    const turns: string[] = []
    const step = (name: string) => (before: string): string => {
      if (turns.length === 0) queueMicrotask(() => turns.push('next turn'))
      turns.push(name)
      return before + name
    }
    const done = andThen(andThen(andThen(new Later(Promise.resolve('')), step('a')), step('b')), step('c'))
    expect(isPending(done)).toBe(true)
    expect(await done).toBe('abc')
    expect(turns.slice(0, 3)).toEqual(['a', 'b', 'c'])
  })

  test('waits where a step has to wait', async () => {
    const waited = andThen(andThen(new Later(Promise.resolve('a')), async (before) => `${before}b`), add('c'))
    expect(await andThen(waited, async (before) => `${before}d`)).toBe('abcd')
  })

  test('goes on from where it was, once it is there', async () => {
    const later = new Later(Promise.resolve('a'))
    expect(await later).toBe('a')
    expect(await andThen(later, add('b'))).toBe('ab')
  })

  test.each<[string, () => Promise<string>, (before: string) => string]>([
    ['the promise', () => Promise.reject(new Error('no')), add('b')],
    ['a step', async () => 'a', () => { throw new Error('no') }],
  ])('fails where %s fails, and no further step is taken', async (_, promise, step) => {
    let further = 0
    const failing = (): Promise<string> | string => andThen(andThen(new Later(promise()), step), (before) => (further += 1, before))
    await expect(Promise.resolve(failing())).rejects.toThrow('no')
    expect(await orElse(failing, (error) => String(error))).toBe('Error: no')
    expect(further).toBe(0)
  })

  test('is as good as a promise for whoever takes it for one', async () => {
    const told: string[] = []
    await new Later(Promise.resolve('a')).finally(() => told.push('over'))
    await new Later(Promise.reject(new Error('no'))).catch((error: unknown) => told.push(String(error)))
    expect(told).toEqual(['over', 'Error: no'])
  })
})
