/** This file tells what one request left behind, such as a stream, when its token is no longer valid. */
import type { AccessToken } from '../../access-token.js'
import type { Endable, EndOfAnswer } from '../../context.js'
import type { Membership, VerifyAgain } from './token-watch.js'
import type { Watches } from './late-watches.js'

/** Seconds that an answer must go on before its token is followed. */
const SHORT = 1

/** The life of a token as one request sees it. Costs nothing before somebody asks for its signal. */
export class TokenLife {
  /** False: what outlives the request goes on, and only who asks for the signal is told. */
  readonly endsAnswers: boolean
  readonly #watches: Watches
  readonly #token: AccessToken
  readonly #verify: VerifyAgain
  #controller: AbortController | undefined
  /** What follows the token for this request, or will in a moment: mostly one. */
  #parts: Membership | readonly Membership[] | undefined
  #isClosed = false
  #knowsEnd = false

  /** Set by the adapter: when the answer to this request is finished, closed or dropped. */
  endsWith: EndOfAnswer | undefined

  constructor(watches: Watches, token: AccessToken, verify: VerifyAgain, endsAnswers = true) {
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
   * Ends the answer when the signal would fire: for a stream whose end closes this life, which takes a third of a signal. Begins
   * a second from now, since most streams are over by then; what was revoked or expired meanwhile is told at that moment.
   */
  follow(answer: Endable): void {
    if (this.#isClosed || !this.endsAnswers) return
    if (this.hasBegun) return void this.#join(answer)
    const first: Membership = {
      leave: this.#watches.later(SHORT, () => {
        this.#parts = partsOf(this.#parts).filter((part) => part !== first) // a timer that went off is not kept
        this.#join(answer)
      }),
    }
    this.#add(first)
    this.#closeAtEnd()
  }

  /** Follows the token no longer: the signal does not fire any more. */
  close(): void {
    this.#isClosed = true
    FORGOTTEN.unregister(this) // it would hold what follows the token, and with it the request
    const parts = this.#parts
    this.#parts = undefined
    for (const part of partsOf(parts)) part.leave()
  }

  #begin(controller: AbortController): void {
    // Whoever keeps the signal keeps what fires it; where nobody does, the watch ends with it.
    FIRED_BY.set(controller.signal, controller)
    FORGOTTEN.register(controller, this.#join(new Firing(controller)), this)
    this.#closeAtEnd()
  }

  #join(endable: Endable): Membership {
    const part = this.#watches.join(this.#token, this.#verify, endable)
    this.#add(part)
    return part
  }

  #add(part: Membership): void {
    const parts = partsOf(this.#parts)
    this.#parts = parts.length === 0 ? part : [...parts, part]
  }

  #closeAtEnd(): void {
    if (this.#knowsEnd) return
    this.#knowsEnd = true
    this.endsWith?.whenOver(this.close.bind(this)) // half as large as a function around it
  }
}

function partsOf(parts: Membership | readonly Membership[] | undefined): readonly Membership[] {
  return parts === undefined ? [] : 'leave' in parts ? [parts] : parts
}

/** Fires a signal that it does not keep. */
class Firing implements Endable {
  readonly #controller: WeakRef<AbortController>

  constructor(controller: AbortController) {
    this.#controller = new WeakRef(controller)
  }

  end(): void {
    this.#controller.deref()?.abort(new Error('the access token is no longer valid'))
  }
}

const FIRED_BY = new WeakMap<AbortSignal, AbortController>()

/** Signals that were collected: nobody can hear them. */
const FORGOTTEN = new FinalizationRegistry<Membership>((part) => part.leave())
