/** The synchronous engine: used only where it can be trusted, never slow on the event loop, and of jose's opinion. */
import crypto from 'node:crypto'
import { importJWK } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ALGORITHMS } from '../../../src/jwt/signature/algorithms.js'
import { isTrustworthy } from '../../../src/jwt/signature/engine-self-test.js'
import { nodeEngine } from '../../../src/jwt/signature/node-engine.js'
import { verification } from '../../../src/jwt/signature/node-verification.js'
import { isSigned, signatureEngine } from '../../../src/jwt/signature/signature.js'
import { isTrustworthyInThreads } from '../../../src/jwt/signature/thread-self-test.js'
import { verificationKey } from '../../../src/jwt/signature/verification-key.js'
import { bytesOf, encode, ENGINES, handSigner, newKeys, withLeadingZero, withSignature } from '../token-kit.js'
import type { CryptoKey } from 'jose'
import type { Algorithm } from '../../../src/jwt/signature/algorithms.js'
import type { Signed } from '../../../src/jwt/token/decode.js'
import type { HandSigner } from '../token-kit.js'

type Crypto = typeof crypto
type Verify = (hash: string | null, data: Buffer, key: crypto.VerifyKeyObjectInput, signature: Buffer) => boolean

/** `node:crypto` with another opinion about signatures. */
function withVerify(verify: Verify): Crypto {
  return { ...crypto, verify: verify as Crypto['verify'] }
}

const really: Verify = (hash, data, key, signature) => crypto.verify(hash, data, key, signature)

