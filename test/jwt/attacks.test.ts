/** The known ways to make a JWT verifier say yes, by name, each against both engines where the signature matters. */
import * as crypto from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { CompactEncrypt, FlattenedSign, GeneralSign } from 'jose'
import { describe, expect, test } from 'vitest'
import { ALGORITHMS } from '../../src/jwt/algorithms.js'
import { isUnavailable } from '../../src/errors.js'
import { JwksProvider } from '../../src/index.js'
import { AUDIENCE, ISSUER, START } from '../oauth-kit.js'
import { CLAIMS, ENGINES, encode, handSigner, newKeys, signature, verifier } from './token-kit.js'
import type { Algorithm } from '../../src/jwt/algorithms.js'
import type { HandSigner, Part } from './token-kit.js'

const rsa = handSigner('RS256', 'rsa')
const ec = handSigner('ES256', 'ec')
const ed = handSigner('EdDSA', 'ed')
const attacker = handSigner('RS256', 'rsa')
/** The keys of the issuer that everybody here tries to deceive. */
const KEYS = [rsa.publicJwk, ec.publicJwk, ed.publicJwk]

/** JSON by hand: claims of a good token and these members, as they are written. */
function claimsWith(members: string): string {
  return JSON.stringify(CLAIMS).replace('}', `,${members}}`)
}

/** JSON by hand: good claims without these, and with these members. */
function claimsInstead(name: string, value: string): string {
  const { [name as 'iss']: _, ...others } = CLAIMS
  return `${JSON.stringify(others).slice(0, -1)},"${name}":${value}}`
}

function bytesOf(token: string): Buffer {
  return Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url')
}

function withSignature(token: string, value: Uint8Array | string): string {
  return `${token.slice(0, token.lastIndexOf('.'))}.${typeof value === 'string' ? value : encode(value)}`
}

test('the good tokens that all of this is about are accepted', async () => {
  for (const engine of ENGINES) {
    for (const signer of [rsa, ec, ed]) expect(await verifier(KEYS, { engine }).says(signer.token())).toBe('accepted')
  }
})

describe('alg none', () => {
  const SPELLINGS = ['none', 'None', 'NONE', 'nOnE', ' none', 'none ', 'none\0', 'n\u043ene', '\uff4eone', '', 'null', 'undefined', 'plain', 'no']
  const VALUES: readonly unknown[] = [...SPELLINGS, undefined, null, false, 0, [], ['none'], ['RS256'], {}, { alg: 'RS256' }, ['RS256', 'none']]

  test.each(VALUES.map((alg) => [JSON.stringify(alg) ?? 'missing', alg] as const))('%s is refused, with any signature or none', async (_, alg) => {
    const good = rsa.token()
    const text = `${encode({ alg, kid: 'rsa' })}.${encode(CLAIMS)}`
    const { says } = verifier(KEYS)
    for (const end of ['', '.', '.AA', `.${encode('none')}`, withSignature(good, bytesOf(good)).slice(good.lastIndexOf('.'))]) {
      expect(await says(text + end), end).toMatch(/^(malformed|unsupported_algorithm)$/)
    }
    expect(await says(rsa.seal(text))).toBe('unsupported_algorithm')
  })

  test.each(['rs256', 'RS256 ', 'RS-256', 'SHA256withRSA', 'RS1', 'ES256K', 'HS256', 'RSA1_5', 'dir', 'A128KW', 'ML-DSA-44', '__proto__', 'constructor', 'toString'])(
    '%s is no algorithm of ours',
    async (alg) => {
      expect(await verifier(KEYS).says(rsa.token({}, { alg }))).toBe('unsupported_algorithm')
    },
  )

  test.each(['none', 'HS256', 'rs256', ''])('%s cannot be switched on', (alg) => {
    expect(() => verifier(KEYS, { algorithms: [alg] } as never)).toThrow('"algorithms"')
  })
})

describe.each(ENGINES)('a stripped signature, with the engine %s', (engine) => {
  test.each(['', '.', '.AA', '.AAAA', `.${encode('')}`, ' ', '.null', `.${encode('null')}`])('%j in its place is refused', async (end) => {
    for (const signer of [rsa, ec, ed]) {
      const token = signer.token()
      expect(await verifier(KEYS, { engine }).says(token.slice(0, token.lastIndexOf('.')) + end)).not.toBe('accepted')
    }
  })

  test('zeros or ones of every likely length in its place are refused', async () => {
    const { says } = verifier(KEYS, { engine })
    for (const signer of [rsa, ec, ed]) {
      for (const length of [1, 16, 32, 63, 64, 65, 96, 128, 132, 255, 256, 257, 512]) {
        for (const fill of [0, 1, 0xff]) {
          expect(await says(withSignature(signer.token(), Buffer.alloc(length, fill))), `${signer.alg} ${length}`).toBe('bad_signature')
        }
      }
    }
  })

  test('the signature of another token is refused', async () => {
    for (const signer of [rsa, ec, ed]) {
      const other = signer.token({ sub: 'grace' })
      expect(await verifier(KEYS, { engine }).says(withSignature(signer.token(), bytesOf(other)))).toBe('bad_signature')
    }
  })
})

