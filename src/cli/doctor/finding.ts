/** This file says what a look at an authorization server or a server finds. */

export interface Finding {
  /** What was looked at, in a few words. */
  readonly check: string
  /** `wrong`: tokens, clients or callers are refused by it, or let in. `warning`: some are, or will be. */
  readonly verdict: 'ok' | 'warning' | 'wrong' | 'cannot tell'
  readonly found: string
  readonly clause?: string
  /** What to do about it. */
  readonly advice?: string
}

interface About {
  readonly clause?: string | undefined
  readonly advice?: string | undefined
}

export function finding(verdict: Finding['verdict'], check: string, found: string, { clause, advice }: About = {}): Finding {
  return { check, verdict, found, ...(clause !== undefined && { clause }), ...(advice !== undefined && { advice }) }
}
