/** Tokens written by hand: any bytes for header and payload, so that a test can have what no library makes. */
import * as crypto from 'node:crypto'
import { JwksProvider } from '../../src/index.js'
import { AUDIENCE, ISSUER, START } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import type { JWK } from 'jose'
import type { JwksProviderOptions } from '../../src/index.js'
import type { Algorithm } from '../../src/jwt/signature/algorithms.js'

/** Both ways to check a signature; every test where the signature matters runs with each. */
export const ENGINES = ['auto', 'jose'] as const

export type Engine = (typeof ENGINES)[number]

/** Text and bytes go in as they are, anything else as JSON. */
export type Part = string | Uint8Array | object

export interface HandSigner {
  readonly alg: Algorithm
  readonly kid: string
  readonly publicJwk: JWK & Record<string, unknown>
  readonly publicKey: crypto.KeyObject
  readonly privateKey: crypto.KeyObject
  /** A token whose header names the algorithm and the key, unless the members given say otherwise. */
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>): string
  /** Exactly this header and this payload. */
  write(header: Part, payload: Part): string
  /** A signature behind this text, whatever it is. */
  seal(text: string): string
}

const HASHES: Record<Algorithm, string | null> = {
  RS256: 'sha256',
  RS384: 'sha384',
  RS512: 'sha512',
  PS256: 'sha256',
  PS384: 'sha384',
  PS512: 'sha512',
  ES256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
  EdDSA: null,
  Ed25519: null,
}

/** The claims of a good token. */
export const CLAIMS = { iss: ISSUER, aud: AUDIENCE, sub: 'ada', scope: 'notes:read', iat: START, exp: START + 300 }

export function encode(part: Part): string {
  const raw = typeof part === 'string' || part instanceof Uint8Array ? part : JSON.stringify(part)
  return Buffer.from(raw as string).toString('base64url') // Buffer.from takes both, in two signatures
}

/** A fresh key pair for this algorithm, or the one given. */
export function handSigner(alg: Algorithm, kid: string = alg, keys = newKeys(alg)): HandSigner {
  const { privateKey, publicKey } = keys
  const seal = (text: string): string => `${text}.${signature(alg, privateKey, text).toString('base64url')}`
  const write = (header: Part, payload: Part): string => seal(`${encode(header)}.${encode(payload)}`)
  return {
    alg,
    kid,
    publicKey,
    privateKey,
    publicJwk: { ...(publicKey.export({ format: 'jwk' }) as JWK), kid },
    seal,
    write,
    token: (claims = {}, header = {}) => write({ alg, kid, ...header }, { ...CLAIMS, ...claims }),
  }
}

export interface KeyPair {
  readonly publicKey: crypto.KeyObject
  readonly privateKey: crypto.KeyObject
}

export function newKeys(alg: Algorithm, modulusLength = 2048): KeyPair {
  if (alg.startsWith('Ed')) return crypto.generateKeyPairSync('ed25519')
  if (!alg.startsWith('ES')) return crypto.generateKeyPairSync('rsa', { modulusLength })
  return crypto.generateKeyPairSync('ec', {
    namedCurve: { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[alg as 'ES256'],
  })
}

/** The raw signature, as JWS writes it. `saltLength` for PSS that is not as RFC 7518 has it. */
export function signature(alg: Algorithm, key: crypto.KeyObject, signed: string, saltLength?: number): Buffer {
  const hash = HASHES[alg]
  const pss = { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: saltLength ?? Number(alg.slice(2)) / 8 }
  const padding = alg.startsWith('PS') ? pss : {}
  return crypto.sign(hash, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363', ...padding })
}

/** Stands beside keys that cannot be used: a set without any that can is refused where the provider is built. */
const BYSTANDER = { ...handSigner('ES512').publicJwk, kid: 'bystander' }

function isUsable(keys: readonly object[]): boolean {
  try {
    new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys } } as JwksProviderOptions)
    return true
  } catch (error) {
    return !(error instanceof TypeError && error.message.startsWith('"jwks" has no key'))
  }
}

/** A provider with these keys in hand, whose clock stands still, and what it says about a token in one word. */
export function verifier(keys: readonly object[], options: Partial<JwksProviderOptions> = {}) {
  const { events, observe } = recorder()
  const make = (all: readonly object[]): JwksProvider =>
    new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: all }, cache: false, now: () => START, observe, ...options } as JwksProviderOptions)
  const provider = isUsable(keys) ? make(keys) : make([...keys, BYSTANDER])
  /** `'accepted'`, or the reason of the refusal. */
  const says = async (token: string): Promise<string> => {
    const answer = await provider.verifyToken(token)
    const event = events.at(-1)
    if (answer !== null) return 'accepted'
    return event?.type === 'rejected' ? event.reason : 'refused without an event'
  }
  return { provider, events, says }
}

/** JSON by hand: claims of a good token and these members, as they are written. */
export function claimsWith(members: string): string {
  return JSON.stringify(CLAIMS).replace('}', `,${members}}`)
}

/** JSON by hand: the claims of a good token with this one as it is written. */
export function claimsInstead(name: string, value: string): string {
  const { [name as 'iss']: _, ...others } = CLAIMS
  return `${JSON.stringify(others).slice(0, -1)},"${name}":${value}}`
}

/** The signature of a token. */
export function bytesOf(token: string): Buffer {
  return Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url')
}

/** A good token whose signature happens to begin with a zero byte: one in 256 does. */
export function withLeadingZero(signer: HandSigner): string {
  for (let attempt = 0; attempt < 10_000; attempt += 1) {
    const token = signer.token({ jti: `${attempt}` })
    if (bytesOf(token)[0] === 0) return token
  }
  throw new Error('no such token in ten thousand')
}

/** The same header and payload under another signature. */
export function withSignature(token: string, value: Uint8Array | string): string {
  return `${token.slice(0, token.lastIndexOf('.'))}.${typeof value === 'string' ? value : encode(value)}`
}

/** Issuers with their keys, and other keys at every other URL. Notes what is asked for. */
export function network(issuers: Readonly<Record<string, readonly object[]>>, elsewhere: readonly object[] = []) {
  const asked: string[] = []
  const fetch = async (input: unknown): Promise<Response> => {
    const url = String(input)
    asked.push(url)
    const issuer = Object.keys(issuers).find((name) => url === `${name}/.well-known/openid-configuration`)
    if (issuer !== undefined) return Response.json({ issuer, jwks_uri: `${issuer}/keys` })
    const [, keys = elsewhere] = Object.entries(issuers).find(([name]) => url === `${name}/keys`) ?? []
    return Response.json({ keys })
  }
  return { asked, fetch: fetch as typeof globalThis.fetch }
}

/** Order of the group and size of the field, SEC 2. */
export const CURVES = {
  ES256: { order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n, size: 32 },
  ES384: {
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    size: 48,
  },
  ES512: {
    order:
      2n ** 521n - 0x5ae79787c40d069948033feb708f65a2fc44a36477663b851449048e16ec79bf7n,
    size: 66,
  },
} as const

export function bigEndian(value: bigint, size: number): Buffer {
  return Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex')
}
