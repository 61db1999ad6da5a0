/** Logout tokens (OIDC Back-Channel Logout sections 2.4 and 2.5), and how they reach a client. */
import type { Members } from '../vendors/vendor-shape.js'

/** Who is logged out: a subject everywhere, or one session. */
export interface IssuerLogout {
  readonly sub?: string | undefined
  readonly sid?: string | undefined
  /** The client that the returned token is for. Default: the first of the issuer's `clients`. */
  readonly clientId?: string | undefined
  /** Claims on top of all others; `undefined` takes one away. */
  readonly claims?: Members | undefined
}

export const LOGOUT_TYPE = 'logout+jwt'

export function logoutClaims({ sub, sid, claims }: IssuerLogout, issuer: string, clientId: string, now: number): Members {
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  return {
    iss: issuer,
    aud: clientId,
    iat: now,
    exp: now + 120,
    jti: globalThis.crypto.randomUUID(),
    events,
    ...(sub !== undefined && { sub }),
    ...(sid !== undefined && { sid }),
    ...claims,
  }
}

/** As section 2.5 has it. @throws Error when the client did not take it: a test should hear of that. */
export async function deliver(uri: string, token: string): Promise<void> {
  const { ok, status } = await fetch(uri, { method: 'POST', body: new URLSearchParams({ logout_token: token }) })
  if (!ok) throw new Error(`the client answered the logout token with ${status}`)
}
