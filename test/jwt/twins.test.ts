/** A token has one spelling. Whatever reads the same to a lenient reader is another token here, and a bad one. */
import { describe, expect, test } from 'vitest'
import { bigEndian, CLAIMS, CURVES, ENGINES, handSigner, newKeys, verifier, withLeadingZero } from './token-kit.js'
import type { HandSigner } from './token-kit.js'

/** 2056 bits give a signature of 257 bytes, whose last character holds two bits that do not count instead of four. */
const SIGNERS: readonly HandSigner[] = [
  ...(['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const).map((alg) => handSigner(alg)),
  handSigner('RS512', 'RSA-2056', newKeys('RS512', 2056)),
]

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

type Parts = readonly [string, string, string]
const PARTS = [0, 1, 2] as const

/** Good tokens whose header and payload end with four, two and no bits that do not count, and hold a - and a _ each. */
function originals(signer: HandSigner): readonly string[] {
  return [0, 1, 2].map((rest) => {
    for (let attempt = 0; attempt < 10_000; attempt += 1) {
      const note = `${attempt} ${'?'.repeat(3 + (attempt % 3))}>>>>~~~`
      const header = filled({ alg: signer.alg, kid: signer.kid, note }, rest)
      const token = signer.write(header, filled({ ...CLAIMS, note }, rest))
      if (parts(token).every((part) => part.includes('-') && part.includes('_'))) return token
    }
    throw new Error('no such token in ten thousand')
  })
}

/** JSON that is longer than a multiple of three by this much. */
function filled(members: object, rest: number): string {
  const text = JSON.stringify(members)
  return text + ' '.repeat((rest + 3 - (text.length % 3)) % 3)
}

function parts(token: string): Parts {
  return token.split('.') as unknown as Parts // three of them: our own tokens
}

function withPart(token: string, index: number, change: (part: string) => string): string {
  return parts(token)
    .map((part, at) => (at === index ? change(part) : part))
    .join('.')
}

/** The same change made to each part, one after the other. */
function inEachPart(token: string, change: (part: string) => string): readonly string[] {
  return PARTS.map((index) => withPart(token, index, change))
}

/** Every other last character that stands for the same bytes. */
function otherSpellings(part: string): readonly string[] {
  const idle = { 2: 16, 3: 4 }[part.length % 4] ?? 1
  const last = ALPHABET.indexOf(part.at(-1) ?? '')
  const first = last - (last % idle)
  const spellings = Array.from({ length: idle }, (_, step) => part.slice(0, -1) + ALPHABET[first + step])
  return spellings.filter((spelling) => spelling !== part)
}

function inTheMiddle(part: string, what: string): string {
  const half = part.length >> 1
  return part.slice(0, half) + what + part.slice(half)
}

const BLANKS = [' ', '\t', '\n', '\r\n', '\v', '\f', '\0', '\u00a0', '\u2028', '\u200b', '\ufeff']

/** By letter: another that looks the same, or that becomes the same when only the low byte is kept. */
const LOOK_ALIKES = [
  { of: 'A', is: '\u0391' }, { of: 'a', is: '\u0430' }, { of: 'e', is: '\u0435' }, { of: 'e', is: 'e\u0301' },
  { of: 'I', is: '\u0406' }, { of: 'J', is: '\uff2a' }, { of: '-', is: '\u2010' }, { of: '-', is: '\u2212' },
  { of: '_', is: '\uff3f' }, { of: '.', is: '\u2024' }, { of: '.', is: '\u3002' }, { of: '.', is: '\uff0e' },
]

const TWINS: readonly (readonly [string, (token: string) => readonly string[]])[] = [
  [
    'bits that do not count',
    (token) => PARTS.flatMap((at) => otherSpellings(parts(token)[at]).map((part) => withPart(token, at, () => part))),
  ],
  ['one sign of padding', (token) => inEachPart(token, (part) => `${part}=`)],
  ['two signs of padding', (token) => inEachPart(token, (part) => `${part}==`)],
  [
    'the right padding',
    (token) =>
      inEachPart(
        token,
        (part) => part.padEnd(Math.ceil(part.length / 4) * 4, '=') + (part.length % 4 === 0 ? '====' : ''),
      ),
  ],
  ['+ for -', (token) => inEachPart(token, (part) => part.replace('-', '+'))],
  ['/ for _', (token) => inEachPart(token, (part) => part.replace('_', '/'))],
  ['the alphabet of plain base64', (token) => [...inEachPart(token, plain), plain(token)]],
  [
    'a blank in the middle of a part',
    (token) => BLANKS.flatMap((blank) => inEachPart(token, (part) => inTheMiddle(part, blank))),
  ],
  [
    'a blank before or behind a part',
    (token) =>
      BLANKS.flatMap((blank) => [
        ...inEachPart(token, (part) => blank + part),
        ...inEachPart(token, (part) => part + blank),
      ]),
  ],
  [
    'lines of 16 characters',
    (token) =>
      ['\n', '\r\n'].flatMap((end) => [inLines(token, end), ...inEachPart(token, (part) => inLines(part, end))]),
  ],
  [
    'percent-encoding',
    (token) =>
      ['-', '_', '.', 'e', '0'].map((character) =>
        token.replace(character, `%${character.charCodeAt(0).toString(16)}`),
      ),
  ],
  ['percent-encoded padding', (token) => inEachPart(token, (part) => `${part}%3D`)],
  ['letters that look the same', (token) => LOOK_ALIKES.map(({ of, is }) => token.replace(of, is))],
  [
    'letters that end in the same byte',
    (token) => inEachPart(token, (part) => String.fromCharCode(part.charCodeAt(0) + 0x100) + part.slice(1)),
  ],
  [
    'a character that adds no bits',
    (token) =>
      ['~', '*', '!', '@', ',', ';', ':', '\u00e9'].flatMap((odd) =>
        inEachPart(token, (part) => inTheMiddle(part, odd)),
      ),
  ],
  ['a letter more', (token) => inEachPart(token, (part) => `${part}A`)],
  ['a letter less', (token) => inEachPart(token, (part) => part.slice(0, -1))],
  [
    'a zero byte more',
    (token) => [
      ...inEachPart(token, withByte),
      ...inEachPart(token, (part) => base64url(Buffer.concat([Buffer.alloc(1), bytes(part)]))),
    ],
  ],
  [
    'a part more',
    (token) => ['.', '..', '.AAAA', '.AAAA.AAAA', `.${parts(token)[2]}`, `.${token}`].map((more) => token + more),
  ],
  ['a part before', (token) => ['.', 'AAAA.', `${parts(token)[0]}.`].map((more) => more + token)],
  ['an empty part between', (token) => [token.replace('.', '..'), parts(token).join('..')]],
  ['itself once more', (token) => [token + token, `${token},${token}`, `${token} ${token}`]],
  [
    'a wrapping',
    (token) => [
      `"${token}"`, `'${token}'`, `<${token}>`, `Bearer ${token}`, `bearer.${token}`, JSON.stringify([token]),
      `${token};`, `${token}#`, `${token}?`,
    ],
  ],
  [
    'other case',
    (token) => [...inEachPart(token, (part) => part.toLowerCase()), ...inEachPart(token, (part) => part.toUpperCase())],
  ],
  ['other dots', (token) => [':', ',', '~', '|', '/'].map((dot) => token.replaceAll('.', dot))],
]

function inLines(text: string, end: string): string {
  return text.replace(/.{16}/g, `$&${end}`)
}

function plain(text: string): string {
  return text.replaceAll('-', '+').replaceAll('_', '/')
}

function bytes(part: string): Buffer {
  return Buffer.from(part, 'base64url')
}

function base64url(value: Buffer): string {
  return value.toString('base64url')
}

function withByte(part: string): string {
  return base64url(Buffer.concat([bytes(part), Buffer.alloc(1)]))
}

const POOL = SIGNERS.map((signer) => ({ signer, tokens: originals(signer) }))
/** Where the signature plays no part, the fastest will do. */
const FAST = POOL.filter(({ signer }) => signer.alg === 'EdDSA')

describe('the twins of this file', () => {
  test('with bits that do not count read the same to a lenient reader', () => {
    const lengths = new Set<number>()
    for (const token of POOL.flatMap(({ tokens }) => tokens)) {
      for (const part of parts(token)) {
        lengths.add(part.length % 4)
        for (const twin of otherSpellings(part)) expect(bytes(twin)).toEqual(bytes(part))
      }
    }
    expect([...lengths].sort()).toEqual([0, 2, 3])
  })

  test('of every kind are other texts than the original', () => {
    for (const token of POOL.flatMap(({ tokens }) => tokens)) {
      for (const [, twinsOf] of TWINS) expect(twinsOf(token)).not.toContain(token)
    }
  })
})

describe.each(ENGINES)('with the engine %s', (engine) => {
  test.each(TWINS)('%s: a twin is refused, and does not ride on the memory of the original', async (_, twinsOf) => {
    for (const { signer, tokens } of POOL) {
      const { events, says } = verifier([signer.publicJwk], { engine, cache: { ttl: 60 } })
      for (const token of tokens) {
        expect(await says(token)).toBe('accepted')
        for (const twin of twinsOf(token)) expect(await says(twin), JSON.stringify(twin)).not.toBe('accepted')
        expect(await says(token)).toBe('accepted')
        expect(events.at(-1)).toMatchObject({ type: 'accepted', remembered: true })
      }
    }
  })

  test.each(TWINS)('%s: a twin that came first does not spoil the original', async (_, twinsOf) => {
    for (const { signer, tokens } of FAST) {
      const { says } = verifier([signer.publicJwk], { engine, cache: { ttl: 60 } })
      for (const token of tokens) {
        for (const twin of twinsOf(token).slice(0, 3))
          expect(await says(twin), JSON.stringify(twin)).not.toBe('accepted')
        expect(await says(token)).toBe('accepted')
      }
    }
  })

  test.each(TWINS)('%s: refused as well when the issuer itself signed the twin', async (_, twinsOf) => {
    for (const { signer, tokens } of FAST) {
      const { says } = verifier([signer.publicJwk], { engine })
      for (const token of tokens) {
        const [header, payload] = parts(token)
        const signed = twinsOf(token).flatMap((twin) => {
          const [first, second, ...more] = twin.split('.')
          const changed = more.length === 1 && (first !== header || second !== payload)
          return changed ? [signer.seal(`${first}.${second}`)] : []
        })
        // Two kinds of change leave good JSON behind: those are tokens of their own, with other bytes.
        const own = signed.filter((twin) => isGoodJson(twin))
        for (const twin of signed.filter((one) => !own.includes(one)))
          expect(await says(twin), JSON.stringify(twin)).not.toBe('accepted')
      }
    }
  })

  // RFC 8017 section 8.1.2: as long as the modulus. OpenSSL reads PSS without its leading zeros, and so does WebCrypto.
  test.each(['RS256', 'PS256', 'PS384', 'PS512'] as const)('a leading zero of %s belongs to it', async (alg) => {
    const signer = handSigner(alg)
    const { events, says } = verifier([signer.publicJwk], { engine, cache: { ttl: 60 } })
    const token = withLeadingZero(signer)
    const twin = withPart(token, 2, (part) => base64url(bytes(part).subarray(1)))
    expect(await says(twin)).toBe('bad_signature')
    expect(await says(token)).toBe('accepted')
    expect(await says(twin)).toBe('bad_signature')
    expect(await says(token)).toBe('accepted')
    expect(events.at(-1)).toMatchObject({ type: 'accepted', remembered: true })
  })

  // RFC 7518 section 3.4 asks for no low s: the mirror image is as good a signature, and issuers write either.
  test('the mirror image of an ECDSA signature is a token of its own, checked by itself', async () => {
    for (const [alg, { order, size }] of Object.entries(CURVES)) {
      const signer = handSigner(alg as keyof typeof CURVES)
      const { events, says } = verifier([signer.publicJwk], { engine, cache: { ttl: 60 } })
      const token = signer.token()
      const mirrored = withPart(token, 2, (part) => mirror(part, order, size))
      expect(mirrored).not.toBe(token)
      expect(await says(token)).toBe('accepted')
      expect(await says(mirrored)).toBe('accepted')
      expect(events.at(-1)).toMatchObject({ type: 'accepted', remembered: false })
    }
  })
})

function mirror(part: string, order: bigint, size: number): string {
  const s = order - BigInt(`0x${bytes(part).subarray(size).toString('hex')}`)
  return base64url(Buffer.concat([bytes(part).subarray(0, size), bigEndian(s, size)]))
}

function isGoodJson(token: string): boolean {
  return parts(token)
    .slice(0, 2)
    .every((part) => {
      if (part !== base64url(bytes(part))) return false
      try {
        return typeof JSON.parse(bytes(part).toString()) === 'object'
      } catch {
        return false
      }
    })
}
