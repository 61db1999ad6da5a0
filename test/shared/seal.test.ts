import fc from 'fast-check'
import { CompactEncrypt, FlattenedEncrypt } from 'jose'
import { describe, expect, test } from 'vitest'
import { Seal } from '../../src/shared/seal.js'
import { OTHER_SECRET, SECRET } from './shared-kit.js'
import type { Secret } from '../../src/shared/shared-store.js'

const seal = new Seal(SECRET)

describe('Seal', () => {
  test('opens what it closed, and only under its name', async () => {
    const sealed = await seal.close('name', 'a text: ✓')
    expect(await seal.open('name', sealed)).toBe('a text: ✓')
    expect(await seal.open('another', sealed)).toBeUndefined()
    expect(await seal.open('', sealed)).toBeUndefined()
  })

  test('opens any text under any name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' }), async (name, text) => {
        expect(await seal.open(name, await seal.close(name, text))).toBe(text)
      }),
      { numRuns: 50 },
    )
  })

  test('shows nothing of the text, the name or the secret, and never looks the same', async () => {
    const [one, two] = [await seal.close('some-name', 'some-text'), await seal.close('some-name', 'some-text')]
    expect(one).not.toBe(two)
    const [header = ''] = one.split('.')
    const shown = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }
    expect(shown).toEqual({ alg: 'dir', enc: 'A256GCM', kid: expect.stringMatching(/^[\w-]{12}$/) })
    expect(one + Buffer.from(one, 'base64url').toString('latin1')).not.toMatch(/some-(name|text)/)
  })

  test('every process derives the same key from a secret', async () => {
    expect(await new Seal(SECRET).open('name', await new Seal(SECRET).close('name', 'text'))).toBe('text')
  })

  test('opens nothing that is longer than a mebibyte, though it closed it', async () => {
    expect(await seal.open('name', await seal.close('name', 'x'.repeat(700_000)))).toHaveLength(700_000)
    expect(await seal.open('name', await seal.close('name', 'x'.repeat(1_048_576)))).toBeUndefined()
  })

  test('another secret opens nothing', async () => {
    expect(await new Seal(OTHER_SECRET).open('name', await seal.close('name', 'text'))).toBeUndefined()
  })

  test('another secret opens nothing even where the key id is forged', async () => {
    const other = new Seal(OTHER_SECRET)
    const [ours, theirs] = [await seal.close('name', 'text'), await other.close('name', 'text')]
    const forged = [ours.split('.')[0], ...theirs.split('.').slice(1)].join('.')
    expect(await seal.open('name', forged)).toBeUndefined()
    expect(await other.open('name', forged)).toBeUndefined()
  })

  test('a rotation: the first seals, all open', async () => {
    const [before, during, after] = [new Seal([SECRET]), new Seal([OTHER_SECRET, SECRET]), new Seal(OTHER_SECRET)]
    const [old, young] = [await before.close('name', 'old'), await during.close('name', 'young')]
    expect(await during.open('name', old)).toBe('old')
    expect(await after.open('name', young)).toBe('young')
    expect(await after.open('name', old)).toBeUndefined()
    expect(await before.open('name', young)).toBeUndefined()
  })

  test('the list of secrets is copied', async () => {
    const secrets = [SECRET]
    const copied = new Seal(secrets)
    secrets[0] = OTHER_SECRET
    expect(await copied.open('name', await seal.close('name', 'text'))).toBe('text')
  })

  test('one changed, missing or added character opens nothing', async () => {
    const sealed = await seal.close('name', 'a text') // of six bytes, so that only the tag has bits in its end that say nothing
    for (let at = 0; at < sealed.length; at += 1) {
      const other = sealed[at] === 'A' ? 'B' : 'A'
      const changed = `${sealed.slice(0, at)}${other}${sealed.slice(at + 1)}`
      if (at < sealed.length - 1) expect(await seal.open('name', changed)).toBeUndefined()
      expect(await seal.open('name', sealed.slice(0, at))).toBeUndefined()
      expect(await seal.open('name', `${sealed.slice(0, at)}A${sealed.slice(at)}`)).toBeUndefined()
    }
    expect(await seal.open('name', `${sealed}A`)).toBeUndefined()
  })

  test('nonsense opens nothing and throws nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (name, text) => {
        expect(await seal.open(name, text)).toBeUndefined()
      }),
    )
    for (const text of ['', '.', '....', 'A'.repeat(2_000_000), '{"alg":"dir"}', '__proto__..AAAAAAAAAAAAAAAA.A.AAAAAAAAAAAAAAAAAAAAAA']) {
      expect(await seal.open('name', text)).toBeUndefined()
    }
  })

  test('only our own kind of seal is opened, even with our key', async () => {
    const sealed = await seal.close('name', 'text')
    const [header = ''] = sealed.split('.')
    const kid = (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid
    const key = await derived(SECRET)
    const encrypt = (protectedHeader: { alg: string; enc: string }): Promise<string> =>
      new CompactEncrypt(new TextEncoder().encode('text')).setProtectedHeader(protectedHeader).encrypt(key)
    // The right key, but no name; a header in another order; compressed; another header altogether.
    expect(await seal.open('name', await encrypt({ alg: 'dir', enc: 'A256GCM', ...{ kid } }))).toBeUndefined()
    expect(await seal.open('name', await encrypt({ ...{ kid }, alg: 'dir', enc: 'A256GCM' }))).toBeUndefined()
    expect(await seal.open('name', await encrypt({ alg: 'dir', enc: 'A256GCM' }))).toBeUndefined()
    // And with all of it, it is ours: so the key was the right one.
    const jwe = await new FlattenedEncrypt(new TextEncoder().encode('text'))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
      .setAdditionalAuthenticatedData(new TextEncoder().encode('name'))
      .encrypt(key)
    expect(await seal.open('name', `${jwe.protected}..${jwe.iv}.${jwe.ciphertext}.${jwe.tag}`)).toBe('text')
  })

  const unfit: readonly (readonly [string, unknown])[] = [
    ['nothing', undefined],
    ['an empty text', ''],
    ['31 characters', 'x'.repeat(31)],
    ['a number', 2 ** 103],
    ['an empty list', []],
    ['a list with a short one', [SECRET, 'short']],
    ['a list with a hole', [SECRET, undefined]],
  ]
  test.each(unfit)('%s is no secret, and the error says how to make one', (_, secret) => {
    expect(() => new Seal(secret as Secret)).toThrow(/^"secret" must be at least 32 random characters.*openssl rand -base64 32/)
  })

  test('a line end that came with the file is found at start', () => {
    expect(() => new Seal(`${SECRET}\n`)).toThrow('"secret" must not begin or end with a blank')
  })
})

/** The key by hand, as RFC 5869 has it. */
async function derived(secret: string): Promise<Uint8Array> {
  const from = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), 'HKDF', false, ['deriveBits'])
  const info = new TextEncoder().encode('bearer-auth-providers seal 1: A256GCM')
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }, from, 256))
}
