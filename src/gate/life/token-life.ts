/** This file tells what one request left behind, such as a stream, when its token is no longer valid. */
import type { AccessToken } from '../../access-token.js'
import type { TokenWatches, VerifyAgain } from './token-watches.js'

/** Seconds that an answer must go on before its token is followed. */
const SHORT = 1

/** The life of a token as one request sees it. Costs nothing before somebody asks for its signal. */
export class TokenLife {
  /** False: what outlives the request goes on, and only who asks for the signal is told. */
  readonly endsAnswers: boolean
  readonly #watches: TokenWatches
  readonly #token: AccessToken
  readonly #verify: VerifyAgain
  #controller: AbortController | undefined
  readonly #leaves: (() => void)[] = []
  #isClosed = false
  #knowsEnd = false

  /** Set by the adapter: the answer to this request. */
  endsWith: { whenOver(close: () => void): void } | undefined

  constructor(watches: TokenWatches, token: AccessToken, verify: VerifyAgain, endsAnswers = true) {
    this.endsAnswers = endsAnswers
    this.#watches = watches
    this.#token = token
    this.#verify = verify
  }

  /** True once somebody asked for the signal. */
  get hasBegun(): boolean {
    return this.#controller !== undefined
  }

  /** Fires when the token has expired, was revoked, or is refused when it is asked about again. While nobody knows, it is valid. */
  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal
    const controller = new AbortController()
    this.#controller = controller
    if (!this.#isClosed) this.#begin(controller)
    return controller.signal
  }

  /**
   * Calls `ended` when the signal would fire: for a stream whose end closes this life, which takes a third of a signal. Begins
   * a second from now, since most streams are over by then; what was revoked or expired meanwhile is told at that moment.
   */
  follow(ended: () => void): void {
    if (this.#isClosed || !this.endsAnswers) return
    if (this.hasBegun) return void this.#join(ended)
    this.#leaves.push(this.#watches.later(SHORT, () => this.#join(ended)))
    this.#closeAtEnd()
  }

  /** Follows the token no longer: the signal does not fire any more. */
  close(): void {
    this.#isClosed = true
    FORGOTTEN.unregister(this) // it would hold what follows the token, and with it the request
    for (const leave of this.#leaves.splice(0)) leave()
  }

  #begin(controller: AbortController): void {
    // Whoever keeps the signal keeps what fires it; where nobody does, the watch ends with it.
    FIRED_BY.set(controller.signal, controller)
    const leave = this.#join(firing(new WeakRef(controller)))
    FORGOTTEN.register(controller, leave, this)
    this.#closeAtEnd()
  }

  #join(ended: () => void): () => void {
    const leave = this.#watches.join(this.#token, this.#verify, ended)
    this.#leaves.push(leave)
    return leave
  }

  #closeAtEnd(): void {
    if (this.#knowsEnd) return
    this.#knowsEnd = true
    this.endsWith?.whenOver(() => this.close())
  }
}

// Outside of the class: a function that is made beside one that holds the life would hold it too.
function firing(controller: WeakRef<AbortController>): () => void {
  return () => controller.deref()?.abort(new Error('the access token is no longer valid'))
}

const FIRED_BY = new WeakMap<AbortSignal, AbortController>()

/** Signals that were collected: nobody can hear them. */
const FORGOTTEN = new FinalizationRegistry<() => void>((leave) => leave())