describe('a public key taken for a shared secret', () => {
  const SECRETS: readonly (readonly [string, (signer: HandSigner) => string | Buffer])[] = [
    ['PEM', ({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' })],
    ['PEM without its last line break', ({ publicKey }) => String(publicKey.export({ type: 'spki', format: 'pem' })).trimEnd()],
    ['PEM with the line breaks of Windows', ({ publicKey }) => String(publicKey.export({ type: 'spki', format: 'pem' })).replaceAll('\n', '\r\n')],
    ['DER', ({ publicKey }) => publicKey.export({ type: 'spki', format: 'der' })],
    ['PKCS#1 PEM', (signer) => (signer === rsa ? rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }) : 'none')],
    ['PKCS#1 DER', (signer) => (signer === rsa ? rsa.publicKey.export({ type: 'pkcs1', format: 'der' }) : 'none')],
    ['JWK text', ({ publicJwk }) => JSON.stringify(publicJwk)],
    ['JWK Set text', () => JSON.stringify({ keys: KEYS })],
    ['modulus or point', ({ publicJwk }) => Buffer.from(String(publicJwk.n ?? publicJwk.x), 'base64url')],
    ['modulus or point as text', ({ publicJwk }) => String(publicJwk.n ?? publicJwk.x)],
    ['kid', ({ kid }) => kid],
    ['nothing', () => ''],
    ['32 zeros', () => Buffer.alloc(32)],
  ]
  const mac = (alg: string, secret: string | Buffer, text: string): Buffer => crypto.createHmac(`sha${alg.slice(2)}`, secret).update(text).digest()

  test.each(SECRETS)('%s as the secret of an HS token is refused', async (_, secretOf) => {
    const { says } = verifier(KEYS)
    for (const signer of [rsa, ec, ed]) {
      for (const alg of ['HS256', 'HS384', 'HS512']) {
        const text = `${encode({ alg, kid: signer.kid })}.${encode(CLAIMS)}`
        expect(await says(`${text}.${encode(mac(alg, secretOf(signer), text))}`)).toBe('unsupported_algorithm')
      }
    }
  })

  test.each(SECRETS)('%s as the secret of a MAC under the real algorithm is refused', async (_, secretOf) => {
    for (const engine of ENGINES) {
      for (const signer of [rsa, ec, ed]) {
        const text = `${encode({ alg: signer.alg, kid: signer.kid })}.${encode(CLAIMS)}`
        for (const hash of ['HS256', 'HS512']) {
          const token = `${text}.${encode(mac(hash, secretOf(signer), text))}`
          expect(await verifier(KEYS, { engine }).says(token)).toBe('bad_signature')
        }
      }
    }
  })

  test('a shared secret among the keys is never used', async () => {
    const k = encode(Buffer.alloc(32, 7))
    for (const jwk of [{ kty: 'oct', kid: 'secret', k }, { kty: 'oct', kid: 'secret', k, alg: 'HS256' }, { ...rsa.publicJwk, kid: 'secret', k }]) {
      const { says } = verifier([jwk, rsa.publicJwk])
      const text = `${encode({ alg: 'HS256', kid: 'secret' })}.${encode(CLAIMS)}`
      expect(await says(`${text}.${encode(mac('HS256', Buffer.alloc(32, 7), text))}`)).toBe('unsupported_algorithm')
      expect(await says(rsa.token({}, { kid: 'secret' }))).toBe('unknown_key')
      expect(await says(rsa.token())).toBe('accepted')
    }
  })
})

describe('one key for another algorithm', () => {
  const RSA = Object.keys(ALGORITHMS).filter((alg) => /^[RP]S/.test(alg)) as Algorithm[]
  const as = (alg: Algorithm, signer: HandSigner, kid = signer.kid): HandSigner => handSigner(alg, kid, signer)

  test.each(RSA)('a JWK that says %s is used for nothing else', async (stated) => {
    for (const alg of RSA) {
      const { says } = verifier([{ ...rsa.publicJwk, alg: stated }])
      expect(await says(as(alg, rsa).token())).toBe(alg === stated ? 'accepted' : 'unknown_key')
    }
  })

  test.each([[''], ['none'], ['HS256'], ['rs256'], ['RSA-OAEP'], [null], [7], [['RS256']], [{}]])('a JWK whose alg is %j is not used', async (alg: unknown) => {
    expect(await verifier([{ ...rsa.publicJwk, alg }, ec.publicJwk]).says(rsa.token())).toBe('unknown_key')
  })

  test('a signature under one algorithm is none under another', async () => {
    for (const engine of ENGINES) {
      const { says } = verifier(KEYS, { engine })
      for (const real of RSA) {
        for (const stated of RSA) {
          const token = as(real, rsa).write({ alg: stated, kid: 'rsa' }, CLAIMS)
          expect(await says(token), `${real} as ${stated}`).toBe(real === stated ? 'accepted' : 'bad_signature')
        }
      }
    }
  })

  test('the curve decides which ECDSA a key is for', async () => {
    for (const alg of ['ES384', 'ES512', 'EdDSA', 'Ed25519', 'RS256', 'PS256']) {
      expect(await verifier([ec.publicJwk]).says(ec.token({}, { alg }))).toBe('unknown_key')
    }
    expect(await verifier([{ ...ec.publicJwk, crv: 'P-384' }]).says(ec.token())).toBe('unknown_key')
    expect(await verifier([{ ...ec.publicJwk, crv: 'secp256k1' }]).says(ec.token())).toBe('unknown_key')
  })

  test('EdDSA and Ed25519 are one algorithm, and no other curve is either', async () => {
    for (const alg of ['EdDSA', 'Ed25519']) {
      for (const stated of [undefined, 'EdDSA', 'Ed25519']) {
        expect(await verifier([{ ...ed.publicJwk, ...(stated && { alg: stated }) }]).says(ed.token({}, { alg }))).toBe('accepted')
      }
    }
    for (const crv of ['Ed448', 'X25519', 'P-256', 'ed25519', '']) {
      expect(await verifier([{ ...ed.publicJwk, crv }]).says(ed.token())).toBe('unknown_key')
    }
  })

  test.each([{ use: 'enc' }, { use: '' }, { use: 'SIG' }, { use: null }, { key_ops: [] }, { key_ops: ['sign'] }, { key_ops: 'verify' }, { key_ops: null }])(
    'a key with %j is not used, and does not spoil its neighbour',
    async (members) => {
      const { says } = verifier([{ ...rsa.publicJwk, ...members }, ec.publicJwk])
      expect(await says(rsa.token())).toBe('unknown_key')
      expect(await says(ec.token())).toBe('accepted')
    },
  )
})

/** An issuer, and an attacker's server beside it that would gladly serve keys. Notes every URL that is asked for. */
function network(signers: Readonly<Record<string, readonly object[]>>) {
  const asked: string[] = []
  const fetch = async (input: unknown): Promise<Response> => {
    const url = String(input)
    asked.push(url)
    const issuer = Object.keys(signers).find((name) => url === `${name}/.well-known/openid-configuration`)
    if (issuer !== undefined) return Response.json({ issuer, jwks_uri: `${issuer}/keys` })
    return Response.json({ keys: Object.entries(signers).find(([name]) => url === `${name}/keys`)?.[1] ?? [attacker.publicJwk] })
  }
  return { asked, fetch: fetch as typeof globalThis.fetch }
}

const ONLY_THESE = [`${ISSUER}/.well-known/openid-configuration`, `${ISSUER}/keys`]

describe('a key in the header of the token', () => {
  const evil = 'https://evil.example/keys'
  const certificate = encode(attacker.publicKey.export({ type: 'spki', format: 'der' })).replaceAll('-', '+').replaceAll('_', '/')
  const HEADERS: readonly (readonly [string, Record<string, unknown>])[] = [
    ['jwk', { jwk: attacker.publicJwk }],
    ['jwk without kid', { jwk: attacker.publicJwk, kid: undefined }],
    ['jwk with another kid', { jwk: { ...attacker.publicJwk, kid: 'mine' }, kid: 'mine' }],
    ['jku', { jku: evil }],
    ['jku under the issuer', { jku: `${ISSUER}/uploads/keys`, kid: 'mine' }],
    ['jku with the issuer as user', { jku: 'https://id.example.com@evil.example/keys' }],
    ['jku to the metadata of a cloud', { jku: 'http://169.254.169.254/latest/meta-data/' }],
    ['x5u', { x5u: 'https://evil.example/certificate' }],
    ['x5c', { x5c: [certificate] }],
    ['x5t', { x5t: encode('thumbprint'), 'x5t#S256': encode('thumbprint') }],
    ['all of them', { jwk: attacker.publicJwk, jku: evil, x5u: evil, x5c: [certificate], kid: evil }],
    ['jwks, as none of the RFCs has it', { jwks: { keys: [attacker.publicJwk] }, jwks_uri: evil, iss: 'https://evil.example' }],
  ]

  test.each(HEADERS)('%s is not used, and nobody is asked but the issuer', async (_, header) => {
    for (const engine of ENGINES) {
      const { asked, fetch } = network({ [ISSUER]: KEYS })
      const { says } = verifier([], { jwks: undefined, fetch, engine } as never)
      expect(await says(attacker.token({}, header))).toMatch(/^(bad_signature|unknown_key)$/)
      expect(await says(rsa.token({}, { ...header, kid: 'rsa' }))).toBe('accepted')
      expect([...new Set(asked)]).toEqual(ONLY_THESE)
    }
  })

  const KIDS: readonly unknown[] = [
    '../../../../../../dev/null',
    '/dev/null',
    'C:\\keys\\rsa',
    'file:///etc/passwd',
    "' UNION SELECT 'secret' --",
    '| whoami',
    '$(id)',
    evil,
    `${ISSUER}/keys`,
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    'undefined',
    'null',
    '[object Object]',
    'RSA',
    ' rsa',
    'rsa ',
    'rsa\0',
    'rsa\n',
    'rs\u0430',
    'rsa/../rsa',
    '0',
    'x'.repeat(10_000),
    7,
    0,
    -0,
    1e308,
    null,
    true,
    false,
    [],
    ['rsa'],
    [['rsa']],
    {},
    { kid: 'rsa' },
    { toString: 'rsa', valueOf: 7 },
    { toString: { toString: 7 } },
  ]

  test.each(KIDS.map((kid) => [String(JSON.stringify(kid)).slice(0, 40), kid] as const))('kid %s finds no key and no file', async (_, kid) => {
    for (const signer of [attacker, rsa]) {
      const { asked, fetch } = network({ [ISSUER]: KEYS })
      const { says } = verifier([], { jwks: undefined, fetch } as never)
      // So that what was found for tokens with this kid, and for tokens with none, is remembered.
      for (const known of ['rsa', undefined]) expect(await says(rsa.token({}, { kid: known }))).toBe('accepted')
      expect(await says(signer.token({}, { kid }))).toBe('unknown_key')
      expect([...new Set(asked)]).toEqual(ONLY_THESE)
    }
  })

  test.each([[7], [null], [true], [['7']], [[['7']]], [{ toString: 7 }]])('kid %j is not the kid "7", whoever came before', async (kid: unknown) => {
    const seven = handSigner('ES256', '7')
    const { says } = verifier([seven.publicJwk])
    expect(await says(seven.token())).toBe('accepted')
    expect(await says(seven.token({}, { kid }))).toBe('unknown_key')
  })

  test.each(['kid', 'x', 'y', 'n', 'e', 'kty', 'crv', 'alg', 'use', 'key_ops', 'd'])(
    'a JWK whose %s is an object that cannot be text is not used, and does not spoil its neighbour',
    async (member) => {
      for (const signer of [rsa, ec]) {
        const odd = { ...signer.publicJwk, [member]: { toString: 7, valueOf: 7 } }
        const { says } = verifier([odd, ed.publicJwk])
        if (member in signer.publicJwk || !['x', 'y', 'n', 'e', 'crv'].includes(member)) expect(await says(signer.token())).toBe('unknown_key')
        expect(await says(ed.token())).toBe('accepted')
      }
    },
  )

  test('any number of unknown kids is answered with no, where all keys are in hand', async () => {
    const { says } = verifier(KEYS)
    for (let count = 0; count < 100; count += 1) expect(await says(rsa.token({}, { kid: `unknown-${count}` }))).toBe('unknown_key')
    expect(await says(rsa.token())).toBe('accepted')
  })
})

describe('crit and b64', () => {
  const HEADERS: readonly Record<string, unknown>[] = [
    { crit: [] },
    { crit: ['exp'], exp: START },
    { crit: ['b64'], b64: true },
    { crit: ['b64'], b64: false },
    { crit: ['b64', 'b64'], b64: true },
    { crit: ['http://example.com/unknown'], 'http://example.com/unknown': true },
    { crit: ['alg'] },
    { crit: ['bork'] },
    { crit: 'b64' },
    { crit: null },
    { crit: {} },
    { crit: 0 },
    { crit: false },
    { crit: '' },
    { b64: false },
    { b64: true },
    { b64: null },
    { b64: 'false' },
  ]
  test.each(HEADERS)('%j is refused although the signature is good', async (header) => {
    for (const signer of [rsa, ec, ed]) expect(await verifier(KEYS).says(signer.token({}, header))).toBe('malformed')
  })

  test('a payload that is signed and sent without its encoding is refused', async () => {
    const header = encode({ alg: 'RS256', kid: 'rsa', b64: false, crit: ['b64'] })
    for (const payload of [JSON.stringify(CLAIMS), encode(CLAIMS), 'payload']) {
      expect(await verifier(KEYS).says(rsa.seal(`${header}.${payload}`))).toBe('malformed')
      expect(await verifier(KEYS).says(withSignature(`${header}.${encode(payload)}.`, bytesOf(rsa.seal(`${header}.${payload}`))))).toBe('malformed')
    }
  })
})

/** Order of the group and size of the field, SEC 2. */
const CURVES = {
  ES256: { order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n, size: 32 },
  ES384: { order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n, size: 48 },
  ES512: { order: 0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n, size: 66 },
} as const

function bigEndian(value: bigint, size: number): Buffer {
  return Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex')
}

describe.each(ENGINES)('ECDSA, with the engine %s', (engine) => {
  test.each(Object.keys(CURVES) as (keyof typeof CURVES)[])('psychic and other impossible values of %s are refused', async (alg) => {
    const { order, size } = CURVES[alg]
    const signer = handSigner(alg)
    const { says } = verifier([signer.publicJwk], { engine })
    const token = signer.token()
    const largest = 2n ** BigInt(size * 8) - 1n
    for (const r of [0n, 1n, order - 1n, order, order + 1n, largest]) {
      for (const s of [0n, 1n, order - 1n, order, order + 1n, largest]) {
        const forged = Buffer.concat([bigEndian(r, size), bigEndian(s, size)])
        expect(await says(withSignature(token, forged)), `r ${r} s ${s}`).toBe('bad_signature')
      }
    }
  })

  test.each(Object.keys(CURVES) as (keyof typeof CURVES)[])('a good signature of %s in another form is refused', async (alg) => {
    const { order, size } = CURVES[alg]
    const signer = handSigner(alg)
    const { says } = verifier([signer.publicJwk], { engine })
    const token = signer.token()
    const good = bytesOf(token)
    const [r, s] = [good.subarray(0, size), good.subarray(size)]
    const text = token.slice(0, token.lastIndexOf('.'))
    const number = (value: Buffer): bigint => BigInt(`0x${value.toString('hex')}`)
    const zero = Buffer.alloc(1)
    const forms: readonly (readonly [string, Buffer])[] = [
      ['DER', crypto.sign(`sha${alg.slice(2)}`, Buffer.from(text), { key: signer.privateKey, dsaEncoding: 'der' })],
      ['a zero before each', Buffer.concat([zero, r, zero, s])],
      ['a zero before both', Buffer.concat([zero, good])],
      ['a zero behind', Buffer.concat([good, zero])],
      ['twice', Buffer.concat([good, good])],
      ['a byte less', good.subarray(0, -1)],
      ['a byte less at the front', good.subarray(1)],
      ['a byte less each', Buffer.concat([r.subarray(1), s.subarray(1)])],
      ['r alone', r],
      ['s and r', Buffer.concat([s, r])],
      ['r and r', Buffer.concat([r, r])],
      ['r of the other sign', Buffer.concat([bigEndian(order - number(r), size), s])],
      ['ASCII digits', Buffer.from(good.toString('hex'))],
    ]
    for (const [form, value] of forms) expect(await says(withSignature(token, value)), form).toBe('bad_signature')
    expect(await says(token)).toBe('accepted')
  })

  test('EdDSA takes no s beyond the order of its group', async () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    const { says } = verifier(KEYS, { engine })
    const good = bytesOf(ed.token())
    const s = BigInt(`0x${Buffer.from(good.subarray(32)).reverse().toString('hex')}`)
    for (const other of [s + order, s + 2n * order, order, 0n, 2n ** 255n, 2n ** 256n - 1n]) {
      const forged = Buffer.concat([good.subarray(0, 32), bigEndian(other, 32).reverse()])
      expect(await says(withSignature(ed.token(), forged)), `${other}`).toBe('bad_signature')
    }
  })
})

