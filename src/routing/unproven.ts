/** This file holds bound tokens back from those who check no proof: once for all members, which may be anybody's own. */
import type { AccessToken } from '../access-token.js'
import type { VerifyOptions } from '../provider.js'

/** What a member is asked with: whoever asks it looks at the binding. */
export function askedByUs(options: VerifyOptions | undefined): VerifyOptions {
  return options?.proof === 'checked' ? options : { ...options, proof: 'checked' }
}

/** True for a token that is bound to a key (`cnf`), where nobody has said that he checks the proof. */
export function isUnproven(token: AccessToken | null, options: VerifyOptions | undefined): boolean {
  return token?.claims.cnf !== undefined && options?.proof !== 'checked'
}
