/** Follows the tokens of what outlives its request: one watch for each token, however many streams it opened. */
import { after as systemTimer } from '../../lib/timer.js'
import { warn } from '../../lib/warn.js'
import { Alarms } from './alarms.js'
import { Lane } from './lane.js'
import { TokenWatch } from './token-watch.js'
import type { AccessToken } from '../../access-token.js'
import type { Endable } from '../../context.js'
import type { After } from '../../lib/timer.js'
import type { Membership, TokenWatchesOptions, VerifyAgain, WatchContext } from './token-watch.js'

export class TokenWatches {
  readonly #watches = new Map<string, TokenWatch>()
  readonly #context: WatchContext
  readonly #after: After
  #warned = false

  constructor(options: TokenWatchesOptions) {
    const { after = systemTimer, random = Math.random } = options
    const left = ({ token }: TokenWatch): void => void this.#watches.delete(token.token)
    this.#after = after
    this.#context = { ...options, random, left, lane: new Lane(), alarms: new Alarms(after, options.now) }
  }

  /** Number of tokens that are followed. */
  get size(): number {
    return this.#watches.size
  }

  /** Does something after so many seconds, on this gate's timers. Gives the function that cancels it. */
  later(seconds: number, work: () => void): () => void {
    return this.#after(seconds, work)
  }

  /** Ends this once, when the token is no longer valid. While nobody knows, it is. */
  join(token: AccessToken, verify: VerifyAgain, endable: Endable): Membership {
    const known = this.#watches.get(token.token)
    if (known === undefined && this.#watches.size >= MOST_TOKENS) return this.#turnAway(endable)
    const watch = known ?? new TokenWatch(token, verify, this.#context)
    this.#watches.set(token.token, watch)
    return watch.join(endable)
  }

  #turnAway(endable: Endable): Membership {
    if (!this.#warned) warn(`more than ${MOST_TOKENS} tokens have streams open or their authSignal() in use; more are not followed, and end at once`)
    this.#warned = true
    endable.end()
    return NO_MEMBER
  }
}

const NO_MEMBER: Membership = { leave: () => undefined }

/** More than one process can serve; so that a handler that never ends its answers does not fill the memory. */
const MOST_TOKENS = 100_000
