/** Shares verdicts between processes: what one of them asked for, the others need not ask. */
import { sha256 } from '../lib/digest.js'
import { after as systemTimer } from '../lib/timer.js'
import { failed, PromptStore } from './prompt-store.js'
import { Seal } from './seal.js'
import { checkedStore } from './shared-checks.js'
import { FORMAT, readStored, writeStored } from './stored-verdict.js'
import type { After } from '../lib/timer.js'
import type { Verdict } from '../verdict.js'
import type { StoreNews } from './prompt-store.js'
import type { Stored } from './stored-verdict.js'
import type { Secret, SharedStore } from './shared-store.js'

export interface SharedVerdictsOptions {
  readonly store: SharedStore
  readonly secret: Secret
  /**
   * Everything that decides an answer: issuer, endpoint, audience, spans. Two policies never share an answer, and two
   * processes share only what the same policy gave.
   */
  readonly policy: () => string
  /** A clock in seconds since the epoch. */
  readonly now: () => number
  /** For tests. Default: the runtime's timers. */
  readonly after?: After | undefined
  /** Takes what happened. It must not throw. */
  readonly tell?: ((news: SharedNews) => void) | undefined
}

/** Tells what came of a question, and how the store is doing. It holds no token and no claim. */
export type SharedNews =
  /** Another process had asked. */
  | { readonly type: 'shared_hit' }
  /** Another process was asking; its answer was waited for. */
  | { readonly type: 'shared_joined' }
  /** This process asked. `unjoined`: another process was asking, and gave no answer. `unreadable`: what was there is not ours. */
  | { readonly type: 'shared_missed'; readonly because: 'unknown' | 'unjoined' | 'unreadable' | 'store_failed' }
  | StoreNews

export interface SharedAnswer {
  readonly verdict: Verdict
  /** Seconds since the epoch: when it was asked for. */
  readonly since: number
  /** Seconds since the epoch until which it may be remembered, in the store and here together; undefined for not at all. */
  readonly until: number | undefined
  /** Another process asked for it. */
  readonly shared: boolean
}

/** Tells when an answer would expire if it came now, in seconds since the epoch; undefined for one that is not remembered. */
export type EndOf = (verdict: Verdict) => number | undefined

/**
 * Lets one process at a time ask about a token; the others wait up to two seconds for what it hears. A store that is away,
 * slow, full or written to by somebody else costs 50 ms at most for a call and no more than the call that it would have
 * saved: it is never an error.
 *
 * Does NOT know of revocations, and does not save a process from two questions of its own at once: that is the first
 * level's work.
 */
export class SharedVerdicts {
  readonly #store: PromptStore
  readonly #seal: Seal
  readonly #policy: () => string
  readonly #now: () => number
  readonly #after: After
  readonly #tell: (news: SharedNews) => void

  /** @throws TypeError for a store without the four verbs, or a secret that is missing or short. */
  constructor({ store, secret, policy, now, after = systemTimer, tell = () => undefined }: SharedVerdictsOptions) {
    this.#store = new PromptStore({ store: checkedStore(store), now, after, tell })
    this.#seal = new Seal(secret)
    this.#policy = policy
    this.#now = now
    this.#after = after
    this.#tell = tell
  }

  /**
   * Gives the answer about the token of this digest: another's, if there is one, or what `check` gives. When it throws, nobody
   * knows: that is never stored, and reaches only the one who asked.
   */
  async ask(digest: string, check: () => Promise<Verdict>, endOf: EndOf): Promise<SharedAnswer> {
    const name = this.#nameOf(digest)
    const seen = await this.#look(name, endOf)
    if (seen.kind === 'answer') return this.#shared('shared_hit', seen)
    const place = seen.kind === 'nothing' ? await this.#lock(name) : { kind: seen.kind }
    const joined = place.kind === 'asking' ? await this.#join(name, endOf) : undefined
    if (joined !== undefined) return this.#shared('shared_joined', joined)
    this.#tell({ type: 'shared_missed', because: BECAUSE[place.kind] })
    return this.#askMyself(name, place.kind === 'locked' ? place.lock : undefined, check, endOf)
  }

  /**
   * Puts an answer in the place of older ones, for whoever asks next. `since`: when it was asked for, in seconds since the
   * epoch. Not waited for, and never an error.
   */
  replace(digest: string, verdict: Verdict, since: number, endOf: EndOf): void {
    this.#write(this.#nameOf(digest), verdict, since, endOf(verdict)).catch(() => undefined)
  }

