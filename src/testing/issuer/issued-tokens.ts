/** Remembers which tokens a test issuer gave out, and which of them are good no more. */
import type { Members } from '../vendors/vendor-shape.js'

export class IssuedTokens {
  readonly #active = new Map<string, Members>()

  add(token: string, claims: Members): void {
    this.#active.set(token, claims)
  }

  /** The claims of a token that is good at this time. */
  find(token: string, now: number): Members | undefined {
    const claims = this.#active.get(token)
    return typeof claims?.exp === 'number' && claims.exp <= now ? undefined : claims
  }

  revoke(token: string): void {
    this.#active.delete(token)
  }

  /** Revokes the tokens of a subject, or of one of its sessions. */
  revokeAll({ sub, sid }: { readonly sub?: string | undefined; readonly sid?: string | undefined }): void {
    for (const [token, claims] of this.#active) {
      const isTheirs = (sid === undefined || claims.sid === sid) && (sub === undefined || claims.sub === sub)
      if (isTheirs) this.#active.delete(token)
    }
  }
}
