/** This file tells what one request left behind, such as a stream, when its token is no longer valid. */
import type { AccessToken } from '../access-token.js'
import type { TokenWatches, VerifyAgain } from './token-watches.js'

// Above the class, each of which would otherwise make one.
const NOTHING = (): void => undefined

/** Seconds that an answer must go on before its token is followed. */
const SHORT = 1

/** The life of a token as one request sees it. Costs nothing before somebody asks for its signal. */
export class TokenLife {
  readonly #watches: TokenWatches
  readonly #token: AccessToken
  readonly #verify: VerifyAgain
  #controller: AbortController | undefined
  #leave = NOTHING
  #callOff = NOTHING
  #isClosed = false
  #knowsEnd = false

  /** Set by the adapter: calls the function when the answer to this request is finished, closed or dropped. */
  endsWith: ((close: () => void) => void) | undefined

  constructor(watches: TokenWatches, token: AccessToken, verify: VerifyAgain) {
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
   * Calls the function when the token is no longer valid. Begins a second from now, since most answers are over by then and
   * to follow a token costs as much as all the rest; what was revoked or expired meanwhile is told at that moment.
   */
  whenOver(ended: () => void): void {
    if (this.#isClosed) return
    if (this.hasBegun) return this.#listen(ended)
    this.#callOff = this.#watches.later(SHORT, () => this.#listen(ended))
    this.#closeAtEnd()
  }

  /** Follows the token no longer: the signal does not fire any more. */
  close(): void {
    this.#isClosed = true
    this.#callOff()
    this.#leave()
    this.#leave = NOTHING
  }

  #begin(controller: AbortController): void {
    // Whoever keeps the signal keeps what fires it; where nobody does, the watch ends with it.
    FIRED_BY.set(controller.signal, controller)
    this.#leave = this.#watches.join(this.#token, this.#verify, firing(new WeakRef(controller)))
    FORGOTTEN.register(controller, this.#leave)
    this.#closeAtEnd()
  }

  #listen(ended: () => void): void {
    const { signal } = this
    if (signal.aborted) ended()
    else signal.addEventListener('abort', ended, { once: true })
  }

  #closeAtEnd(): void {
    if (this.#knowsEnd) return
    this.#knowsEnd = true
    this.endsWith?.(() => this.close())
  }
}

// Outside of the class: a function that is made beside one that holds the life would hold it too.
function firing(controller: WeakRef<AbortController>): () => void {
  return () => controller.deref()?.abort(new Error('the access token is no longer valid'))
}

const FIRED_BY = new WeakMap<AbortSignal, AbortController>()

/** Signals that were collected: nobody can hear them. */
const FORGOTTEN = new FinalizationRegistry<() => void>((leave) => leave())
