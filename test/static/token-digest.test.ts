import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hashToken, StaticProvider } from '../../src/index.js'

const KEY = 'ci-0123456789abcdef'
const digestOf = (text: string, encoding: 'hex' | 'base64' | 'base64url'): string => createHash('sha256').update(text).digest(encoding)
const GRANT = { claims: { sub: 'ci' } }

describe('hashToken', () => {
  test('is the SHA-256 of the token in base64url', () => {
    expect(hashToken(KEY)).toBe(`sha256:${digestOf(KEY, 'base64url')}`)
  })

  test('takes no text that is no token, and does not show it', () => {
    for (const text of ['', 'has a blank', `Bearer ${KEY}`, hashToken(KEY), 7]) {
      expect(() => hashToken(text as string)).toThrow(/hashToken takes a bearer token/)
      expect(() => hashToken(text as string)).not.toThrow(KEY)
    }
  })
})

describe('a digest in the list', () => {
  test.each([
    ['base64url', digestOf(KEY, 'base64url')],
    ['base64, as openssl has it', digestOf(KEY, 'base64')],
    ['hex, as sha256sum has it', digestOf(KEY, 'hex')],
    ['hex in capitals', digestOf(KEY, 'hex').toUpperCase()],
  ])('in %s lets the token in, and never the digest', async (_, digest) => {
    const provider = new StaticProvider({ [`sha256:${digest}`]: GRANT })
    expect((await provider.verifyToken(KEY))?.subject).toBe('ci')
    expect(await provider.verifyToken(digest)).toBeNull()
    expect(await provider.verifyToken(`sha256:${digest}`)).toBeNull()
  })

  test('is found whatever its characters are', async () => {
    for (let count = 0; count < 100; count += 1) {
      const key = `key-number-${count}-of-them`
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        const provider = new StaticProvider({ [`sha256:${digestOf(key, encoding)}`]: GRANT })
        expect(provider.recognizes(key)).toBe('mine')
      }
    }
  })

  const good = digestOf(KEY, 'base64url')
  test.each([
    ['cut off', `sha256:${good.slice(0, -1)}`, /43 characters of base64url or 64 of hex, and this one has 42/],
    ['of another hash', `sha256:${createHash('sha512').update(KEY).digest('hex')}`, /this one has 128/],
    ['missing', 'sha256:', /this one has 0/],
    ['with a blank', `sha256: ${good.slice(1)}`, /a character that cannot stand there/],
    ['that ends in bits which count for nothing', `sha256:${good.slice(0, -1)}${good.endsWith('N') ? 'P' : 'N'}`, /a character that cannot stand there/],
    ['with hex that is none', `sha256:${'g'.repeat(64)}`, /a character that cannot stand there/],
    ['in capitals', `SHA256:${good}`, /begins with "sha256:"/],
    ['as it stands in HTML', `sha256-${good}`, /begins with "sha256:"/],
    ['of an empty text', `sha256:${digestOf('', 'hex')}`, /the digest of an empty text/],
    ['of an empty line', `sha256:${digestOf('\n', 'hex')}`, /the digest of an empty line/],
  ])('%s is refused with its number', (_, entry, message) => {
    const construct = (): unknown => new StaticProvider({ [KEY]: GRANT, [entry]: GRANT })
    expect(construct).toThrow(message)
    expect(construct).toThrow(/^static token number 2: /)
  })

  test.each([
    ['a token and its digest', { [KEY]: GRANT, [hashToken(KEY)]: GRANT }],
    ['two spellings of a digest', { [hashToken(KEY)]: GRANT, [`sha256:${digestOf(KEY, 'hex')}`]: GRANT }],
  ])('%s are one key too many', (_, tokens) => {
    expect(() => new StaticProvider(tokens)).toThrow('static token number 2 is the same as number 1; each stands in the list once')
  })
})
