/** Finds the verdict on a token by asking, each time: for those who know at once, and for those who want no memory. */
import { andThen } from '../lib/awaitable.js'
import type { RememberedVerdict } from './remembered.js'
import type { Asked, CacheStats } from './verdict-cache.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { ProviderContext } from '../provider-context.js'
import type { Revocations } from '../revocations/revocations.js'
import type { Verdict } from '../verdict.js'

/** What is asked of one check. */
export interface CheckRequest {
  /** Seconds: what the answer rests on must not be older. Undefined: as the options of the provider have it. */
  readonly maxAge: number | undefined
}

export interface LookupOptions {
  readonly context: ProviderContext
  /** Everything that decides an answer. @throws TypeError where nobody wrote it. */
  readonly policy: () => string
  readonly check: (token: string, request: CheckRequest) => Awaitable<Verdict>
  /**
   * What the user's own code makes of an answer: rules, hints, claims out of it. In every process, since functions cannot be
   * told apart and two processes may share what was asked.
   */
  readonly judge: (verdict: Verdict) => Verdict
  /** Makes of that what is remembered. `asked`: where it was asked for earlier, elsewhere. */
  readonly process: (token: string, verdict: Verdict, asked?: Asked) => Awaitable<RememberedVerdict>
  /** Undefined until there is something to revoke. */
  readonly revocations: () => Revocations | undefined
}

/** Counts since the lookup was made. */
export interface LookupStats extends CacheStats {
  /** Answers that another process had asked for, where there is a second level. */
  readonly shared: { readonly hits: number; readonly misses: number }
}

/** Where verdicts come from: `VerdictLookup` looks into memories first. */
export interface Lookup {
  /** What the token is remembered by; without a memory it is not looked at. */
  keyOf(token: string): string
  /** The verdict in memory, where it is not older than so many seconds. */
  recall(key: string, token: string, maxAge: number | undefined): RememberedVerdict | undefined
  /** The verdict of a check, or of what knows it beside this process. With `maxAge` of a check, whatever others heard before. */
  ask(key: string, token: string, maxAge: number | undefined): Awaitable<RememberedVerdict>
  /** True for a yes that `recall` would give. */
  holdsYes(token: string, maxAge: number | undefined): boolean
  clear(): void
  stats(): LookupStats
}

/** Remembers nothing. */
export class FreshLookup implements Lookup {
  readonly #options: LookupOptions

  constructor(options: LookupOptions) {
    this.#options = options
  }

  keyOf(): string {
    return ''
  }

  recall(): undefined {}

  ask(_key: string, token: string, maxAge: number | undefined): Awaitable<RememberedVerdict> {
    const { check, judge, process, revocations } = this.#options
    return whenCaughtUp(revocations(), () => andThen(check(token, { maxAge }), (verdict) => process(token, judge(checkedVerdict(verdict)))))
  }

  holdsYes(): boolean {
    return false
  }

  clear(): void {}

  stats(): LookupStats {
    return { ...NONE, accepted: { ...NOTHING }, rejected: { ...NOTHING }, shared: { hits: 0, misses: 0 } }
  }
}

/** Before the first look at what others revoked, a token could pass that no longer should. */
export function whenCaughtUp<T>(revocations: Revocations | undefined, find: () => Awaitable<T>): Awaitable<T> {
  return revocations?.caughtUp === false ? revocations.ready().then(find) : find()
}

/** @throws TypeError for what is no verdict. Returns it. */
export function checkedVerdict(verdict: Verdict): Verdict {
  if (typeof verdict?.accepted === 'boolean') return verdict
  throw new TypeError('check must answer accept(claims) or reject(reason)')
}

const NOTHING = { entries: 0, bytes: 0 }
const NONE = { hits: 0, misses: 0, joined: 0, stale: 0, renewed: 0, evicted: 0 }
