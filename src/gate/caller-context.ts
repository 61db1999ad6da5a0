/** This file is what a gate tells the code behind it of the caller, made for each request: what is seldom asked for is worked out then. */
import { scopesToAskFor } from './challenge/granted-scopes.js'
import { mayCall } from './permission.js'
import { TokenLife } from './life/token-life.js'
import type { AccessToken } from '../access-token.js'
import type { AuthContext } from '../context.js'
import type { Caller, Verify } from './caller.js'
import type { GatePolicy } from './policy.js'
import type { GateRequest, ReadHeader } from './request/gate-request.js'

export class CallerContext implements AuthContext {
  /** Of the request, and not the request: this is kept for as long as a stream is open. */
  readonly #header: ReadHeader
  readonly #policy: GatePolicy
  readonly token: AccessToken | null
  readonly verifyAgain: Verify | undefined
  readonly answers: NonNullable<AuthContext['answers']>
  readonly life: TokenLife | undefined

  constructor(policy: GatePolicy, header: ReadHeader, { token, verifyAgain, answers, life }: Pick<CallerContext, 'token' | 'verifyAgain' | 'answers' | 'life'>) {
    this.#header = header
    this.#policy = policy
    this.token = token
    this.verifyAgain = verifyAgain
    this.answers = answers
    this.life = life
  }

  static of(caller: Caller, { header }: Pick<GateRequest, 'header'>, policy: GatePolicy): CallerContext {
    const { token, scheme, verify } = caller
    return new CallerContext(policy, header, { token, verifyAgain: verify, answers: policy.thrownAnswers[scheme], life: lifeOf(caller, policy) })
  }

  get resource(): AuthContext['resource'] {
    return this.#policy.resource
  }

  get now(): () => number {
    return this.#policy.now
  }

  allows(method: string, name: string): boolean {
    return mayCall(this, method, name, this.#policy)
  }

  scopesToAskFor(needed: readonly string[]): readonly string[] {
    return scopesToAskFor(needed, this.token, { header: this.#header }, this.#policy)
  }

  answeringBy(answers: NonNullable<AuthContext['answers']>): AuthContext {
    return new CallerContext(this.#policy, this.#header, { token: this.token, verifyAgain: this.verifyAgain, answers, life: this.life })
  }
}

function lifeOf({ token, verify }: Caller, { watches, reportsAll }: GatePolicy): TokenLife | undefined {
  return token === null || verify === undefined ? undefined : new TokenLife(watches, token, verify, !reportsAll)
}
