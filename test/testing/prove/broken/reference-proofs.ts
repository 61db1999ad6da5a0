/** Is a check of DPoP proofs (RFC 9449 section 4.3) that is written out, so that a test can leave out any one of its rules. It is no part of the library. */
import { createHash } from 'node:crypto'
import type { TestIssuer } from '../../../../src/testing/index.js'
import type { Asked, Shown } from './reference-server.js'
import type { Claims } from './reference-verifier.js'

export type Proves = (asked: Asked, claims: Claims, shown: Exclude<Shown, string>) => Promise<boolean>

/** What a rule sees. */
interface Proof {
  readonly header: Claims
  readonly claims: Claims
  readonly text: string
  readonly signature: string
  readonly asked: Asked
  readonly token: string
  readonly jkt: unknown
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')

function rulesOf(issuer: TestIssuer, now: () => number) {
  const used = new Set<string>()
  return {
    type: ({ header: { typ } }: Proof) => typ === 'dpop+jwt',
    signature: ({ header: { alg, jwk }, text, signature }: Proof) => alg === 'ES256' && isSigned(jwk, text, signature),
    key: ({ header: { jwk }, jkt }: Proof) => thumbprint(jwk) === jkt,
    method: ({ claims: { htm }, asked }: Proof) => htm === asked.method,
    url: ({ claims: { htu }, asked }: Proof) => htu === new URL(asked.path, issuer.audience).href,
    time: ({ claims: { iat } }: Proof) => typeof iat === 'number' && Math.abs(now() - iat) <= 300,
    token: ({ claims: { ath }, token }: Proof) => ath === sha256(token),
    jti: ({ claims: { jti } }: Proof) => typeof jti === 'string' && jti !== '',
    once: ({ claims: { jti } }: Proof) => !used.has(String(jti)) && used.add(String(jti)).size > 0,
  }
}

export type ProofRule = keyof ReturnType<typeof rulesOf> | 'scheme' | 'one'

export function proofs(issuer: TestIssuer, { without = [] }: { readonly without?: readonly ProofRule[] } = {}): Proves {
  const rules = Object.entries(rulesOf(issuer, () => issuer.options.now())).filter(([name]) => !without.includes(name as ProofRule)) // its own keys
  return async (asked, { cnf }, { token, scheme = 'bearer' }) => {
    if (cnf === undefined) return scheme === 'bearer'
    if (scheme === 'bearer' && !without.includes('scheme')) return false
    const [text = '', ...others] = asked.header('dpop')
    const proof = read(text)
    if (proof === undefined || (others.length > 0 && !without.includes('one'))) return false
    const { jkt } = cnf as { readonly jkt?: unknown } // the test issuer's own
    for (const [, rule] of rules) if (!(await rule({ ...proof, asked, token, jkt }))) return false
    return true
  }
}

interface Jwk {
  readonly kty?: string
  readonly crv?: string
  readonly x?: string
  readonly y?: string
}

function thumbprint(jwk: unknown): string {
  const { crv, kty, x, y } = (jwk ?? {}) as Jwk // whatever it is
  return sha256(JSON.stringify({ crv, kty, x, y }))
}

async function isSigned(jwk: unknown, text: string, signature: string): Promise<boolean> {
  const { kty = '', crv = '', x = '', y = '' } = (jwk ?? {}) as Jwk // whatever it is
  const key = await crypto.subtle.importKey('jwk', { kty, crv, x, y }, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']).catch(() => undefined)
  if (key === undefined) return false
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(signature, 'base64url'), new TextEncoder().encode(text))
}

function read(text: string): Pick<Proof, 'header' | 'claims' | 'text' | 'signature'> | undefined {
  const [header = '', claims = '', signature, ...more] = text.split('.')
  if (signature === undefined || more.length > 0) return undefined
  try {
    const object = (part: string): Claims => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims // a stranger's: each rule looks
    return { header: object(header), claims: object(claims), text: `${header}.${claims}`, signature }
  } catch {
    return undefined
  }
}