describe.each(ENGINES)('RSA signatures, with the engine %s', (engine) => {
  test.each(['PS256', 'PS384', 'PS512'] as const)('%s with a salt of another length than its hash is refused', async (alg) => {
    const signer = handSigner(alg, 'rsa', rsa)
    const { says } = verifier(KEYS, { engine })
    const token = signer.token()
    const size = Number(alg.slice(2)) / 8
    for (const salt of [0, 1, 20, 32, 48, 64, size - 1, size + 1, 256 - size - 2]) {
      const signed = signature(alg, rsa.privateKey, token.slice(0, token.lastIndexOf('.')), salt)
      expect(await says(withSignature(token, signed)), `salt of ${salt}`).toBe(salt === size ? 'accepted' : 'bad_signature')
    }
  })

  test('a signature that is not reduced, or has zeros before it, is refused', async () => {
    const modulus = BigInt(`0x${Buffer.from(String(rsa.publicJwk.n), 'base64url').toString('hex')}`)
    for (const alg of ['RS256', 'PS256'] as const) {
      const token = handSigner(alg, 'rsa', rsa).token()
      const good = bytesOf(token)
      const value = BigInt(`0x${good.toString('hex')}`)
      const others = [value + modulus, modulus - value, modulus, modulus - 1n, 0n, 1n].map((other) => bigEndian(other, 256))
      for (const other of [...others, Buffer.concat([Buffer.alloc(1), good]), Buffer.concat([good, Buffer.alloc(1)])]) {
        expect(await verifier(KEYS, { engine }).says(withSignature(token, other))).toBe('bad_signature')
      }
    }
  })
})

