/** Shares verdicts between processes: what one of them asked for, the others need not ask. */
import { sha256 } from '../lib/digest.js'
import { after as systemTimer } from '../lib/timer.js'
import { failed, PromptStore } from './prompt-store.js'
import { Seal } from './seal.js'
import { readStored, writeStored } from './stored-verdict.js'
import type { After } from '../lib/timer.js'
import type { Verdict } from '../verdict.js'
import type { StoreNews } from './prompt-store.js'
import type { Secret } from './seal.js'
import type { SharedStore } from './shared-store.js'

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
    const place = seen.kind === 'nothing' ? await this.#lock(name) : seen.kind
    const joined = place === 'asking' ? await this.#join(name, endOf) : undefined
    if (joined !== undefined) return this.#shared('shared_joined', joined)
    this.#tell({ type: 'shared_missed', because: BECAUSE[place] })
    return this.#askMyself(name, place === 'locked', check, endOf)
  }

  /** Replaces an older answer by a younger one, for whoever asks next. Not waited for, and never an error. */
  replace(digest: string, verdict: Verdict, endOf: EndOf): void {
    const name = this.#nameOf(digest)
    // One that is not remembered must not leave the older one behind. (D50)
    const removed = (written: boolean): unknown => written || this.#store.delete(name)
    this.#write(name, verdict, endOf(verdict)).then(removed).catch(() => undefined)
  }

  // Both are written as JSON, so that no policy can end where a digest begins.
  #nameOf(digest: string): string {
    return `bearer-auth-providers:verdict:${sha256(JSON.stringify([this.#policy(), digest]))}`
  }

  async #look(name: string, endOf: EndOf): Promise<Sight> {
    const sealed = await this.#store.get(name)
    if (sealed === failed) return { kind: 'away' }
    if (sealed === null) return { kind: 'nothing' }
    const text = await this.#seal.open(name, sealed)
    const stored = text === undefined ? undefined : readStored(text)
    if (stored === undefined) return { kind: 'unreadable' }
    const { verdict, until } = stored
    const now = this.#now()
    if (verdict === undefined) return { kind: until > now ? 'asking' : 'over' }
    // The expiry is bounded by our own rules and our own clock, whatever the clock of the writer says.
    const end = endOf(verdict)
    if (end === undefined || until > end + CLOCK_DIFFERENCE) return { kind: 'unreadable' }
    const earlier = Math.min(until, end)
    return earlier > now ? { kind: 'answer', verdict, until: earlier } : { kind: 'over' }
  }

  /** The lock stands where the answer will stand: one name, one look. Sealed too, or anybody could make everybody wait. */
  async #lock(name: string): Promise<'locked' | 'asking' | 'away'> {
    const text = await this.#seal.close(name, writeStored({ until: this.#now() + LOCK }))
    const added = await this.#store.add(name, text, LOCK)
    if (added === failed) return 'away'
    return added ? 'locked' : 'asking'
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

  async #askMyself(name: string, locked: boolean, check: () => Promise<Verdict>, endOf: EndOf): Promise<SharedAnswer> {
    const since = this.#now()
    const free = (): void => void (locked && this.#now() - since < LOCK && this.#store.delete(name))
    let verdict: Verdict
    try {
      verdict = await check()
    } catch (error) {
      free()
      throw error
    }
    const until = endOf(verdict)
    // Nobody waits for the writing: the request at hand has its answer.
    this.#write(name, verdict, until).then((written) => void (written || free()), free)
    return { verdict, until, shared: false }
  }

  async #write(name: string, verdict: Verdict, until: number | undefined): Promise<boolean> {
    const seconds = (until ?? 0) - this.#now()
    if (until === undefined || seconds <= 0 || this.#store.isAway) return false
    const text = writeStored({ until, verdict })
    if (text.length > MAX_LENGTH) return false
    return (await this.#store.set(name, await this.#seal.close(name, text), seconds)) === true
  }

  #shared(type: 'shared_hit' | 'shared_joined', { verdict, until }: Answer): SharedAnswer {
    this.#tell({ type })
    return { verdict, until, shared: true }
  }
}

/** Longest wait for the process that asks, in seconds. @public for the model of a fleet */
export const LOCK = 3

/** Seconds before each look at what the other hears: two in all. @public for the model of a fleet */
export const LOOKS: readonly number[] = [0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25]

/** Tolerated clock difference in seconds. An answer that expires later than ours would by more than this was written by a wrong clock. */
const CLOCK_DIFFERENCE = 5

/** Longest answer before it is sealed, in characters. Claims are a few hundred; more than this is cheaper asked for. */
const MAX_LENGTH = 65_536

interface Answer {
  readonly kind: 'answer'
  readonly verdict: Verdict
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

function checkedStore(store: SharedStore): SharedStore {
  const verbs = ['get', 'set', 'add', 'delete'] as const
  if (verbs.some((verb) => typeof store?.[verb] !== 'function')) {
    throw new TypeError('"store" must have get, set, add and delete: redisStore(client) of bearer-auth-providers/redis, or your own')
  }
  return store
}
