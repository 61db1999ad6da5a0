/** What can go wrong with an issuer, on demand. Each fault lasts until it is ended, or all of them are healed. */
import type { Answer } from '../http/answering.js'

/** The endpoints of an issuer, by the names of RFC 8414; `discovery` is where its metadata is. */
export type IssuerEndpoint = 'discovery' | 'jwks' | 'authorization' | 'token' | 'registration' | 'introspection' | 'revocation' | 'userinfo'

export interface FaultOptions {
  /** The endpoints that are hit. Default: all. */
  readonly at?: IssuerEndpoint | readonly IssuerEndpoint[] | undefined
}

export interface OutageOptions extends FaultOptions {
  /** `'cut'`: the connection breaks. `'silence'`: no answer ever. A number: this HTTP status. Default `'cut'`. */
  readonly as?: 'cut' | 'silence' | number | undefined
}

export interface SlowOptions extends FaultOptions {
  /** Each answer waits for this. Default: for the fault's end, so that a test decides when it is. */
  readonly until?: (() => Promise<unknown>) | undefined
}

export interface FlapOptions extends OutageOptions {
  /** Answers before a failure, and failures before the next answer. Default 1 and 1. */
  readonly up?: number | undefined
  readonly down?: number | undefined
}

export interface GarbageOptions extends FaultOptions {
  /** Default: the page of a proxy, as HTML. */
  readonly body?: string | undefined
  readonly contentType?: string | undefined
}

/** Ends the fault. Does nothing the second time. */
export type EndFault = () => void

interface Fault {
  readonly at?: FaultOptions['at']
  /** Waits, answers in the place of the endpoint, or leaves it to answer. */
  readonly answer?: () => Promise<Answer | undefined>
  /** Seconds. */
  readonly skew?: number
  readonly issuer?: string
  readonly duplicateKid?: true
  readonly ended?: () => void
}

export class Faults {
  readonly #active = new Set<Fault>()

  outage({ at, as }: OutageOptions = {}): EndFault {
    return this.#begin({ at, answer: async () => failure(as) })
  }

  slow({ at, until }: SlowOptions = {}): EndFault {
    let ended = (): void => {}
    const end = new Promise<void>((resolve) => (ended = resolve))
    const answer = async (): Promise<undefined> => void (await (until === undefined ? end : Promise.race([until(), end])))
    return this.#begin({ at, answer, ended })
  }

  flap({ at, as, up = 1, down = 1 }: FlapOptions = {}): EndFault {
    let asked = 0
    return this.#begin({ at, answer: async () => (asked++ % (up + down) < up ? undefined : failure(as)) })
  }

  garbage({ at, body = '<!doctype html><title>Sign in to this network</title>', contentType = 'text/html' }: GarbageOptions = {}): EndFault {
    return this.#begin({ at, answer: async () => new Response(body, { headers: { 'Content-Type': contentType } }) })
  }

  skew(seconds: number): EndFault {
    return this.#begin({ skew: seconds })
  }

  wrongIssuer(issuer: string): EndFault {
    return this.#begin({ issuer })
  }

  duplicateKid(): EndFault {
    return this.#begin({ duplicateKid: true })
  }

  heal(): void {
    for (const fault of [...this.#active]) this.#end(fault)
  }

  /** What is answered in the place of this endpoint. */
  async answerAt(endpoint: IssuerEndpoint): Promise<Answer | undefined> {
    for (const { at, answer } of [...this.#active]) {
      const answered = at === undefined || [at].flat().includes(endpoint) ? await answer?.() : undefined
      if (answered !== undefined) return answered
    }
    return undefined
  }

  /** Seconds that the issuer's clock is ahead. */
  get clockSkew(): number {
    return [...this.#active].reduce((sum, { skew = 0 }) => sum + skew, 0)
  }

  /** The issuer that the metadata names. */
  get issuer(): string | undefined {
    return [...this.#active].findLast(({ issuer }) => issuer !== undefined)?.issuer
  }

  get duplicatesKid(): boolean {
    return [...this.#active].some(({ duplicateKid }) => duplicateKid === true)
  }

  #begin(fault: Fault): EndFault {
    this.#active.add(fault)
    return () => this.#end(fault)
  }

  #end(fault: Fault): void {
    this.#active.delete(fault)
    fault.ended?.()
  }
}

function failure(as: OutageOptions['as'] = 'cut'): Answer {
  return typeof as === 'number' ? new Response(null, { status: as }) : as
}
