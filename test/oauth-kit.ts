/** Signing keys and tokens for tests, and providers that give one answer. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { accessToken, AuthUnavailableError } from '../src/index.js'
import type { JWK, JWTPayload } from 'jose'
import type { AccessToken, Recognition } from '../src/index.js'

export const ISSUER = 'https://id.example.com'
export const AUDIENCE = 'https://mcp.example.com/mcp'
/** The instant at which every test with a clock of its own begins. */
export const START = 1_800_000_000

export interface Signer {
  readonly publicJwk: JWK
  /** A good token, also by the clock of the machine, unless the claims or the header given say otherwise; undefined takes a member away. */
  sign(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
}

export async function signer(alg = 'ES256', kid = 'key-1'): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const publicJwk = { ...(await exportJWK(publicKey)), kid }
  return {
    publicJwk,
    sign(claims = {}, header = {}) {
      const payload = { iss: ISSUER, aud: AUDIENCE, sub: 'ada', scope: 'notes:read', iat: Math.min(START, Math.floor(Date.now() / 1000)), exp: START + 300, ...claims }
      return new SignJWT(payload as JWTPayload).setProtectedHeader({ alg, kid, ...header }).sign(privateKey)
    },
  }
}

/** A clock that moves when told. */
export function clock(start = START): { now: () => number; forward(seconds: number): void } {
  let time = start
  return { now: () => time, forward: (seconds) => void (time += seconds) }
}

export interface Sayer {
  readonly asked: string[]
  readonly verifyToken: (token: string) => Promise<AccessToken | null>
  readonly recognizes?: () => Recognition
}

/** A provider that always says this. */
export function says(answer: 'yes' | 'no' | 'silence' | 'bug', recognizes?: Recognition): Sayer {
  const asked: string[] = []
  const provider = {
    asked,
    async verifyToken(token: string): Promise<AccessToken | null> {
      asked.push(token)
      if (answer === 'silence') throw new AuthUnavailableError('nobody answers', { retryAfter: 7 })
      if (answer === 'bug') throw new TypeError('undefined is not a function')
      return answer === 'yes' ? accessToken({ token, claims: { sub: 'ada' }, scopes: ['notes:read'] }) : null
    },
  }
  return recognizes === undefined ? provider : { ...provider, recognizes: () => recognizes }
}
