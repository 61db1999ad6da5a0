/** DPoP proofs for tests: good ones, but for what they are told otherwise; and a gate with bound tokens before it. */
import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, CompactSign, exportJWK, generateKeyPair } from 'jose'
import { accessToken, gate } from '../../../src/index.js'
import { START } from '../../oauth-kit.js'
import { headers } from '../headers.js'
import type { CryptoKey, JWK } from 'jose'
import type { AuthEvent, BearerAuthProvider, Decision, GateOptions, GateRequest, ProofOptions } from '../../../src/index.js'

export const RESOURCE = 'https://mcp.example.com/mcp'
export const TOKEN = 'bound-token'

export interface Holder {
  readonly alg: string
  readonly jkt: string
  readonly publicJwk: JWK
  readonly privateKey: CryptoKey
  /** Undefined takes a member away. */
  prove(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
}

let made = 0

/** Whoever holds a key. */
export async function holder(alg = 'ES256'): Promise<Holder> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const publicJwk = await exportJWK(publicKey)
  return {
    alg,
    publicJwk,
    privateKey,
    jkt: await calculateJwkThumbprint(publicJwk),
    prove(claims = {}, header = {}) {
      const payload = { jti: `proof-${(made += 1)}`, htm: 'POST', htu: RESOURCE, iat: START, ath: athOf(TOKEN), ...claims }
      return new CompactSign(new TextEncoder().encode(JSON.stringify(payload))).setProtectedHeader({ alg, typ: 'dpop+jwt', jwk: publicJwk, ...header }).sign(privateKey)
    },
  }
}

export function athOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** Says yes to any token; `claims` are what it stands for. */
export function provider(claims: Record<string, unknown>): BearerAuthProvider {
  return { verifyToken: async (token) => accessToken({ token, claims: { sub: 'ada', ...claims }, scopes: ['notes:read'], provider: 'own' }) }
}

interface Asked {
  readonly decision: Decision
  readonly status: number
  readonly challenge: string
  readonly nonce: string | undefined
  /** The check that failed, as the events say. */
  readonly check: string | undefined
}

export interface World {
  readonly events: AuthEvent[]
  forward(seconds: number): void
  ask(request: Partial<GateRequest> & { readonly authorization?: string; readonly proofs?: readonly string[] }): Promise<Asked>
}

/** A gate that takes DPoP. */
export function world(claims: Record<string, unknown>, proof: Partial<ProofOptions> = {}, options: GateOptions = {}): World {
  const events: AuthEvent[] = []
  let time = START
  const own = gate(provider(claims), { resource: RESOURCE, ...options, proof: { dpop: 'accepted', now: () => time, observe: (event) => events.push(event), ...proof } })
  return {
    events,
    forward: (seconds) => void (time += seconds),
    async ask({ authorization = `DPoP ${TOKEN}`, proofs = [], ...request }) {
      const before = events.length
      const values = { ...(authorization !== '' && { authorization: [authorization] }), dpop: proofs }
      const decision = await own({ method: 'POST', path: '/mcp', header: headers(values), ...request })
      const refused = events.slice(before).find((event) => event.type === 'proof_refused')
      const told = decision.pass ? (decision.headers ?? {}) : decision.answer.headers
      return { decision, status: decision.pass ? 200 : decision.answer.status, challenge: told['WWW-Authenticate'] ?? '', nonce: told['DPoP-Nonce'], check: refused?.check }
    },
  }
}