  // Both are written as JSON, so that no policy can end where a digest begins.
  #nameOf(digest: string): string {
    return `bearer-auth-providers:verdict-${FORMAT}:${sha256(JSON.stringify([this.#policy(), digest]))}`
  }

  async #look(name: string, endOf: EndOf): Promise<Sight> {
    const sealed = await this.#store.get(name)
    if (sealed === failed) return { kind: 'away' }
    if (sealed === null) return { kind: 'nothing' }
    const text = await this.#seal.open(name, sealed)
    const stored = text === undefined ? undefined : readStored(text)
    if (stored === undefined) return { kind: 'unreadable' }
    const { answer: verdict, since, until } = stored
    const now = this.#now()
    if (verdict === 'not shared') return { kind: 'over' }
    if (verdict === undefined) return { kind: until > now ? 'asking' : 'over' }
    // The expiry is bounded by our own rules and our own clock, whatever the clock of the writer says.
    const end = endOf(verdict)
    if (end === undefined || until > end + CLOCK_DIFFERENCE) return { kind: 'unreadable' }
    const earlier = Math.min(until, end)
    return earlier > now ? { kind: 'answer', verdict, since: Math.min(since, now), until: earlier } : { kind: 'over' }
  }

  /** The lock stands where the answer will stand: one name, one look. Sealed too, or anybody could make everybody wait. */
  async #lock(name: string): Promise<{ readonly kind: 'locked'; readonly lock: string } | { readonly kind: 'asking' | 'away' }> {
    const now = this.#now()
    const lock = await this.#seal.close(name, writeStored({ since: now, until: now + LOCK, answer: undefined }))
    const added = await this.#store.add(name, lock, LOCK)
    if (added === failed) return { kind: 'away' }
    return added ? { kind: 'locked', lock } : { kind: 'asking' }
  }

  /** Waits for what the process that is asking hears. undefined when it is not known in time, or when that one gave up. */
  async #join(name: string, endOf: EndOf): Promise<Answer | undefined> {
    for (const seconds of LOOKS) {
      await new Promise<void>((resolve) => void this.#after(seconds, resolve))
      const seen = await this.#look(name, endOf)
      if (seen.kind === 'answer') return seen
      if (seen.kind !== 'asking') return undefined
    }
    return undefined
  }

  async #askMyself(name: string, lock: string | undefined, check: () => Promise<Verdict>, endOf: EndOf): Promise<SharedAnswer> {
    const since = this.#now()
    // Only where it still stands: what another wrote meanwhile is an answer.
    const free = (): void => void (lock !== undefined && this.#store.swap(name, lock, null, LOCK))
    let verdict: Verdict
    try {
      verdict = await check()
    } catch (error) {
      free()
      throw error
    }
    const until = endOf(verdict)
    // Not waited for: the request at hand has its answer.
    this.#write(name, verdict, since, until).then((written) => void (written || free()), free)
    return { verdict, since, until, shared: false }
  }

  /** Writes the answer, or that there is one which is not shared: an older one must not stand there, nor come after it. */
  async #write(name: string, verdict: Verdict, since: number, until: number | undefined): Promise<boolean> {
    const now = this.#now()
    const isShared = until !== undefined && until > now
    const text = isShared ? writeStored({ since, until, answer: verdict }) : ''
    const answer = isShared && text.length <= MAX_LENGTH ? verdict : 'not shared'
    if (this.#store.isAway) return false
    const kept = answer === 'not shared' ? writeStored({ since, until: now + LONGEST, answer }) : text
    const seconds = answer === 'not shared' || until === undefined ? LONGEST : until - now
    return this.#put(name, await this.#seal.close(name, kept), seconds, { since, answer })
  }

  /** Compares and writes as one step, so that nothing comes between. */
  async #put(name: string, sealed: string, seconds: number, mine: Pick<Stored, 'since' | 'answer'>): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const there = await this.#store.get(name)
      if (there === failed) return false
      const text = there === null ? undefined : await this.#seal.open(name, there)
      const stored = text === undefined ? undefined : readStored(text)
      if (stored !== undefined && counts(stored, mine)) return true
      const written = there === null ? await this.#store.add(name, sealed, seconds) : await this.#store.swap(name, there, sealed, seconds)
      if (written === failed) return false
      if (written) return true
    }
    return false
  }

  #shared(type: 'shared_hit' | 'shared_joined', { verdict, since, until }: Answer): SharedAnswer {
    this.#tell({ type })
    return { verdict, since, until, shared: true }
  }
}

/** Longest wait for the process that asks, in seconds. @public for the model of a fleet */
export const LOCK = 3

/** Seconds before each look at what the other hears: two in all. @public for the model of a fleet */
export const LOOKS: readonly number[] = [0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25]

/** Tolerated clock difference in seconds. An answer that expires later than ours would by more than this was written by a wrong clock. */
const CLOCK_DIFFERENCE = 5

/** Seconds that a question may take: so long an older answer may still come. */
const LONGEST = 60

/** Of a write, where others write the same name at the same time. */
const ATTEMPTS = 4

/** Whether what stands there counts, and not mine. Where the clocks of two processes cannot tell which is younger, it is the no. */
function counts(there: Stored, mine: Pick<Stored, 'since' | 'answer'>): boolean {
  if (there.answer === undefined) return false
  const margin = Number(isYes(mine.answer)) - Number(isYes(there.answer))
  return there.since + margin * CLOCK_DIFFERENCE > mine.since
}

function isYes(answer: Stored['answer']): boolean {
  return typeof answer === 'object' && answer.accepted
}

/** Characters of an answer before it is sealed. Claims are a few hundred; more than this is cheaper asked for. */
const MAX_LENGTH = 65_536

interface Answer {
  readonly kind: 'answer'
  readonly verdict: Verdict
  readonly since: number
  readonly until: number
}

/** What stands in the store. `over`: ours, and expired. */
type Sight = Answer | { readonly kind: 'asking' | 'nothing' | 'unreadable' | 'over' | 'away' }

const BECAUSE = {
  locked: 'unknown',
  over: 'unknown',
  asking: 'unjoined',
  unreadable: 'unreadable',
  away: 'store_failed',
} as const
