/** The known ways to have a verifier say yes to a token that nobody it trusts has signed; with both engines. */
import * as crypto from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { isUnavailable } from '../../src/errors.js'
import { JwksProvider } from '../../src/index.js'
import { ALGORITHMS } from '../../src/jwt/signature/algorithms.js'
import { AUDIENCE, ISSUER, START } from '../oauth-kit.js'
import {
  bigEndian, bytesOf, CLAIMS, CURVES, encode, ENGINES, handSigner, network, newKeys, signature, verifier, withSignature,
} from './token-kit.js'
import type { Algorithm } from '../../src/jwt/signature/algorithms.js'
import type { HandSigner } from './token-kit.js'

const rsa = handSigner('RS256', 'rsa')
const ec = handSigner('ES256', 'ec')
const ed = handSigner('EdDSA', 'ed')
const attacker = handSigner('RS256', 'rsa')
/** The keys of the issuer that everybody here tries to deceive. */
const KEYS = [rsa.publicJwk, ec.publicJwk, ed.publicJwk]

test('the good tokens that all of this is about are accepted', async () => {
  for (const engine of ENGINES) {
    for (const signer of [rsa, ec, ed]) expect(await verifier(KEYS, { engine }).says(signer.token())).toBe('accepted')
  }
})

describe('alg none', () => {
  const SPELLINGS = [
    'none', 'None', 'NONE', 'nOnE', ' none', 'none ', 'none\0', 'n\u043ene', '\uff4eone', '', 'null', 'undefined',
    'plain', 'no',
  ]
  const VALUES: readonly unknown[] = [
    ...SPELLINGS, undefined, null, false, 0, [], ['none'], ['RS256'], {}, { alg: 'RS256' }, ['RS256', 'none'],
  ]

  test.each(VALUES.map((alg) => [JSON.stringify(alg) ?? 'missing', alg] as const))(
    '%s is refused, with any signature or none',
    async (_, alg) => {
      const good = rsa.token()
      const text = `${encode({ alg, kid: 'rsa' })}.${encode(CLAIMS)}`
      const { says } = verifier(KEYS)
      for (const end of [
        '',
        '.',
        '.AA',
        `.${encode('none')}`,
        withSignature(good, bytesOf(good)).slice(good.lastIndexOf('.')),
      ]) {
        expect(await says(text + end), end).toMatch(/^(malformed|unsupported_algorithm)$/)
      }
      expect(await says(rsa.seal(text))).toBe('unsupported_algorithm')
    },
  )

  test.each([
    'rs256', 'RS256 ', 'RS-256', 'SHA256withRSA', 'RS1', 'ES256K', 'HS256', 'RSA1_5', 'dir', 'A128KW', 'ML-DSA-44',
    '__proto__', 'constructor', 'toString',
  ])('%s is no algorithm of ours', async (alg) => {
    expect(await verifier(KEYS).says(rsa.token({}, { alg }))).toBe('unsupported_algorithm')
  })

  test.each(['none', 'HS256', 'rs256', ''])('%s cannot be switched on', (alg) => {
    expect(() => verifier(KEYS, { algorithms: [alg] } as never)).toThrow('"algorithms"')
  })
})