describe.each(ENGINES)('weak and impossible keys, with the engine %s', (engine) => {
  const jwkOf = (bits: number) => handSigner('RS256', 'weak', newKeys('RS256', bits))
  const sure = async (weak: object, token: string): Promise<void> => {
    const { says } = verifier([weak, ec.publicJwk], { engine })
    expect(await says(token)).toBe('unknown_key')
    expect(await says(ec.token())).toBe('accepted')
  }

  test.each([512, 1024, 1536, 2040, 2041, 2047])('an RSA key of %d bits is not used', async (bits) => {
    const weak = jwkOf(bits)
    await sure(weak.publicJwk, weak.token())
    const padded = Buffer.concat([Buffer.alloc(64), Buffer.from(String(weak.publicJwk.n), 'base64url')])
    await sure({ ...weak.publicJwk, n: encode(padded) }, weak.token())
  })

  test.each([2048, 2049, 2056, 3072])('an RSA key of %d bits is', async (bits) => {
    const key = jwkOf(bits)
    expect(await verifier([key.publicJwk], { engine }).says(key.token())).toBe('accepted')
  })

  test('an RSA key with an exponent of one, two or none is not used', async () => {
    for (const e of ['AQ', 'AAAB', 'Ag', 'AA', '', undefined, null, 65_537, 'AQABAQABAQABAQAB']) {
      await sure({ ...rsa.publicJwk, kid: 'weak', e }, rsa.token({}, { kid: 'weak' }))
    }
    // With an exponent of one, anybody writes the padded digest itself and calls it a signature.
    const token = rsa.token({}, { kid: 'weak' })
    const digest = crypto.createHash('sha256').update(token.slice(0, token.lastIndexOf('.'))).digest()
    const info = Buffer.from('3031300d060960864801650304020105000420', 'hex')
    const padding = Buffer.alloc(256 - 3 - info.length - 32, 0xff)
    const forged = Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), info, digest])
    await sure({ ...rsa.publicJwk, kid: 'weak', e: 'AQ' }, withSignature(token, forged))
  })

  test('a key with any private member in public is not used', async () => {
    const whole = rsa.privateKey.export({ format: 'jwk' }) as Record<string, string>
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi']) {
      await sure({ ...rsa.publicJwk, kid: 'weak', [member]: whole[member] }, rsa.token({}, { kid: 'weak' }))
    }
    await sure({ ...rsa.publicJwk, kid: 'weak', oth: [] }, rsa.token({}, { kid: 'weak' }))
    await sure({ ...ec.privateKey.export({ format: 'jwk' }), kid: 'weak' }, ec.token({}, { kid: 'weak' }))
    await sure({ ...ed.privateKey.export({ format: 'jwk' }), kid: 'weak' }, ed.token({}, { kid: 'weak' }))
  })

  test('a point that is not on its curve is not used', async () => {
    const other = handSigner('ES256')
    const turned = Buffer.from(String(ec.publicJwk.y), 'base64url').map((byte, index) => (index === 5 ? byte ^ 1 : byte))
    const prime = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
    const x = BigInt(`0x${Buffer.from(String(ec.publicJwk.x), 'base64url').toString('hex')}`)
    const POINTS: readonly Record<string, unknown>[] = [
      { y: encode(turned) },
      { y: other.publicJwk.y },
      { x: encode(Buffer.alloc(32)), y: encode(Buffer.alloc(32)) },
      { x: ec.publicJwk.y, y: ec.publicJwk.x },
      { x: encode(bigEndian(x + prime, 33)) },
      { x: '' },
      { y: undefined },
      { x: 7 },
    ]
    for (const point of POINTS) await sure({ ...ec.publicJwk, kid: 'weak', ...point }, ec.token({}, { kid: 'weak' }))
  })

  // Under such a key, one signature fits every message.
  test('an Ed25519 key of small order is not used', async () => {
    const POINTS = [
      '0100000000000000000000000000000000000000000000000000000000000000',
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0000000000000000000000000000000000000000000000000000000000000080',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    ]
    const identity = Buffer.alloc(32)
    identity[0] = 1
    for (const point of POINTS) {
      const jwk = { kty: 'OKP', crv: 'Ed25519', kid: 'weak', x: encode(Buffer.from(point, 'hex')) }
      const { says } = verifier([jwk], { engine })
      for (let tries = 0; tries < 8; tries += 1) {
        const token = ed.token({ jti: `${tries}` }, { kid: 'weak' })
        expect(await says(withSignature(token, Buffer.concat([identity, Buffer.alloc(32)]))), point).not.toBe('accepted')
      }
    }
  })

  const GARBAGE = [null, 'key', 7, true, [], {}, { kty: 'RSA' }, { kty: 'EC', crv: 'P-256' }, { kty: '__proto__' }, { kid: 'weak' }]
  test.each(GARBAGE.map((one) => [JSON.stringify(one), one] as const))('%s among the keys does no harm', async (_, garbage) => {
    await sure(garbage as object, rsa.token({}, { kid: 'weak' }))
  })

  test('of two keys with the same kid, each is tried, and neither vouches for a third', async () => {
    const twin = handSigner('ES256', 'ec')
    const { says } = verifier([ec.publicJwk, twin.publicJwk], { engine })
    expect(await says(ec.token())).toBe('accepted')
    expect(await says(twin.token())).toBe('accepted')
    expect(await says(handSigner('ES256', 'ec').token())).toBe('bad_signature')
  })
})

