/** Follows tokens once a stream has outlived its request: what does it is loaded by the first. */
import { isPending } from '../../lib/awaitable.js'
import { onDemand } from '../../lib/loaded.js'
import { after as systemTimer } from '../../lib/timer.js'
import type { AccessToken } from '../../access-token.js'
import type { Endable } from '../../context.js'
import type { Awaitable } from '../../lib/awaitable.js'
import type { Membership, TokenWatchesOptions, VerifyAgain } from './token-watch.js'
import type { TokenWatches } from './token-watches.js'

/** What one request needs of those who follow its token. */
export type Watches = Pick<TokenWatches, 'join' | 'later'>

export class LateWatches implements Watches {
  readonly #options: TokenWatchesOptions
  readonly #watches: () => Awaitable<TokenWatches>

  /** `load`: for tests. */
  constructor(options: TokenWatchesOptions, load = async () => import('./token-watches.js')) {
    this.#options = options
    this.#watches = onDemand(() => load().then((follows) => new follows.TokenWatches(options)))
  }

  /** For those who cannot begin before it is followed: an upgrade opens a connection. Rejects where nobody can follow. */
  ready(): Awaitable<unknown> {
    return this.#watches()
  }

  /** Does something after so many seconds, on this gate's timers. Gives the function that cancels it. */
  later(seconds: number, work: () => void): () => void {
    return (this.#options.after ?? systemTimer)(seconds, work)
  }

  /** Ends this once, when the token is no longer valid, or at once where nobody can follow it. */
  join(token: AccessToken, verify: VerifyAgain, endable: Endable): Membership {
    const watches = this.#watches()
    if (!isPending(watches)) return watches.join(token, verify, endable)
    let hasLeft = false
    let membership: Membership | undefined
    const join = (there: TokenWatches): void => {
      if (!hasLeft) membership = there.join(token, verify, endable)
    }
    watches.then(join).catch(() => hasLeft || endable.end())
    return {
      leave() {
        hasLeft = true
        membership?.leave()
      },
    }
  }
}
