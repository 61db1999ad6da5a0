import { crc32 } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { generateToken } from '../../src/index.js'
import { isMistyped } from '../../src/static/generated-token.js'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

afterEach(() => vi.restoreAllMocks())

describe('generateToken', () => {
  test('gives what the documented expression finds in any text', () => {
    const token = generateToken({ prefix: 'acme' })
    expect(/\bacme_[0-9A-Za-z]{49}\b/.exec(`MCP_TOKEN="${token}" # ours`)?.[0]).toBe(token)
    expect(generateToken()).toMatch(/^bearer_[0-9A-Za-z]{49}$/)
  })

  test('ends with the CRC-32 that zlib has for all before it, in base 62', () => {
    for (let count = 0; count < 50; count += 1) {
      const token = generateToken({ prefix: 'acme_live' })
      const sum = [...token.slice(-6)].reduce((value, digit) => value * 62 + DIGITS.indexOf(digit), 0)
      expect(sum).toBe(crc32(token.slice(0, -6)))
    }
  })

  test.each([
    ['nothing but zeros', 0, 0n],
    ['nothing but ones', 255, 2n ** 256n - 1n],
  ])('holds all 256 bits, and where there is %s too', (_, byte, expected) => {
    vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => (array as Uint8Array).fill(byte) as never)
    const digits = generateToken({ prefix: 'acme' }).slice('acme_'.length, -6)
    expect(digits).toHaveLength(43)
    expect([...digits].reduce((value, digit) => value * 62n + BigInt(DIGITS.indexOf(digit)), 0n)).toBe(expected)
  })

  test('never gives one twice, and uses every digit in every place but the first', () => {
    const tokens = Array.from({ length: 2000 }, () => generateToken())
    expect(new Set(tokens).size).toBe(2000)
    for (let place = 'bearer_'.length + 1; place < 'bearer_'.length + 43; place += 1) {
      expect(new Set(tokens.map((token) => token[place])).size).toBe(62)
    }
  })

  test.each([
    ['with the underscore', 'acme_', /without the underscore/],
    ['of one letter', 'a', /2 to 32/],
    ['that is too long', 'a'.repeat(33), /2 to 32/],
    ['with a hyphen, which ends a word for scanners', 'acme-live', /letters, digits and underscores/],
    ['with a digit first', '1acme', /a letter first/],
    ['that is empty', '', /2 to 32/],
    ['that is no text', 7, /a word such as/],
  ])('refuses a prefix %s', (_, prefix, message) => {
    expect(() => generateToken({ prefix: prefix as string })).toThrow(message)
  })

  test('refuses an option that does not exist', () => {
    expect(() => generateToken({ prefx: 'acme' } as never)).toThrow(/"prefx" is not an option/)
  })
})

describe('a slip of the pen', () => {
  const token = 'acme_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG1bh2I7'

  test('the example is a good one', () => {
    expect(isMistyped(token)).toBe(false)
    expect(isMistyped(token, 'acme')).toBe(false)
  })

  test('in any one character is found, whatever it became', () => {
    for (const index of token.slice('acme_'.length).split('').keys()) {
      const place = 'acme_'.length + index
      for (const digit of DIGITS.replace(token.charAt(place), '')) {
        expect(isMistyped(token.slice(0, place) + digit + token.slice(place + 1))).toBe(true)
      }
    }
  })

  test('of two neighbours that changed places is found', () => {
    for (let place = 'acme_'.length; place < token.length - 1; place += 1) {
      const swapped = token.slice(0, place) + token.charAt(place + 1) + token.charAt(place) + token.slice(place + 2)
      expect(isMistyped(swapped)).toBe(swapped !== token)
    }
  })

  test('in the prefix is found too', () => {
    expect(isMistyped(token.replace('acme', 'acne'))).toBe(true)
  })

  test('that left the end off is found where the prefix is known', () => {
    for (let length = 'acme_'.length; length < token.length; length += 1) expect(isMistyped(token.slice(0, length), 'acme')).toBe(true)
    expect(isMistyped(token.slice(0, -1))).toBe(false) // could be anybody's
  })

  test('is not looked for in tokens of others', () => {
    for (const other of ['ghp_0123456789abcdef', 'acme-0123456789abcdef', 'eyJ.eyJ.sig', 'acmeX_12345678']) {
      expect(isMistyped(other)).toBe(false)
      expect(isMistyped(other, 'acme')).toBe(false)
    }
  })
})
