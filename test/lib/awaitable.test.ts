import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { andThen, asPromise, isPending, Later, orElse, whenThere } from '../../src/lib/awaitable.js'

test('what is at hand goes on at once', () => {
  expect(andThen(1, (one) => one + 1)).toBe(2)
})

test.each([
  ['this realm', Promise.resolve(false)],
  ['another realm', runInNewContext('Promise.resolve(false)') as Promise<boolean>],
])('a promise of %s is waited for: itself, it would be a yes', async (_, promise) => {
  expect(await andThen(promise, (good) => (good ? 'yes' : 'no'))).toBe('no')
})

describe('what comes by a call', () => {
  const unreachable = (): never => expect.unreachable()
  const add = (text: string) => (before: string): string => before + text

  test('goes through all steps within that call', async () => {
    const later = new Later<string>()
    const heard: string[] = []
    const done = andThen(andThen(later, add('b')), add('c'))
    whenThere(done, (value) => heard.push(value), unreachable)
    expect(isPending(done)).toBe(true)
    expect(heard).toEqual([])
    later.give('a')
    expect(heard).toEqual(['abc'])
    expect(await done).toBe('abc')
  })

  test('comes once', () => {
    const later = new Later<string>()
    const heard: string[] = []
    later.whenThere((value) => heard.push(value), unreachable)
    later.give('a')
    later.give('b')
    later.whenThere((value) => heard.push(`${value}, late`), unreachable)
    expect(heard).toEqual(['a', 'a, late'])
  })

  test('comes to each who waits, in turn', () => {
    const later = new Later<string>()
    const heard: string[] = []
    for (const name of ['first', 'second', 'third']) whenThere(andThen(later, add(` ${name}`)), (value) => heard.push(value), unreachable)
    later.give('the')
    expect(heard).toEqual(['the first', 'the second', 'the third'])
  })

  test('waits where a step has to wait', async () => {
    const later = new Later<string>()
    const other = new Later<string>()
    const waited = andThen(andThen(andThen(later, async (before) => `${before}b`), (before) => andThen(other, add(before))), add('c'))
    later.give('a')
    await Promise.resolve()
    other.give('and ')
    expect(await waited).toBe('and abc')
  })

  test('fails where a step fails, and no further step is taken', async () => {
    const steps: ((before: string) => string | Promise<string>)[] = [() => { throw new Error('no') }, () => Promise.reject(new Error('no'))]
    for (const step of steps) {
      let further = 0
      const later = new Later<string>()
      const failing = andThen(andThen(later, step), (before) => (further += 1, before))
      later.give('a')
      await expect(Promise.resolve(failing)).rejects.toThrow('no')
      expect(await orElse(() => failing, String)).toBe('Error: no')
      expect(further).toBe(0)
    }
  })

  test('what the last one throws who waits is for whoever brought it, and fails no step', () => {
    const later = new Later<string>()
    const failed: unknown[] = []
    whenThere(andThen(later, add('b')), () => { throw new Error('of the server') }, (reason) => failed.push(reason))
    expect(() => later.give('a')).toThrow('of the server')
    expect(failed).toEqual([])
  })

  test('is as good as a promise for whoever takes it for one', async () => {
    const later = new Later<string>()
    const told: string[] = []
    const all = [asPromise(later), later.then(add('b')), later.finally(() => told.push('over'))]
    const failing = later.next(() => Promise.reject(new Error('no'))).catch((error: unknown) => told.push(String(error)))
    later.give('a')
    expect(await Promise.all(all)).toEqual(['a', 'ab', 'a'])
    await failing
    expect(told).toEqual(['over', 'Error: no'])
  })
})
