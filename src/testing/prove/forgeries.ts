/** Makes the tokens that anybody can make of a good one: without a key, or with a key that is no secret. */
import { base64url, exportJWK, exportSPKI, generateKeyPair, importJWK } from 'jose'
import { ALGORITHMS } from '../../jwt/signature/algorithms.js'
import type { CryptoKey, JWK } from 'jose'
import type { Algorithm } from '../../jwt/signature/algorithms.js'

/** A token, and what is said of it: never the token. */
export interface Case {
  readonly label: string
  readonly token: string
}

type Members = Readonly<Record<string, unknown>>

/** A JWS in its parts. */
export interface Jws {
  readonly header: Members
  readonly claims: Members
  readonly text: string
  readonly signature: string
}

/** Undefined for what is no JWT. */
export function jwsOf(token: string): Jws | undefined {
  const [header = '', claims = '', signature = '', ...more] = token.split('.')
  if (signature === '' || more.length > 0) return undefined
  try {
    return { header: decoded(header), claims: decoded(claims), text: `${header}.${claims}`, signature }
  } catch {
    return undefined
  }
}

/** RFC 8725 section 2.1; RFC 7519 section 6. */
export function unsigned({ header, claims, text }: Jws): readonly Case[] {
  const spelled = ['none', 'None', 'NONE', 'nOnE'].map((alg) => ({ label: `alg ${alg}`, token: `${encode({ ...header, alg })}.${encode(claims)}.` }))
  return [...spelled, { label: 'alg none with a signature', token: `${encode({ ...header, alg: 'none' })}.${encode(claims)}.AA` }, { label: 'no signature', token: `${text}.` }]
}

/** Somebody changed the claims, or signed with a key of their own. */
export async function tampered({ header, claims, text, signature }: Jws): Promise<readonly Case[]> {
  const changed = encode({ ...claims, sub: 'somebody-else', scope: 'admin' })
  const alg = isAlgorithm(header['alg']) ? header['alg'] : 'ES256'
  const { privateKey } = await generateKeyPair(alg)
  const zeros = base64url.encode(new Uint8Array(base64url.decode(signature).length))
  return [
    { label: 'other claims under the same signature', token: `${text.split('.')[0]}.${changed}.${signature}` },
    { label: "somebody else's signature", token: await signed({ ...header, alg }, claims, alg, privateKey) },
    { label: 'a signature of zeros', token: `${text}.${zeros}` },
  ]
}

/** RFC 7515 section 4.1.3: a key that comes along is the sender's own. */
export async function withOwnKey({ header, claims }: Jws, more: (jwk: JWK) => Members): Promise<string> {
  const alg = isAlgorithm(header['alg']) ? header['alg'] : 'ES256'
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return signed({ ...header, alg, ...more({ ...(await exportJWK(publicKey)), alg, kid: String(header['kid']) }) }, claims, alg, privateKey)
}

/** RFC 8725 section 2.1: HMAC with the public key, in each form that a library may have it. */
export async function byPublicKey({ header, claims }: Jws, jwk: JWK): Promise<readonly Case[]> {
  const { kty, crv, x, y, n, e } = jwk
  const key = await importJWK(jwk, String(header['alg']), { extractable: true })
  const pem = key instanceof Uint8Array ? '' : await exportSPKI(key)
  const der = base64url.decode(pem.replaceAll(/-----[^-]+-----|\s/g, '').replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''))
  const text = new TextEncoder()
  const secrets: readonly (readonly [string, Uint8Array])[] = [
    ['its PEM', text.encode(pem)],
    ['its PEM with a line end', text.encode(`${pem}\n`)],
    ['its DER', der],
    ['its JWK', text.encode(JSON.stringify(jwk))],
    ['the members of its JWK', text.encode(JSON.stringify({ kty, crv, x, y, n, e }))],
    ['its x or n', base64url.decode(x ?? n ?? '')],
  ]
  const cases = secrets.filter(([, secret]) => secret.length > 0).map(async ([label, secret]) => ({ label: `HS256 with ${label}`, token: await hmac(header, claims, secret) }))
  return Promise.all(cases)
}

/** RFC 7515 section 2, RFC 4648 section 3.5: other texts that lenient readers read as the same token. */
export function twins({ text, signature }: Jws): readonly Case[] {
  const padded = { label: 'with padding', token: `${text}.${signature.padEnd(Math.ceil((signature.length + 1) / 4) * 4, '=')}` }
  const last = ALPHABET.indexOf(signature.at(-1) ?? '')
  const spare = { label: 'with another last character of the same meaning', token: `${text}.${signature.slice(0, -1)}${ALPHABET[last ^ 1] ?? ''}` }
  return signature.length % 4 === 0 ? [padded] : [padded, spare]
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

async function signed(header: Members, claims: Members, alg: Algorithm, key: CryptoKey): Promise<string> {
  const text = `${encode(header)}.${encode(claims)}`
  const bytes = await globalThis.crypto.subtle.sign(ALGORITHMS[alg].webCrypto, key, new TextEncoder().encode(text))
  return `${text}.${base64url.encode(new Uint8Array(bytes))}`
}

async function hmac(header: Members, claims: Members, secret: Uint8Array): Promise<string> {
  const text = `${encode({ ...header, alg: 'HS256' })}.${encode(claims)}`
  const key = await globalThis.crypto.subtle.importKey('raw', new Uint8Array(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return `${text}.${base64url.encode(new Uint8Array(await globalThis.crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text))))}`
}

function isAlgorithm(alg: unknown): alg is Algorithm {
  return typeof alg === 'string' && Object.hasOwn(ALGORITHMS, alg)
}

function encode(part: Members): string {
  return base64url.encode(JSON.stringify(part))
}

function decoded(part: string): Members {
  return JSON.parse(new TextDecoder().decode(base64url.decode(part))) as Members // of a token that its owner handed over
}