describe('the self-test', () => {
  test('is passed by the crypto of this runtime, which is then used', () => {
    expect(isTrustworthy(crypto, verification)).toBe(true)
    expect(signatureEngine('auto').name).toBe('node')
    expect(signatureEngine('jose').name).toBe('jose')
  })

  const LIARS: readonly (readonly [string, Verify])[] = [
    ['says yes to everything', () => true],
    ['says no to everything', () => false],
    ['says nothing', () => undefined as never],
    ['answers later', (...input) => Promise.resolve(really(...input)) as never],
    [
      'throws',
      () => {
        throw new Error('not implemented')
      },
    ],
    [
      'says yes to zeros',
      (hash, data, key, signature) => signature.every((byte) => byte === 0) || really(hash, data, key, signature),
    ],
    [
      'says yes to what is too short',
      (hash, data, key, signature) => signature.length % 2 === 1 || really(hash, data, key, signature),
    ],
    [
      'overlooks one bit',
      (hash, data, key, signature) => really(hash, data, key, signature) || really(hash, data, key, withBit(signature)),
    ],
    [
      'knows no EdDSA',
      (hash, ...others) => {
        if (hash === null) throw new Error('unsupported')
        return really(hash, ...others)
      },
    ],
    ['hashes with SHA-1 whatever is asked for', (hash, ...others) => really(hash && 'sha1', ...others)],
    [
      'reads ECDSA as DER only',
      (hash, data, { dsaEncoding: _, ...key }, signature) => really(hash, data, key, signature),
    ],
    ['takes PSS for PKCS#1', (hash, data, { padding: _, ...key }, signature) => really(hash, data, key, signature)],
    ['knows RSA only', (hash, data, key, signature) => (isRsa(key) ? really(hash, data, key, signature) : false)],
    [
      'says yes to everything but RSA',
      (hash, data, key, signature) => (isRsa(key) ? really(hash, data, key, signature) : true),
    ],
  ]
  test.each(LIARS)('is failed by a crypto that %s', (_, verify) => {
    expect(isTrustworthy(withVerify(verify), verification)).toBe(false)
  })

  test('is failed by a crypto that cannot import keys', () => {
    const createPublicKey = (): never => {
      throw new Error('not implemented')
    }
    expect(isTrustworthy({ ...crypto, createPublicKey } as Crypto, verification)).toBe(false)
  })

  test('is failed by parameters that do not fit', () => {
    const parameters: readonly (typeof verification)[] = [
      (...input) => ({ ...verification(...input), hash: 'sha512' }),
      (from, alg, key) => ({ ...verification(from, alg, key), key: { key } }),
      (from, _, key) => verification(from, 'RS256', key),
      // Any length of the salt, which node does where it is not told.
      (from, alg, key) => {
        const known = verification(from, alg, key)
        return { ...known, key: { ...known.key, saltLength: from.constants.RSA_PSS_SALTLEN_AUTO } }
      },
    ]
    for (const wrong of parameters) expect(isTrustworthy(crypto, wrong)).toBe(false)
  })

  /** `node:crypto` whose form with a callback does this. */
  type Threaded = (really: (signature?: Buffer) => boolean, call: (error: Error | null, good: boolean) => void, hash: string | null) => void
  const inThreads = (threaded: Threaded): Crypto => ({
    ...crypto,
    verify: ((hash: string, data: Buffer, key: crypto.VerifyKeyObjectInput, signature: Buffer, call?: (error: Error | null, good: boolean) => void) =>
      call === undefined ? really(hash, data, key, signature) : threaded((other = signature) => really(hash, data, key, other), call, hash)) as Crypto['verify'],
  })

  test('is passed in threads as well', async () => {
    expect(await isTrustworthyInThreads(crypto, verification)).toBe(true)
    expect(await isTrustworthyInThreads(inThreads((is, call) => call(null, is())), verification)).toBe(true)
  })

  const THREADS: readonly (readonly [string, Threaded])[] = [
    ['says yes to everything', (_, call) => call(null, true)],
    ['says no to everything', (_, call) => call(null, false)],
    ['always fails', (_, call) => call(new Error('not implemented'), false)],
    ['answers at once instead of calling back', (is) => is()],
    ['knows no ES512', (is, call, hash) => call(null, hash !== 'sha512' && is())],
    ['takes any ES384', (is, call, hash) => call(null, hash === 'sha384' || is())],
    ['throws', () => { throw new Error('not implemented') }],
  ]
  test.each(THREADS)('is failed by a crypto that, in threads, %s', async (_, threaded) => {
    const liar = inThreads(threaded)
    expect(isTrustworthy(liar, verification)).toBe(true)
    const atOnce = (_seconds: number, work: () => void) => { setImmediate(work); return () => undefined }
    expect(await isTrustworthyInThreads(liar, verification, atOnce)).toBe(false)
  })

  test('failed in threads leaves jose what is slow, and the rest as it is', async () => {
    vi.resetModules()
    const liar = inThreads((_, call) => call(null, true))
    vi.doMock('../../../src/lib/runtime.js', () => ({ mayShareBetweenRequests: true, nodeCrypto: () => liar }))
    const fresh = await import('../../../src/jwt/signature/signature.js')
    for (const alg of ['ES384', 'ES512', 'ES256'] as const) {
      const signer = handSigner(alg)
      const keys = [verificationKey(alg, await cryptoKey(signer))]
      const token = signer.token()
      const says = (text: string) => fresh.isSigned(fresh.signatureEngine('auto'), parts(text), alg, keys)
      expect([fresh.signatureEngine('auto').name, await says(token), await says(withSignature(token, bytesOf(signer.token({ sub: 'eve' }))))]).toEqual([
        'node',
        true,
        false,
      ])
    }
    vi.doUnmock('../../../src/lib/runtime.js')
    vi.resetModules()
  })

  function isRsa(key: crypto.VerifyKeyObjectInput): boolean {
    return key.key.asymmetricKeyType === 'rsa'
  }

  function withBit(signature: Buffer): Buffer {
    return Buffer.from(signature.map((byte, index) => (index === 9 ? byte ^ 1 : byte)))
  }
})

describe('where there is no crypto to trust', () => {
  afterEach(() => {
    vi.doUnmock('../../../src/lib/runtime.js')
    vi.resetModules()
  })

  test.each([
    ['none at all', undefined],
    ['one that lies', withVerify(() => true)],
    ['one that is empty', {}],
  ])('with %s, jose checks the signatures', async (_, found) => {
    vi.resetModules()
    vi.doMock('../../../src/lib/runtime.js', () => ({ mayShareBetweenRequests: true, nodeCrypto: () => found }))
    const fresh = await import('../../../src/jwt/signature/signature.js')
    expect(fresh.signatureEngine('auto').name).toBe('jose')
  })
})

