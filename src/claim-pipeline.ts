/** What becomes of a verdict: its end is looked at once more, claims are checked and added to, and scopes are mapped, once. */
import { RememberedAccept, lengthOf, rememberedReject, withoutValues } from './cache/remembered.js'
import { slimClaims } from './cache/slim-claims.js'
import { nameIn } from './access-token.js'
import { notify } from './events.js'
import { withoutEmptyNames } from './lib/empty-claims.js'
import { marksOf } from './revocations/revocation-marks.js'
import { andThen } from './lib/awaitable.js'
import { frozenCopy } from './lib/frozen-copy.js'
import { isInMilliseconds } from './lib/milliseconds.js'
import { ScopePlan } from './scopes/scope-plan.js'
import { unknownRolesOf } from './scopes/unknown-roles.js'
import { AcceptedFrozen, reject } from './verdict.js'
import type { Claims } from './access-token.js'
import type { Asked } from './cache/verdict-cache.js'
import type { RememberedVerdict, RememberedAcceptParts } from './cache/remembered.js'
import type { Listeners } from './events.js'
import type { Awaitable } from './lib/awaitable.js'
import type { ClaimSteps } from './scopes/claim-steps.js'
import type { ScopesExplained } from './scopes/explain.js'
import type { ScopeOptions } from './scopes/scope-plan.js'
import type { UnknownRoles } from './scopes/unknown-roles.js'
import type { Verdict } from './verdict.js'

/** Whose verdicts they are. */
export interface ClaimPipelineContext {
  readonly provider: string
  /** Seconds. */
  readonly clockTolerance: number
  readonly now: () => number
  readonly listeners: Listeners
  /** The claims that are remembered and given out; undefined for all. */
  readonly keep: readonly string[] | undefined
  /** The claim that names whose the token is. */
  readonly subjectClaim: string
  /** Whose token it is where the claims do not say. */
  readonly issuer: () => string | undefined
}

export class ClaimPipeline {
  /** Those that the tables name. */
  readonly scopesSupported: readonly string[]
  /** What `process` may stumble at, by name. */
  readonly steps: readonly string[]
  readonly #context: ClaimPipelineContext
  readonly #scopes: ScopePlan
  readonly #steps: ClaimSteps | undefined
  readonly #unknownRoles: UnknownRoles | undefined

  /** @throws TypeError for an option that is wrong. */
  constructor(options: ScopeOptions, steps: ClaimSteps | undefined, context: ClaimPipelineContext) {
    this.#context = context
    this.#scopes = new ScopePlan(options)
    this.scopesSupported = this.#scopes.range()
    this.#unknownRoles = unknownRolesOf(this.#scopes.mappers)
    this.#steps = steps
    this.steps = steps?.names ?? []
  }

  /** As it is remembered. `asked`: where the answer was asked for earlier. @throws AuthUnavailableError when `enrich` gives no answer. */
  process(token: string, verdict: Verdict, asked: Asked | undefined = restsOn(verdict)): Awaitable<RememberedVerdict> {
    if (!verdict.accepted) return rememberedReject(verdict, asked)
    const isFrozen = verdict instanceof AcceptedFrozen
    const claims = withoutEmptyNames(isFrozen ? verdict.claims : frozenCopy('claims', verdict.claims))
    // Whatever a check forgets: a token past its end is refused, by the verdict or by the claim, whichever comes first.
    const { exp } = claims
    if (exp !== undefined && (!Number.isFinite(exp) || isInMilliseconds(exp))) return reject('invalid_claim', { claim: 'exp', expected: 'seconds since the epoch', actual: undefined })
    const expiresAt = exp === undefined ? verdict.expiresAt : Math.min(exp, verdict.expiresAt ?? exp)
    const { clockTolerance, now } = this.#context
    if (expiresAt !== undefined && !(expiresAt + clockTolerance > now())) return reject('expired')
    // A token that was read here is longer than the claims in it, and to write those out again would cost as much as to read them.
    // By what the issuer said: no schema may make somebody else of the subject.
    const reported = verdict.reported && withoutValues(verdict.reported)
    const issuer = nameIn(claims.iss) ?? this.#context.issuer()
    const subject = nameIn(claims[this.#context.subjectClaim])
    if (this.#steps === undefined) {
      const length = isFrozen ? (verdict.length ?? token.length) : lengthOf(claims)
      return this.#granted(token, { claims, expiresAt, asked, length, reported, issuer, subject })
    }
    return andThen(this.#steps.refine(claims), (refined) => {
      if (!refined.accepted) return rememberedReject({ ...refined, at: 'claims' }, asked)
      return this.#granted(token, { claims: refined.claims, expiresAt, asked, length: lengthOf(refined.claims), reported, issuer, subject }, refined.assured)
    })
  }

  explain(claims: Claims, wanted: readonly string[]): ScopesExplained {
    return this.#scopes.explain(claims, wanted)
  }

  /** Ends what is being asked. */
  close(): void {
    this.#steps?.close()
  }

  #granted(token: string, found: Found, assured: readonly string[] = []): RememberedAccept {
    const { keep, provider, listeners, subjectClaim } = this.#context
    const { claims, expiresAt, asked, length, reported, issuer, subject } = found
    const { observe } = listeners
    const scopes = this.#scopes.scopesOf(claims)
    const held = this.#scopes.heldBy(scopes)
    if (observe !== undefined && this.#unknownRoles !== undefined) for (const event of this.#unknownRoles.newsOf(claims, provider)) notify(observe, event)
    // Member by member: V8 makes a spread object a hash table of 2 KB.
    if (keep === undefined) return new RememberedAccept({ claims, expiresAt, scopes, held, length, asked, marks: undefined, reported, issuer, subject })
    const slim = slimClaims(claims, [...keep, subjectClaim, ...assured])
    // What it can be revoked by may not be among the claims that are kept.
    const marks = marksOf(token, claims, found)
    return new RememberedAccept({ claims: slim, expiresAt, scopes, held, length: lengthOf(slim), asked, marks, reported, issuer, subject })
  }
}

/** A yes before its scopes. */
type Found = Pick<RememberedAcceptParts, 'claims' | 'expiresAt' | 'length' | 'asked' | 'issuer' | 'subject' | 'reported'>

function restsOn(verdict: Verdict): Asked | undefined {
  return verdict.accepted && verdict.since !== undefined ? { since: verdict.since } : undefined
}