describe.each(ENGINES)('a stripped signature, with the engine %s', (engine) => {
  test.each(['', '.', '.AA', '.AAAA', `.${encode('')}`, ' ', '.null', `.${encode('null')}`])(
    '%j in its place is refused',
    async (end) => {
      for (const signer of [rsa, ec, ed]) {
        const token = signer.token()
        expect(await verifier(KEYS, { engine }).says(token.slice(0, token.lastIndexOf('.')) + end)).not.toBe('accepted')
      }
    },
  )

  test('zeros or ones of every likely length in its place are refused', async () => {
    const { says } = verifier(KEYS, { engine })
    for (const signer of [rsa, ec, ed]) {
      for (const length of [1, 16, 32, 63, 64, 65, 96, 128, 132, 255, 256, 257, 512]) {
        for (const fill of [0, 1, 0xff]) {
          expect(await says(withSignature(signer.token(), Buffer.alloc(length, fill))), `${signer.alg} ${length}`).toBe(
            'bad_signature',
          )
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
    [
      'PEM without its last line break',
      ({ publicKey }) => String(publicKey.export({ type: 'spki', format: 'pem' })).trimEnd(),
    ],
    [
      'PEM with the line breaks of Windows',
      ({ publicKey }) => String(publicKey.export({ type: 'spki', format: 'pem' })).replaceAll('\n', '\r\n'),
    ],
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
  const mac = (alg: string, secret: string | Buffer, text: string): Buffer =>
    crypto
      .createHmac(`sha${alg.slice(2)}`, secret)
      .update(text)
      .digest()

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
    for (const jwk of [
      { kty: 'oct', kid: 'secret', k }, { kty: 'oct', kid: 'secret', k, alg: 'HS256' },
      { ...rsa.publicJwk, kid: 'secret', k },
    ]) {
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

  test.each([[''], ['none'], ['HS256'], ['rs256'], ['RSA-OAEP'], [7], [['RS256']], [{}]])(
    'a JWK whose alg is %j is not used',
    async (alg: unknown) => {
      expect(await verifier([{ ...rsa.publicJwk, alg }, ec.publicJwk]).says(rsa.token())).toBe('unknown_key')
    },
  )

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
        expect(await verifier([{ ...ed.publicJwk, ...(stated && { alg: stated }) }]).says(ed.token({}, { alg }))).toBe(
          'accepted',
        )
      }
    }
    for (const crv of ['Ed448', 'X25519', 'P-256', 'ed25519', '']) {
      expect(await verifier([{ ...ed.publicJwk, crv }]).says(ed.token())).toBe('unknown_key')
    }
  })

  test.each([
    { use: 'enc' }, { use: '' }, { use: 'SIG' }, { key_ops: ['sign'] },
    { key_ops: 'verify' }, { d: '' }, { oth: [{}] },
  ])('a key with %j is not used, and does not spoil its neighbour', async (members) => {
    const { says } = verifier([{ ...rsa.publicJwk, ...members }, ec.publicJwk])
    expect(await says(rsa.token())).toBe('unknown_key')
    expect(await says(ec.token())).toBe('accepted')
  })
})

describe('a key as others write it', () => {
  const EMPTY = { alg: null, use: null, d: null, p: null, k: null, crv: null, key_ops: [], oth: [], x5c: [], x5t: null }

  test('with all the members of a .NET class is used', async () => {
    const { crv: _, ...ofRsa } = EMPTY
    const { says } = verifier([{ ...rsa.publicJwk, ...ofRsa, kid: 'rsa', crv: null } as never])
    expect(await says(rsa.token())).toBe('accepted')
  })

  test('with its number in standard base64, padding and all, is used', async () => {
    for (const engine of ENGINES) {
      // Most moduli have a plus or a slash among their letters.
      const n = Buffer.from(rsa.publicJwk.n as string, 'base64url').toString('base64')
      expect(n).not.toBe(rsa.publicJwk.n)
      expect(await verifier([{ ...rsa.publicJwk, n }], { engine }).says(rsa.token())).toBe('accepted')
    }
  })
})

const ONLY_THESE = [`${ISSUER}/.well-known/openid-configuration`, `${ISSUER}/keys`]

describe('a key in the header of the token', () => {
  const evil = 'https://evil.example/keys'
  const certificate = encode(attacker.publicKey.export({ type: 'spki', format: 'der' }))
    .replaceAll('-', '+')
    .replaceAll('_', '/')
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
    [
      'jwks, as none of the RFCs has it',
      { jwks: { keys: [attacker.publicJwk] }, jwks_uri: evil, iss: 'https://evil.example' },
    ],
  ]

  test.each(HEADERS)('%s is not used, and nobody is asked but the issuer', async (_, header) => {
    for (const engine of ENGINES) {
      const { asked, fetch } = network({ [ISSUER]: KEYS }, [attacker.publicJwk])
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

  test.each(KIDS.map((kid) => [String(JSON.stringify(kid)).slice(0, 40), kid] as const))(
    'kid %s finds no key and no file',
    async (_, kid) => {
      for (const signer of [attacker, rsa]) {
        const { asked, fetch } = network({ [ISSUER]: KEYS }, [attacker.publicJwk])
        const { says } = verifier([], { jwks: undefined, fetch } as never)
        // So that what was found for tokens with this kid, and for tokens with none, is remembered.
        for (const known of ['rsa', undefined]) expect(await says(rsa.token({}, { kid: known }))).toBe('accepted')
        expect(await says(signer.token({}, { kid }))).toBe('unknown_key')
        expect([...new Set(asked)]).toEqual(ONLY_THESE)
      }
    },
  )

  test.each([[7], [null], [true], [['7']], [[['7']]], [{ toString: 7 }]])(
    'kid %j is not the kid "7", whoever came before',
    async (kid: unknown) => {
      const seven = handSigner('ES256', '7')
      const { says } = verifier([seven.publicJwk])
      expect(await says(seven.token())).toBe('accepted')
      expect(await says(seven.token({}, { kid }))).toBe('unknown_key')
    },
  )

  test.each(['kid', 'x', 'y', 'n', 'e', 'kty', 'crv', 'alg', 'use', 'key_ops', 'd'])(
    'a JWK whose %s is an object that cannot be text is not used, and does not spoil its neighbour',
    async (member) => {
      for (const signer of [rsa, ec]) {
        const odd = { ...signer.publicJwk, [member]: { toString: 7, valueOf: 7 } }
        const { says } = verifier([odd, ed.publicJwk])
        if (member in signer.publicJwk || !['x', 'y', 'n', 'e', 'crv'].includes(member))
          expect(await says(signer.token())).toBe('unknown_key')
        expect(await says(ed.token())).toBe('accepted')
      }
    },
  )

  test('any number of unknown kids is answered with no, where all keys are in hand', async () => {
    const { says } = verifier(KEYS)
    for (let count = 0; count < 100; count += 1)
      expect(await says(rsa.token({}, { kid: `unknown-${count}` }))).toBe('unknown_key')
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
      expect(
        await verifier(KEYS).says(
          withSignature(`${header}.${encode(payload)}.`, bytesOf(rsa.seal(`${header}.${payload}`))),
        ),
      ).toBe('malformed')
    }
  })
})

describe.each(ENGINES)('ECDSA, with the engine %s', (engine) => {
  test.each(Object.keys(CURVES) as (keyof typeof CURVES)[])(
    'psychic and other impossible values of %s are refused',
    async (alg) => {
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
    },
  )

  test.each(Object.keys(CURVES) as (keyof typeof CURVES)[])(
    'a good signature of %s in another form is refused',
    async (alg) => {
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
    },
  )

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
  test.each(['PS256', 'PS384', 'PS512'] as const)(
    '%s with a salt of another length than its hash is refused',
    async (alg) => {
      const signer = handSigner(alg, 'rsa', rsa)
      const { says } = verifier(KEYS, { engine })
      const token = signer.token()
      const size = Number(alg.slice(2)) / 8
      for (const salt of [0, 1, 20, 32, 48, 64, size - 1, size + 1, 256 - size - 2]) {
        const signed = signature(alg, rsa.privateKey, token.slice(0, token.lastIndexOf('.')), salt)
        expect(await says(withSignature(token, signed)), `salt of ${salt}`).toBe(
          salt === size ? 'accepted' : 'bad_signature',
        )
      }
    },
  )

  test('a signature that is not reduced, or has zeros before it, is refused', async () => {
    const modulus = BigInt(`0x${Buffer.from(String(rsa.publicJwk.n), 'base64url').toString('hex')}`)
    for (const alg of ['RS256', 'PS256'] as const) {
      const token = handSigner(alg, 'rsa', rsa).token()
      const good = bytesOf(token)
      const value = BigInt(`0x${good.toString('hex')}`)
      const others = [value + modulus, modulus - value, modulus, modulus - 1n, 0n, 1n].map((other) =>
        bigEndian(other, 256),
      )
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
    const digest = crypto
      .createHash('sha256')
      .update(token.slice(0, token.lastIndexOf('.')))
      .digest()
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
    await sure({ ...ec.privateKey.export({ format: 'jwk' }), kid: 'weak' }, ec.token({}, { kid: 'weak' }))
    await sure({ ...ed.privateKey.export({ format: 'jwk' }), kid: 'weak' }, ed.token({}, { kid: 'weak' }))
  })

  test('a point that is not on its curve is not used', async () => {
    const other = handSigner('ES256')
    const turned = Buffer.from(String(ec.publicJwk.y), 'base64url').map((byte, index) =>
      index === 5 ? byte ^ 1 : byte,
    )
    const prime = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
    const x = BigInt(`0x${Buffer.from(String(ec.publicJwk.x), 'base64url').toString('hex')}`)
    const POINTS: readonly Record<string, unknown>[] = [
      { y: encode(turned) }, { y: other.publicJwk.y }, { x: encode(Buffer.alloc(32)), y: encode(Buffer.alloc(32)) },
      { x: ec.publicJwk.y, y: ec.publicJwk.x }, { x: encode(bigEndian(x + prime, 33)) }, { x: '' }, { y: undefined },
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
        expect(await says(withSignature(token, Buffer.concat([identity, Buffer.alloc(32)]))), point).not.toBe(
          'accepted',
        )
      }
    }
  })

  const GARBAGE = [
    null, 'key', 7, true, [], {}, { kty: 'RSA' }, { kty: 'EC', crv: 'P-256' }, { kty: '__proto__' }, { kid: 'weak' },
  ]
  test.each(GARBAGE.map((one) => [JSON.stringify(one), one] as const))(
    '%s among the keys does no harm',
    async (_, garbage) => {
      await sure(garbage as object, rsa.token({}, { kid: 'weak' }))
    },
  )

  test('of two keys with the same kid, each is tried, and neither vouches for a third', async () => {
    const twin = handSigner('ES256', 'ec')
    const { says } = verifier([ec.publicJwk, twin.publicJwk], { engine })
    expect(await says(ec.token())).toBe('accepted')
    expect(await says(twin.token())).toBe('accepted')
    expect(await says(handSigner('ES256', 'ec').token())).toBe('bad_signature')
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
    const { fetch } = network({
      'https://login.example/one': [ofA.publicJwk],
      'https://login.example/two': [ofB.publicJwk],
    })
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
    const provider = new JwksProvider({
      issuer: A,
      audience: AUDIENCE,
      fetch: fetch as typeof globalThis.fetch,
      engine,
      now: () => START,
    })
    await expect(provider.verifyToken(ofB.token({ iss: A }))).rejects.toSatisfy(isUnavailable)
  })
})