/** What one check costs is known: these would hold up the event loop for a millisecond or so. */
describe('what is slow goes to a thread', () => {
  afterEach(() => void vi.restoreAllMocks())

  const KEYS: readonly (readonly [Algorithm, number, 'at once' | 'in a thread'])[] = [
    ['RS256', 2048, 'at once'],
    ['RS512', 3072, 'at once'],
    ['PS256', 4096, 'at once'],
    ['RS256', 4104, 'in a thread'],
    ['PS512', 4104, 'in a thread'],
    ['ES256', 256, 'at once'],
    ['ES384', 384, 'in a thread'],
    ['ES512', 521, 'in a thread'],
    ['EdDSA', 256, 'at once'],
    ['Ed25519', 256, 'at once'],
  ]
  test.each(KEYS)('%s of %d bits is checked %s', async (alg, bits, where) => {
    const engine = nodeEngine()
    const isLarge = bits > 2048
    const signer = handSigner(alg, 'key', newKeys(alg))
    const key = (await importJWK(
      isLarge ? { ...signer.publicJwk, n: modulus(bits) } : signer.publicJwk,
      alg,
    )) as CryptoKey
    await engine?.isSignedBy(parts(withoutLast(signer.token())), alg, key) // and its self-test
    const verify = vi.spyOn(crypto, 'verify') // the engine's own object: Node has one of these
    const answers = [
      engine?.isSignedBy(parts(signer.token()), alg, key),
      engine?.isSignedBy(parts(withoutLast(signer.token())), alg, key),
    ]
    expect(answers.map((answer) => answer instanceof Promise)).toEqual(
      where === 'at once' ? [false, false] : [true, true],
    )
    expect(await Promise.all(answers)).toEqual([!isLarge, false])
    expect(verify).toHaveBeenCalledTimes(2)
    for (const call of verify.mock.calls) expect(typeof call[4]).toBe(where === 'at once' ? 'undefined' : 'function')
  })
})

/** No key, but as large as one: it takes seconds to find a real one, and how long a check takes depends on the size. */
function modulus(bits: number): string {
  return encode(Buffer.alloc(bits / 8, 0xff))
}

describe('both engines say the same', () => {
  test.each(Object.keys(ALGORITHMS) as Algorithm[])('about good and bad signatures of %s', async (alg) => {
    const signer = handSigner(alg)
    const key = await cryptoKey(signer)
    const good = signer.token()
    const bytes = bytesOf(good)
    const turned = Array.from(bytes, (_, index) =>
      bytes.map((byte, at) => (at === index ? byte ^ (1 << (index % 8)) : byte)),
    )
    const cut = [1, 2, 31, 32, 33].flatMap((count) => [bytes.subarray(count), bytes.subarray(0, -count)])
    const longer = [
      Buffer.concat([bytes, Buffer.alloc(1)]),
      Buffer.concat([Buffer.alloc(1), bytes]),
      Buffer.concat([bytes, bytes]),
    ]
    const filled = [0, 1, 0x7f, 0xff].flatMap((fill) =>
      [1, 64, 96, 132, 256].map((length) => Buffer.alloc(length, fill)),
    )
    for (const signature of [bytes, ...turned, ...cut, ...longer, ...filled]) {
      const token = withSignature(good, signature)
      expect(await bothSay(token, alg, key), encode(signature)).toEqual([signature === bytes, signature === bytes])
    }
    for (const other of [signer.token({ sub: 'eve' }), signer.token({}, { kid: 'other' })]) {
      const mixed = other.slice(0, other.lastIndexOf('.')) + good.slice(good.lastIndexOf('.'))
      expect(await bothSay(mixed, alg, key)).toEqual([false, false])
    }
  })

  test('about the key of somebody else', async () => {
    for (const alg of Object.keys(ALGORITHMS) as Algorithm[]) {
      expect(await bothSay(handSigner(alg).token(), alg, await cryptoKey(handSigner(alg)))).toEqual([false, false])
    }
  })

  test('about a signature of PS256 without its leading zero, which OpenSSL would take', async () => {
    const signer = handSigner('PS256')
    const token = withLeadingZero(signer)
    const key = await cryptoKey(signer)
    expect(await bothSay(token, 'PS256', key)).toEqual([true, true])
    expect(await bothSay(withSignature(token, bytesOf(token).subarray(1)), 'PS256', key)).toEqual([false, false])
  })

  async function bothSay(token: string, alg: Algorithm, key: CryptoKey): Promise<readonly boolean[]> {
    return Promise.all(ENGINES.map((choice) => isSigned(signatureEngine(choice), parts(token), alg, [verificationKey(alg, key)])))
  }
})

function parts(token: string): Signed {
  return { signed: token.slice(0, token.lastIndexOf('.')), signature: token.slice(token.lastIndexOf('.') + 1) }
}

async function cryptoKey({ publicJwk, alg }: HandSigner): Promise<CryptoKey> {
  return (await importJWK(publicJwk, alg)) as CryptoKey // an asymmetric one is never bytes
}

function withoutLast(token: string): string {
  return token.slice(0, -6) + 'AAAAAA'
}
