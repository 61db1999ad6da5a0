/** What is read of a body, and what becomes of the rest. */
import { describe, expect, test, vi } from 'vitest'
import { boundedText } from '../../../src/lib/net/bounded-text.js'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A body of these parts, and whether somebody let go of it before its end. */
function bodyOf(parts: Iterable<Uint8Array | Error>) {
  const left = parts[Symbol.iterator]()
  const cancel = vi.fn(async () => undefined)
  const releaseLock = vi.fn()
  const read = vi.fn(async () => {
    const { value, done } = left.next()
    if (value instanceof Error) throw value
    return done === true ? { done: true as const } : { done: false as const, value: value as Uint8Array }
  })
  return { cancel, releaseLock, read, body: { cancel, getReader: () => ({ read, releaseLock }) } }
}

describe('a body', () => {
  test.each<[string, string, readonly Uint8Array[]]>([
    ['of one part', 'äöü', [bytes('äöü')]],
    ['of several', 'one two', [bytes('one'), bytes(' '), bytes('two')]],
    ['with a letter that lies in two parts', 'a€b', [...bytes('a€b')].map((byte) => Uint8Array.of(byte))],
    ['with empty parts', 'ab', [bytes(''), bytes('a'), bytes(''), bytes('b'), bytes('')]],
    ['of nothing', '', []],
    ['with a mark of its byte order', 'a', [Uint8Array.of(0xef, 0xbb, 0xbf), bytes('a')]],
  ])('%s is read', async (_, text, parts) => {
    expect(await boundedText(bodyOf(parts).body, 100)).toBe(text)
  })

  test('of a hundred thousand parts is copied a few times, and not as often', async () => {
    const set = vi.spyOn(Uint8Array.prototype, 'set')
    const parts = Array.from({ length: 100_000 }, () => bytes('a'))
    const text = await boundedText(bodyOf(parts).body, 100_000)
    const copied = set.mock.calls.reduce((sum, [from]) => sum + from.length, 0)
    set.mockRestore()
    expect([text.length, copied < 400_000]).toEqual([100_000, true])
  })

  test('is taken up to the last byte that is allowed, and none beyond: the rest is never read', async () => {
    expect(await boundedText(bodyOf([bytes('abc'), bytes('de')]).body, 5)).toBe('abcde')
    const { body, read, cancel, releaseLock } = bodyOf([bytes('abc'), bytes('def'), bytes('ghi')])
    await expect(boundedText(body, 5)).rejects.toThrow(RangeError)
    expect([read, releaseLock, cancel].map((one) => one.mock.calls.length)).toEqual([2, 1, 1])
  })

  test('that breaks off is let go, with what it breaks off with', async () => {
    const { body, cancel } = bodyOf([bytes('abc'), new Error('gone')])
    await expect(boundedText(body, 5)).rejects.toThrow('gone')
    expect(cancel).toHaveBeenCalledOnce()
  })

  test.each([[[Uint8Array.of(0xff)]], [[bytes('a'), Uint8Array.of(0xe2, 0x82)]]])('that is no UTF-8 is refused, and the next one is read as if there had been none', async (parts) => {
    await expect(boundedText(bodyOf(parts).body, 100)).rejects.toThrow(TypeError)
    expect(await boundedText(bodyOf([bytes('good')]).body, 100)).toBe('good')
  })

  test('that was read to its end is not given up afterwards: that would make an error for each', async () => {
    const { body, cancel, releaseLock } = bodyOf([bytes('a')])
    await boundedText(body, 1)
    expect([cancel, releaseLock].map((one) => one.mock.calls.length)).toEqual([0, 0])
  })

  test('that is none is empty', async () => {
    expect(await boundedText(null, 1)).toBe('')
  })
})
