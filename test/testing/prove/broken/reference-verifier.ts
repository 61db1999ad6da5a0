/** Is a verifier of tokens that is written out, so that a test can leave out any one of its rules. It is no part of the library. */
import { createHmac, createPublicKey } from 'node:crypto'
import type { TestIssuer } from '../../../../src/testing/index.js'

export type Claims = Readonly<Record<string, unknown>>

/** Null is no; an exception of this class is "nobody knows". */
export class Unavailable extends Error {}

export type Verify = (token: string) => Promise<Claims | null>

/** What a rule sees. */
interface Signed {
  readonly token: string
  readonly header: Claims
  readonly claims: Claims
}

interface Jwk {
  readonly kid?: string
  readonly kty?: string
  readonly crv?: string
  readonly x?: string
  readonly y?: string
}

/** Each says yes to what is good. Tokens that the rules are not about pass them. */
const rulesOf = (issuer: TestIssuer, now: () => number) => ({
  expiry: ({ claims: { exp } }: Signed) => typeof exp !== 'number' || exp > now(),
  'has expiry': ({ claims: { exp } }: Signed) => typeof exp === 'number',
  'not before': ({ claims: { nbf } }: Signed) => nbf === undefined || (typeof nbf === 'number' && nbf <= now()),
  audience: ({ claims: { aud } }: Signed) => aud === issuer.audience || (Array.isArray(aud) && aud.includes(issuer.audience)),
  issuer: ({ claims: { iss } }: Signed) => iss === issuer.issuer,
  type: ({ header: { typ } }: Signed) => typ === 'at+jwt' || typ === 'JWT' || typ === undefined,
  critical: ({ header: { crit } }: Signed) => crit === undefined,
  encoding: ({ token }: Signed) => token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part),
  tenant: ({ claims: { tenant } }: Signed) => tenant === undefined || tenant === 'acme',
})

type Rule = keyof ReturnType<typeof rulesOf>

export interface Weakness {
  /** Rules that are left out. */
  readonly without?: readonly Rule[]
  /** Rules in the place of others of the same name. */
  readonly instead?: Partial<Record<Rule, (signed: Signed) => boolean>>
  /** True: what follows is let in by the token alone. */
  readonly trusts?: 'none' | 'any signature' | 'public key as secret' | 'jwk' | 'jku'
  /** What becomes of an issuer that does not answer. Default: nobody knows. */
  readonly outage?: 'no' | 'yes'
  readonly now?: () => number
  /** True: what was verified once is good for ever. */
  readonly remembers?: boolean
}

/** Verifies by the keys of the issuer, which it reads anew for a `kid` that it does not know. */
export function verifier(issuer: TestIssuer, { without = [], instead = {}, trusts, outage, remembers, now = () => Date.now() / 1000 }: Weakness = {}): Verify {
  const rules = Object.entries({ ...rulesOf(issuer, now), ...instead }).filter(([name]) => !without.includes(name as Rule)) // its own keys
  const keys = new Map<string, Jwk>()
  const remembered = new Map<string, Claims>()

  async function keyOf(kid: string): Promise<Jwk | undefined> {
    if (keys.has(kid)) return keys.get(kid)
    let response: Response
    try {
      response = await issuer.fetch(`${issuer.url}/jwks`)
    } catch {
      throw new Unavailable()
    }
    if (!response.ok) throw new Unavailable()
    const set = (await response.json()) as { keys: Jwk[] } // the test issuer's own
    for (const key of set.keys) keys.set(key.kid ?? '', key)
    return keys.get(kid)
  }

  async function isSigned({ token, header }: Signed): Promise<boolean> {
    const [text, signature] = [token.slice(0, token.lastIndexOf('.')), Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url')]
    if (trusts === 'any signature') return header.alg === 'ES256' && signature.length > 0
    if (trusts === 'none' && String(header.alg).toLowerCase() === 'none') return true
    if (trusts === 'jwk' && header.jwk !== undefined) return verified(header.jwk as Jwk, text, signature) // the hole
    if (trusts === 'jku' && typeof header.jku === 'string') await fetch(header.jku).catch(() => undefined)
    const key = await keyOf(String(header.kid))
    if (key === undefined) return false
    if (trusts === 'public key as secret' && header.alg === 'HS256') {
      const secret = createPublicKey({ key: { ...key }, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
      return createHmac('sha256', secret).update(text).digest().equals(signature)
    }
    return header.alg === 'ES256' && verified(key, text, signature)
  }

  return async (token) => {
    const known = remembered.get(token)
    if (known !== undefined) return known
    const signed = read(token)
    if (signed === undefined) return null
    try {
      if (!(await isSigned(signed))) return null
    } catch (error) {
      if (outage === 'yes') return signed.claims
      if (outage === 'no') return null
      throw error
    }
    if (!rules.every(([, rule]) => rule(signed))) return null
    if (remembers === true) remembered.set(token, signed.claims)
    return signed.claims
  }
}

async function verified(jwk: Jwk, text: string, signature: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const { kty = '', crv = '', x = '', y = '' } = jwk
  const key = await crypto.subtle.importKey('jwk', { kty, crv, x, y }, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']).catch(() => undefined)
  return key !== undefined && crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, new TextEncoder().encode(text))
}

function read(token: string): Signed | undefined {
  const [header, claims, signature, ...more] = token.split('.')
  if (signature === undefined || more.length > 0) return undefined
  const [one, two] = [object(header), object(claims)]
  return one === undefined || two === undefined ? undefined : { token, header: one, claims: two }
}

function object(part = ''): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : undefined // just looked at
  } catch {
    return undefined
  }
}