describe('duplicate names in JSON', () => {
  const { says } = verifier(KEYS)
  const HEADERS: readonly (readonly [string, string, string])[] = [
    ['alg, good one first', '{"alg":"RS256","kid":"rsa","alg":"none"}', 'unsupported_algorithm'],
    ['alg, good one escaped', '{"alg":"none","kid":"rsa","\\u0061lg":"HS256"}', 'unsupported_algorithm'],
    ['kid, good one first', '{"alg":"RS256","kid":"rsa","kid":"other"}', 'unknown_key'],
    ['typ, good one first', '{"alg":"RS256","kid":"rsa","typ":"JWT","typ":"dpop+jwt"}', 'wrong_type'],
    ['crit, none last', '{"alg":"RS256","kid":"rsa","crit":["a"],"crit":null}', 'malformed'],
  ]
  test.each(HEADERS)('in the header, %s: the last one counts', async (_, header, expected) => {
    expect(await says(rsa.write(header, CLAIMS))).toBe(expected)
  })

  const MEMBERS: readonly (readonly [string, string, string])[] = [
    ['iss', '"https://evil.example"', 'wrong_issuer'],
    ['aud', '"https://evil.example"', 'wrong_audience'],
    ['exp', `${START - 60}`, 'expired'],
    ['exp', 'null', 'invalid_claim'],
    ['sub', '7', 'invalid_claim'],
    ['\\u0069ss', '"https://evil.example"', 'wrong_issuer'],
  ]
  test.each(MEMBERS)('in the claims, %s twice, the good one first: the last one counts', async (name, value, expected) => {
    expect(await says(rsa.write({ alg: 'RS256', kid: 'rsa' }, claimsWith(`"${name}":${value}`)))).toBe(expected)
  })

  test('what decides and what is handed on are the same', async () => {
    const { provider } = verifier(KEYS)
    const token = rsa.write({ alg: 'RS256', kid: 'rsa' }, `{"iss":"https://evil.example","sub":"eve",${JSON.stringify(CLAIMS).slice(1)}`)
    expect(provider.recognizes(token)).toBe('mine')
    expect(await provider.verifyToken(token)).toMatchObject({ issuer: ISSUER, subject: 'ada', claims: { iss: ISSUER, sub: 'ada' } })
  })
})

describe('other serializations', () => {
  test('the JSON forms of a good token are refused', async () => {
    const payload = Buffer.from(JSON.stringify(CLAIMS))
    const flat = await new FlattenedSign(payload).setProtectedHeader({ alg: 'RS256', kid: 'rsa' }).sign(rsa.privateKey)
    const general = await new GeneralSign(payload).addSignature(rsa.privateKey).setProtectedHeader({ alg: 'RS256', kid: 'rsa' }).sign()
    const { says } = verifier(KEYS)
    expect(await says(`${flat.protected}.${flat.payload}.${flat.signature}`)).toBe('accepted')
    for (const text of [JSON.stringify(flat), JSON.stringify(general), JSON.stringify([flat])]) {
      for (const form of [text, encode(text), encodeURIComponent(text), text.replaceAll('"', "'")]) expect(await says(form)).toBe('malformed')
    }
  })

  test('a text that is a compact token and JSON at once is refused', async () => {
    const [header, payload, sealed] = rsa.token().split('.')
    const none = `${encode({ alg: 'none' })}.${encode(CLAIMS)}.`
    for (const text of [
      `{"protected":"${header}","payload":"${payload}","signature":"${sealed}"}`,
      `{"a":".${none}.","protected":"${header}","payload":"${payload}","signature":"${sealed}"}`,
      `${header}.{"payload":"${payload}"}.${sealed}`,
    ]) {
      expect(await verifier(KEYS).says(text)).toBe('malformed')
    }
  })

  test('a token inside a token is refused, although both signatures are good', async () => {
    const inner = rsa.token()
    const NESTED: readonly (readonly [Record<string, unknown>, Part])[] = [
      [{ cty: 'JWT' }, inner],
      [{ cty: 'jwt' }, JSON.stringify(inner)],
      [{}, inner],
      [{ cty: 'JWT' }, JSON.stringify([inner])],
    ]
    for (const [header, payload] of NESTED) expect(await verifier(KEYS).says(rsa.write({ alg: 'RS256', kid: 'rsa', ...header }, payload))).toBe('malformed')
    const claims = { jwt: inner, payload: encode(CLAIMS), act: CLAIMS, claims: CLAIMS }
    expect(await verifier(KEYS).says(rsa.write({ alg: 'RS256', kid: 'rsa', cty: 'JWT' }, claims))).toBe('wrong_issuer')
  })

  const ENCRYPTED: readonly (readonly [string, Parameters<CompactEncrypt['setProtectedHeader']>[0], HandSigner])[] = [
    ['RSA-OAEP', { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'rsa' }, rsa],
    ['RSA-OAEP, compressed', { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'rsa', zip: 'DEF' }, rsa],
    ['ECDH-ES', { alg: 'ECDH-ES', enc: 'A256GCM', kid: 'ec' }, ec],
  ]
  test.each(ENCRYPTED)('claims encrypted to the public key, by %s, are refused', async (_, header, { publicKey }) => {
    for (const content of [JSON.stringify(CLAIMS), `${encode({ alg: 'none' })}.${encode(CLAIMS)}.`]) {
      const jwe = await new CompactEncrypt(Buffer.from(content)).setProtectedHeader(header).encrypt(publicKey)
      const { says, events } = verifier(KEYS)
      expect(await says(jwe)).toBe('malformed')
      expect(events.at(-1)).toMatchObject({ hint: expect.stringContaining('encrypted') })
      expect(await says(jwe.split('.').slice(0, 3).join('.'))).not.toBe('accepted')
    }
  })

  test('a password with two billion rounds, and a bomb of zeros, are not even looked at', async () => {
    const pbes2 = encode({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2_000_000_000, p2s: 'AAAA', kid: 'rsa' })
    const bomb = deflateRawSync(Buffer.concat([Buffer.from(JSON.stringify(CLAIMS).slice(0, -1)), Buffer.alloc(10_000_000, ' '), Buffer.from('}')]))
    const { says } = verifier(KEYS)
    expect(await says(`${pbes2}.AAAA.AAAA.AAAA.AAAA`)).toBe('malformed')
    expect(await says(`${pbes2}.${encode(CLAIMS)}.AAAA`)).toBe('unsupported_algorithm')
    for (const zip of ['DEF', 'GZIP', 'none']) expect(await says(rsa.write({ alg: 'RS256', kid: 'rsa', zip }, bomb))).toBe('malformed')
  })
})

