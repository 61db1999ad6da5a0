/** Counts what the issuer is asked: requests, and the attempts to read its keys that they belong to. */

export interface Attempt {
  /** Seconds of the provider's clock. */
  readonly startedAt: number
  endedAt: number
  outcome: 'under way' | 'read' | 'failed'
  /** Keys were at hand when it failed. */
  hadKeys: boolean
  /** What made it: nothing at hand, or the age of what was; or a name that nobody knows. */
  readonly cause: 'age' | 'name'
  /** The issuer was fine from its begin to its end. */
  calm: boolean
  requests: number
  /** How often each document was asked for. */
  readonly documents: Map<string, number>
}

/** R6: looks at once, and seconds for one more. */
const AT_ONCE = 3
const ONE_EVERY = 30
/** R7: seconds of the first and of the longest back-off. */
const LONGEST_BACK_OFF = 30
/** Clock readings are floating point numbers. */
const HAIR = 1e-6

export class FetchLedger {
  readonly #now: () => number
  readonly #dueAt: () => number
  readonly attempts: Attempt[] = []

  /** `dueAt`: from when on the set at hand may be refreshed for its age; minus infinity while there is none. */
  constructor(now: () => number, dueAt: () => number) {
    this.#now = now
    this.#dueAt = dueAt
  }

  noteRequest(url: string, calm: boolean): void {
    const last = this.attempts.at(-1)
    const attempt = last?.outcome === 'under way' ? last : this.#begin(calm)
    attempt.requests += 1
    attempt.documents.set(url, (attempt.documents.get(url) ?? 0) + 1)
  }

  #begin(calm: boolean): Attempt {
    const startedAt = this.#now()
    const cause = startedAt + HAIR >= this.#dueAt() ? 'age' : 'name'
    const attempt: Attempt = {
      startedAt,
      endedAt: Number.POSITIVE_INFINITY,
      outcome: 'under way',
      hadKeys: false,
      cause,
      calm,
      requests: 0,
      documents: new Map(),
    }
    this.attempts.push(attempt)
    return attempt
  }

  noteOutcome(outcome: 'read' | 'failed', calm: boolean, hadKeys: boolean): void {
    const last = this.attempts.at(-1)
    if (last?.outcome !== 'under way') throw new Error('an attempt ended that never began')
    Object.assign(last, { outcome, endedAt: this.#now(), calm: last.calm && calm, hadKeys })
  }

  get requests(): number {
    return this.attempts.reduce((sum, { requests }) => sum + requests, 0)
  }

  /** Attempts that failed though the issuer was fine all the while: this machine was too slow for the timeout. */
  get tooSlow(): number {
    return this.attempts.filter(({ calm, outcome }) => calm && outcome === 'failed').length
  }

  /** The most attempts, and the most requests, in any minute. */
  get busiestMinute(): { attempts: number; requests: number } {
    const minutes = this.attempts.map(({ startedAt }) => within(this.attempts, startedAt, 60))
    return {
      attempts: Math.max(0, ...minutes.map((minute) => minute.length)),
      requests: Math.max(0, ...minutes.map(requestsOf)),
    }
  }

  /** R6: in words, each stretch of time in which names that nobody knows cost more than they may. */
  get tooManyLooks(): readonly string[] {
    const looks = this.attempts.filter(({ cause }) => cause === 'name').map(({ startedAt }) => startedAt)
    return looks.flatMap((from, first) =>
      looks.slice(first + AT_ONCE).flatMap((until, more) => {
        const allowed = AT_ONCE + (until - from) / ONE_EVERY
        const counted = AT_ONCE + more + 1
        if (counted <= allowed + HAIR) return []
        return [`${counted} looks in ${(until - from).toFixed(1)} s, ${allowed.toFixed(2)} are allowed`]
      }),
    )
  }

  /** Each outage as the attempts that failed in a row. */
  get outages(): readonly (readonly Attempt[])[] {
    const outages: Attempt[][] = []
    let before: Attempt | undefined
    for (const attempt of this.attempts) {
      if (attempt.outcome === 'failed' && before?.outcome !== 'failed') outages.push([])
      if (attempt.outcome === 'failed') outages.at(-1)?.push(attempt)
      before = attempt
    }
    return outages
  }

  /** R7: the most attempts, and the most requests, in the first minute of an outage; of those with keys at hand all the while, or of all. */
  busiestOutage(which: 'with keys' | 'all' = 'all'): { attempts: number; requests: number } {
    const outages = this.outages.filter((outage) => which === 'all' || outage.every(({ hadKeys }) => hadKeys))
    const minutes = outages.map((outage) => within(outage, outage[0]?.startedAt ?? 0, 60))
    return {
      attempts: Math.max(0, ...minutes.map((minute) => minute.length)),
      requests: Math.max(0, ...minutes.map(requestsOf)),
    }
  }

  /** R7: in words, each attempt that came before the back-off was over. */
  get tooHasty(): readonly string[] {
    return this.outages.flatMap((outage) =>
      outage.slice(1).flatMap(({ startedAt }, index) => {
        const { endedAt = 0, hadKeys = true } = outage[index] ?? {}
        const pause = startedAt - endedAt
        const backOff = hadKeys ? Math.min(LONGEST_BACK_OFF, 2 ** index) : Math.min(4, 0.25 * 2 ** index)
        return pause < backOff - HAIR ? [`${pause.toFixed(2)} s after failure ${index + 1}, not ${backOff} s`] : []
      }),
    )
  }
}

function within(attempts: readonly Attempt[], from: number, seconds: number): readonly Attempt[] {
  return attempts.filter(({ startedAt }) => startedAt >= from && startedAt < from + seconds)
}

function requestsOf(attempts: readonly Attempt[]): number {
  return attempts.reduce((sum, { requests }) => sum + requests, 0)
}
