/** Proves that a server is guarded: fires at it what attackers, and clients that are wrong, would send. */
import { ANSWERS } from './answers.js'
import { CHECKS } from './check-names.js'
import { CREDENTIALS } from './credentials.js'
import { FAULTY_TOKENS } from './faulty-tokens.js'
import { MESSAGES } from './messages.js'
import { POSSESSION } from './possession.js'
import { Proof } from './proof.js'
import { checkedProveOptions } from './prove-options.js'
import { REQUESTS } from './requests.js'
import { isTrusted } from './ground.js'
import { linesOf, worstOf } from './results.js'
import { surfaceOf } from './surface.js'
import { targetOf } from './target.js'
import { tokenSet } from './token-set.js'
import type { CheckName } from './check-names.js'
import type { Check, Ground, Logged } from './ground.js'
import type { ProveOptions } from './prove-options.js'
import type { CheckNotTried, CheckResult } from './results.js'
import type { ProveTarget } from './target.js'

const CHECKERS: Readonly<Record<CheckName, Check>> = { ...CREDENTIALS, ...REQUESTS, ...POSSESSION, ...FAULTY_TOKENS, ...MESSAGES, ...ANSWERS }

/** Thrown by `proveGuarded`: what is open, or that nobody can tell. */
export class NotGuardedError extends Error {
  override readonly name = 'NotGuardedError'
  readonly proof: Proof

  constructor(message: string, proof: Proof) {
    super(message)
    this.proof = proof
  }
}

/**
 * Fires a battery at a server and gives what came of it, as a table by clause: `await proofOf(app, { issuer })`.
 *
 * Sends requests by every method to what it finds, DELETE too: only to servers of your own, with data of a test. The issuer has
 * new keys afterwards. Does NOT see what is behind the guard: whether ada may read the notes of bob.
 *
 * @throws TypeError for a target or an option that cannot be.
 */
export async function proofOf(target: ProveTarget, options: ProveOptions): Promise<Proof> {
  const { timeout } = checkedProveOptions(options)
  const tokens = await tokenSet(options)
  const reached = await targetOf(target, timeout)
  try {
    const log: Logged[] = []
    const surface = await surfaceOf({ target: reached, options, log, tokens })
    return await proofOn({ options, target: reached, tokens, log, ...surface })
  } finally {
    await reached.close()
  }
}

/**
 * The same in one line of a test: `await proveGuarded(app, { issuer })`. Gives the proof where nothing is open.
 *
 * @throws NotGuardedError that lists what is open; also where nothing that needs a token was found, or a good token is let in
 * nowhere, since no refusal says anything then.
 * @throws TypeError for a target or an option that cannot be.
 */
export async function proveGuarded(target: ProveTarget, options: ProveOptions): Promise<Proof> {
  const proof = await proofOf(target, options)
  const { open, routes, trusted } = proof
  if (open.length > 0) throw new NotGuardedError([`the server is open in ${open.length} of ${proof.checks.length} checks:`, ...open.flatMap(linesOf)].join('\n'), proof)
  if (routes.length === 0) throw new NotGuardedError('cannot tell whether the server is guarded: nothing was found that needs a token; name it in "routes"', proof)
  if (!trusted) throw new NotGuardedError(`cannot tell whether the server is guarded: a good token is not let in at ${routes.join(', ')}; does it trust this issuer?`, proof)
  return proof
}

async function proofOn(ground: Ground): Promise<Proof> {
  const checks: CheckResult[] = []
  const notTried: CheckNotTried[] = []
  for (const check of Object.keys(CHECKS) as CheckName[]) {
    const { promise, clause } = CHECKS[check]
    const outcome = await CHECKERS[check](ground)
    if ('wants' in outcome) notTried.push({ check, promise, wants: outcome.wants })
    else checks.push({ check, promise, clause, verdict: worstOf(outcome), trials: outcome })
  }
  const routes = ground.routes.map(({ method, path }) => `${method} ${path}`)
  return new Proof({ checks, notTried, routes, trusted: routes.length > 0 && ground.routes.every(isTrusted) })
}