describe('size and depth', () => {
  const { says } = verifier(KEYS)
  const nested = (depth: number, open: string, close: string): string => claimsWith(`"deep":${open.repeat(depth)}1${close.repeat(depth)}`)

  test.each([16, 17, 100, 5000])('claims nested %d deep are refused', async (depth) => {
    for (const [open, close] of [['[', ']'], ['{"a":', '}']] as const) {
      expect(await says(ed.write({ alg: 'EdDSA', kid: 'ed' }, nested(depth, open, close)).slice(0, 40_000))).toBe('malformed')
    }
  })

  test('a header nested deep is refused', async () => {
    expect(await says(ed.write(`{"alg":"EdDSA","kid":"ed","jwk":${'['.repeat(5000)}${']'.repeat(5000)}}`, CLAIMS))).toBe('malformed')
  })

  test('12 KiB pass, and what is longer than 32 KiB does not', async () => {
    const sized = (size: number): string => {
      const token = ed.write({ alg: 'EdDSA', kid: 'ed' }, claimsWith(`"fill":"${'x'.repeat(Math.floor(((size - 400) / 4) * 3))}"`))
      return token
    }
    expect(sized(12_288 + 1000).length).toBeGreaterThan(12_288)
    expect(await says(sized(12_288 + 1000))).toBe('accepted')
    expect(await says(sized(32_000))).toBe('accepted')
    for (const size of [33_500, 65_536, 1_048_576]) expect(await says(sized(size))).toBe('malformed')
  })

  test.each([
    ['a million dots', '.'.repeat(1_000_000)],
    ['thirty thousand dots', '.'.repeat(30_000)],
    ['a megabyte of one letter', 'A'.repeat(1_000_000)],
    ['thirty thousand letters and no dot', 'A'.repeat(30_000)],
    ['a thousand parts', 'AAAA.'.repeat(1000)],
    ['thousands of numbers', `${encode({ alg: 'EdDSA' })}.${encode(`{"a":[${'1,'.repeat(10_000)}1]}`)}.AAAA`],
    ['a number of ten thousand digits', `${encode({ alg: 'EdDSA' })}.${encode(`{"exp":${'9'.repeat(10_000)}}`)}.AAAA`],
  ])('%s: refused', async (_, text) => {
    expect(await says(text)).not.toBe('accepted')
  })
})

describe('text that is no UTF-8, or not only JSON', () => {
  const { says } = verifier(KEYS)
  const text = JSON.stringify(CLAIMS)
  const raw = (...values: (string | number[])[]): Buffer => Buffer.concat(values.map((value) => Buffer.from(value as string)))
  const inSub = (...bytes: number[]): Buffer => raw(text.slice(0, -1), ',"note":"', bytes, '"}')
  const PAYLOADS: readonly (readonly [string, Part])[] = [
    ['a byte that is never there', inSub(0xff)],
    ['a continuation without a beginning', inSub(0x80)],
    ['a beginning without a continuation', inSub(0xc3)],
    ['an overlong slash', inSub(0xc0, 0xaf)],
    ['an overlong zero', inSub(0xc0, 0x80)],
    ['half a surrogate pair', inSub(0xed, 0xa0, 0x80)],
    ['a surrogate pair as CESU-8', inSub(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80)],
    ['a character beyond Unicode', inSub(0xf4, 0x90, 0x80, 0x80)],
    ['latin-1', Buffer.from(claimsWith('"note":"\u00e9"'), 'latin1')],
    ['a byte order mark', raw([0xef, 0xbb, 0xbf], text)],
    ['two byte order marks', raw([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], text)],
    ['UTF-16', Buffer.from(text, 'utf16le')],
    ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['a zero byte behind', raw(text, [0])],
    ['a line separator around it', `\u2028${text}\u2028`],
    ['a no-break space around it', `\u00a0${text}`],
    ['two objects', text + text],
    ['an object and a comma', `${text},`],
    ['an array around it', `[${text}]`],
    ['text around it', JSON.stringify(text)],
    ['a comment', `/**/${text}`],
    ['a comma too many', text.replace('}', ',}')],
    ['names without quotes', text.replace('"iss"', 'iss')],
    ['single quotes', text.replaceAll('"', "'")],
    ['NaN', claimsWith('"n":NaN')],
    ['Infinity', claimsWith('"n":Infinity')],
    ['undefined', claimsWith('"n":undefined')],
    ['a number with a plus', claimsWith('"n":+1')],
    ['a number in hexadecimal', claimsWith('"n":0x10')],
    ['a number that begins with a zero', claimsWith('"n":01')],
    ['a line break in a text', claimsWith('"n":"\n"')],
    ['YAML', 'iss: https://id.example.com'],
    ['a prefix against hijacking', `)]}'\n${text}`],
    ['nothing', ' '],
    ['a number', '7'],
    ['null', 'null'],
    ['true', 'true'],
  ]
  test.each(PAYLOADS)('%s as the payload is refused', async (_, payload) => {
    expect(await says(rsa.write({ alg: 'RS256', kid: 'rsa' }, payload))).toBe('malformed')
  })

  test.each(PAYLOADS.slice(0, 16))('%s in the header is refused', async (_, payload) => {
    const header = Buffer.from(payload as string).toString('latin1').replace('{', '{"alg":"RS256","kid":"rsa",')
    expect(await says(rsa.write(Buffer.from(header, 'latin1'), CLAIMS))).toBe('malformed')
  })

  test('blanks of JSON around it, and escapes in it, are fine', async () => {
    for (const good of [`\t\r\n ${text}\n`, text.replace('"ada"', '"\\u0061da"'), claimsWith('"n":"\\ud800"')]) {
      expect(await says(rsa.write({ alg: 'RS256', kid: 'rsa' }, good))).toBe('accepted')
    }
  })
})

describe('instants', () => {
  const TIMES: readonly (readonly [string, string, string, string])[] = [
    // value, as exp, as nbf, as iat
    [`"${START + 300}"`, 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['"never"', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['""', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['"2099-01-01T00:00:00Z"', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['null', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['true', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['false', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['[]', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    [`[${START + 300}]`, 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['{}', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['{"$gt":0}', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['1e400', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['-1e400', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['9'.repeat(400), 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['-1', 'expired', 'accepted', 'accepted'],
    ['0', 'expired', 'accepted', 'accepted'],
    ['-0', 'expired', 'accepted', 'accepted'],
    ['1e-400', 'expired', 'accepted', 'accepted'],
    [`${START - 5}`, 'expired', 'accepted', 'accepted'],
    [`${START - 4.5}`, 'accepted', 'accepted', 'accepted'],
    [`${START + 5}`, 'accepted', 'accepted', 'accepted'],
    [`${START + 5.5}`, 'accepted', 'not_yet_valid', 'accepted'],
    [`${START * 1000}`, 'accepted', 'not_yet_valid', 'accepted'],
    ['1e308', 'accepted', 'not_yet_valid', 'accepted'],
    ['-1e308', 'expired', 'accepted', 'accepted'],
  ]
  const CASES = TIMES.flatMap(([value, ...verdicts]) => ['exp', 'nbf', 'iat'].map((claim, index) => [claim, value, verdicts[index]] as const))
  test.each(CASES)('%s of %s: %s', async (claim, value, expected) => {
    expect(await verifier(KEYS).says(ed.write({ alg: 'EdDSA', kid: 'ed' }, claimsInstead(claim, value)))).toBe(expected)
  })

  test('a token without an end is refused, and one inherited from a prototype is none', async () => {
    const { exp: _, ...endless } = CLAIMS
    const text = JSON.stringify(endless)
    for (const payload of [text, text.replace('}', ',"__proto__":{"exp":1e10}}'), text.replace('}', ',"EXP":1e10,"exp ":1e10,"expires_at":1e10}')]) {
      expect(await verifier(KEYS).says(ed.write({ alg: 'EdDSA', kid: 'ed' }, payload))).toBe('missing_claim')
    }
  })
})

describe('the issuer', () => {
  const ISSUERS: readonly unknown[] = [
    [ISSUER],
    [ISSUER, 'https://evil.example'],
    { 0: ISSUER, length: 1 },
    { toString: ISSUER },
    null,
    true,
    7,
    '',
    `${ISSUER}/`,
    `${ISSUER}//`,
    `${ISSUER}.evil.example`,
    `${ISSUER}@evil.example`,
    `${ISSUER}:443`,
    `${ISSUER}?`,
    `${ISSUER}#`,
    `${ISSUER}/.`,
    `${ISSUER}\0`,
    ` ${ISSUER}`,
    `${ISSUER} `,
    `${ISSUER}\n`,
    ISSUER.slice(0, -1),
    ISSUER.replace('https', 'http'),
    ISSUER.replace('https://', ''),
    ISSUER.replace('https:', ''),
    ISSUER.toUpperCase(),
    ISSUER.replace('id.', 'ID.'),
    ISSUER.replace('example.com', 'example.com.'),
    ISSUER.replace('e', '\u0435'),
    ISSUER.replace('.', '\u3002'),
    ISSUER.replace('id', '\u0131d'),
    ISSUER.replace('example', 'exa\u00admple'),
    ISSUER.replace('id', '%69d'),
    ISSUER.normalize('NFD').replace('e', 'e\u0301'),
    `${ISSUER},https://evil.example`,
  ]
  test.each(ISSUERS.map((iss) => [String(JSON.stringify(iss)), iss] as const))('%s is not ours, and asks for nothing', async (_, iss) => {
    const { asked, fetch } = network({ [ISSUER]: KEYS })
    const { provider, says } = verifier([], { jwks: undefined, fetch } as never)
    expect(await says(ed.token({ iss }))).toBe('wrong_issuer')
    expect(provider.recognizes(ed.token({ iss }))).toBe('foreign')
    expect(asked).toEqual([])
  })
})

describe('the audience', () => {
  const AUDIENCES: readonly (readonly [unknown, string])[] = [
    [undefined, 'wrong_audience'],
    [null, 'invalid_claim'],
    ['', 'wrong_audience'],
    [' ', 'wrong_audience'],
    ['*', 'wrong_audience'],
    [['*'], 'wrong_audience'],
    [[], 'wrong_audience'],
    [[[AUDIENCE]], 'invalid_claim'],
    [[null, AUDIENCE], 'invalid_claim'],
    [[AUDIENCE, 7], 'invalid_claim'],
    [[AUDIENCE, {}], 'invalid_claim'],
    [{ [AUDIENCE]: true }, 'invalid_claim'],
    [{ 0: AUDIENCE, length: 1 }, 'invalid_claim'],
    [{ includes: true }, 'invalid_claim'],
    [true, 'invalid_claim'],
    [7, 'invalid_claim'],
    [AUDIENCE.slice(0, -1), 'wrong_audience'],
    [AUDIENCE.slice(1), 'wrong_audience'],
    [`${AUDIENCE}/`, 'wrong_audience'],
    [`${AUDIENCE}x`, 'wrong_audience'],
    [`x${AUDIENCE}`, 'wrong_audience'],
    [AUDIENCE.toUpperCase(), 'wrong_audience'],
    [`${AUDIENCE} https://evil.example`, 'wrong_audience'],
    [`${AUDIENCE},https://evil.example`, 'wrong_audience'],
    [JSON.stringify([AUDIENCE]), 'wrong_audience'],
    [AUDIENCE.replace('m', '\uff4d'), 'wrong_audience'],
    [['https://evil.example', AUDIENCE], 'accepted'],
    [[AUDIENCE, AUDIENCE], 'accepted'],
  ]
  test.each(AUDIENCES.map(([aud, expected]) => [String(JSON.stringify(aud)), expected, aud] as const))('%s: %s', async (_, expected, aud) => {
    expect(await verifier(KEYS).says(ed.token({ aud }))).toBe(expected)
  })

  test.each(['constructor', '__proto__', 'toString'])('a claim for it called %s is not inherited', async (audienceClaims) => {
    expect(await verifier(KEYS, { audienceClaims }).says(ed.token())).not.toBe('accepted')
  })
})

describe('other kinds of JWT', () => {
  const TYPES = ['dpop+jwt', 'logout+jwt', 'secevent+jwt', 'token-introspection+jwt', 'oauth-authz-req+jwt', 'entity-statement+jwt', 'dc+sd-jwt', 'kb+jwt']
  test.each([...TYPES, 'refresh+jwt', 'id_token+jwt', 'JWE', 'JOSE', 'JOSE+JSON', 'at+jwt ', ' JWT', 'J\u0057T\0', '', 'JWT,at+jwt', 'text/plain', 'applicationjwt'])(
    'typ %j is refused',
    async (typ) => {
      expect(await verifier(KEYS).says(ed.token({}, { typ }))).toBe('wrong_type')
    },
  )

  test.each([[null], [7], [true], [[]], [['JWT']], [{}], [{ toString: 'JWT' }]])('typ %j is refused', async (typ: unknown) => {
    expect(await verifier(KEYS).says(ed.token({}, { typ }))).toBe('wrong_type')
  })

  const KINDS: readonly (readonly [string, Record<string, unknown>])[] = [
    ['an ID token', { at_hash: 'x' }],
    ['an ID token of the hybrid flow', { c_hash: 'x' }],
    ['an ID token of Cognito', { token_use: 'id' }],
    ['a token of Cognito of a new kind', { token_use: ['access'] }],
    ['an ID token of Keycloak', { typ: 'ID' }],
    ['a refresh token of Keycloak', { typ: 'Refresh' }],
    ['an offline token of Keycloak', { typ: 'Offline' }],
    ['a logout token', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }],
    ['a logout token without events in it', { events: null }],
    ['a DPoP proof without its type', { htm: 'POST', htu: 'https://mcp.example.com/mcp' }],
    ['an introspection response', { token_introspection: { active: true } }],
  ]
  test.each(KINDS)('%s is refused', async (_, claims) => {
    expect(await verifier(KEYS).says(ed.token(claims))).toBe('wrong_type')
  })

  test('with tokenType at+jwt, only that type is taken', async () => {
    const { says } = verifier(KEYS, { tokenType: 'at+jwt' })
    for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt']) expect(await says(ed.token({}, { typ }))).toBe('accepted')
    for (const typ of [undefined, 'JWT', 'application/jwt', 'at+jwtx', 'xat+jwt']) expect(await says(ed.token({}, { typ }))).toBe('wrong_type')
  })
})

describe('who', () => {
  const ODD: readonly unknown[] = [null, 7, true, [], ['ada'], {}, { toString: 'ada' }, { $ne: null }]
  test.each(['sub', 'client_id', 'azp', 'jti'].flatMap((claim) => ODD.map((value) => [claim, value] as const)))('%s of %j is refused', async (claim, value) => {
    expect(await verifier(KEYS).says(ed.token({ [claim]: value }))).toBe('invalid_claim')
  })
})

describe.each(ENGINES)('two issuers with the same kid, with the engine %s', (engine) => {
  const A = ISSUER
  const B = 'https://other.example.com'
  const ofA = handSigner('ES256', 'shared')
  const ofB = handSigner('ES256', 'shared')
  const issuers = () => {
    const { asked, fetch } = network({ [A]: [ofA.publicJwk], [B]: [ofB.publicJwk] })
    return { asked, ...verifier([], { jwks: undefined, issuer: [A, B], fetch, engine } as never) }
  }

  test('the key of the one does not vouch for the other, before and after both are known', async () => {
    const { says } = issuers()
    expect(await says(ofA.token({ iss: B }))).toBe('bad_signature')
    expect(await says(ofB.token({ iss: A }))).toBe('bad_signature')
    expect(await says(ofA.token({ iss: A }))).toBe('accepted')
    expect(await says(ofB.token({ iss: B }))).toBe('accepted')
    expect(await says(ofA.token({ iss: B }))).toBe('bad_signature')
    expect(await says(ofB.token({ iss: A }))).toBe('bad_signature')
  })

  test('a token of the one asks nothing of the other', async () => {
    const { asked, says } = issuers()
    await says(ofA.token({ iss: A }))
    expect(asked.filter((url) => !url.startsWith(A))).toEqual([])
  })

  test('a tenant of a template is an issuer of its own', async () => {
    const { fetch } = network({ 'https://login.example/one': [ofA.publicJwk], 'https://login.example/two': [ofB.publicJwk] })
    const issuer = { template: 'https://login.example/{tid}', allow: ['one', 'two'] } as const
    const { says } = verifier([], { jwks: undefined, issuer, fetch, engine } as never)
    expect(await says(ofA.token({ iss: 'https://login.example/one', tid: 'one' }))).toBe('accepted')
    expect(await says(ofA.token({ iss: 'https://login.example/one', tid: 'two' }))).toBe('wrong_issuer')
    expect(await says(ofA.token({ iss: 'https://login.example/two', tid: 'two' }))).toBe('bad_signature')
    expect(await says(ofA.token({ iss: 'https://login.example/three', tid: 'three' }))).toBe('wrong_issuer')
    expect(await says(ofA.token({ iss: 'https://login.example/{tid}', tid: '{tid}' }))).toBe('wrong_issuer')
  })

  test('discovery that names another issuer gives no keys', async () => {
    const fetch = async (): Promise<Response> => Response.json({ issuer: B, jwks_uri: `${B}/keys` })
    const provider = new JwksProvider({ issuer: A, audience: AUDIENCE, fetch: fetch as typeof globalThis.fetch, engine, now: () => START })
    await expect(provider.verifyToken(ofB.token({ iss: A }))).rejects.toSatisfy(isUnavailable)
  })
})

describe('names that JavaScript knows', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'toJSON', 'then', 'length', 'get', 'set', '__defineGetter__']
  test.each(NAMES)('a claim called %s is a claim and nothing else', async (name) => {
    for (const value of ['{"scope":"admin","iss":"x","polluted":true}', '"admin"', '7', 'null', '["admin"]']) {
      const { provider } = verifier(KEYS)
      const token = await provider.verifyToken(ed.write({ alg: 'EdDSA', kid: 'ed' }, claimsWith(`"${name}":${value}`)))
      expect(token?.scopes).toEqual(['notes:read'])
      expect(Object.getOwnPropertyDescriptor(token?.claims, name)?.value).toEqual(JSON.parse(value))
      expect(Object.getPrototypeOf(token?.claims)).toBe(Object.prototype)
      expect('polluted' in {}).toBe(false)
      expect((token?.claims as { polluted?: boolean }).polluted).toBeUndefined()
    }
  })

  test.each(['iss', 'aud', 'sub', 'scope'])('%s by way of __proto__ is not there', async (claim) => {
    const { [claim as 'iss']: value, ...others } = CLAIMS
    const payload = `${JSON.stringify(others).slice(0, -1)},"__proto__":${JSON.stringify({ [claim]: value })}}`
    const { provider } = verifier(KEYS)
    const token = await provider.verifyToken(ed.write({ alg: 'EdDSA', kid: 'ed' }, payload))
    if (['iss', 'aud'].includes(claim)) expect(token).toBeNull()
    else expect([token?.claims[claim], token?.subject, token?.scopes].slice(0, claim === 'sub' ? 2 : 1)).toEqual(claim === 'sub' ? [undefined, undefined] : [undefined])
    if (claim === 'scope') expect(token?.scopes).toEqual([])
  })

  test.each(['alg', 'kid', 'typ', 'crit'])('%s by way of __proto__ in the header is not there', async (name) => {
    const { says } = verifier(KEYS)
    const header = { alg: '"alg":"EdDSA"', kid: '"kid":"ed"', typ: '', crit: '' }
    const values = { alg: '"EdDSA"', kid: '"nobody"', typ: '"dpop+jwt"', crit: '["x"]' }
    const own = Object.entries(header).filter(([key, text]) => key !== name && text !== '').map(([, text]) => text)
    const text = `{${[...own, `"__proto__":{"${name}":${values[name as 'alg']}}`].join(',')}}`
    expect(await says(ed.write(text, CLAIMS))).toBe(name === 'alg' ? 'unsupported_algorithm' : 'accepted')
  })

  test.each(['constructor', '__proto__', 'toString'])('a required claim called %s is not inherited', async (name) => {
    expect(await verifier(KEYS, { requiredClaims: [name] }).says(ed.token())).toBe('missing_claim')
  })
})
