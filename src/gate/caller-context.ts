/** This file is what a gate tells the code behind it of the caller, made for each request: what is seldom asked for is worked out then. */
import { scopesToAskFor } from './challenge/granted-scopes.js'
import { mayCall } from './permission.js'
import { TokenLife } from './life/token-life.js'
import type { AccessToken } from '../access-token.js'
import type { AuthContext } from '../context.js'
import type { Caller, Verify } from './caller.js'
import type { GatePolicy } from './policy.js'
import type { GateRequest } from './request/gate-request.js'

export class CallerContext implements AuthContext {
  readonly #caller: Caller
  readonly #request: Pick<GateRequest, 'header'>
  readonly #policy: GatePolicy
  readonly token: AccessToken | null
  readonly verifyAgain: Verify | undefined
  readonly answers: NonNullable<AuthContext['answers']>
  readonly life: TokenLife | undefined
  readonly resource: AuthContext['resource']

  constructor(
    caller: Caller,
    request: Pick<GateRequest, 'header'>,
    policy: GatePolicy,
    answers: NonNullable<AuthContext['answers']> = policy.thrownAnswers[caller.scheme],
    life = lifeOf(caller, policy),
  ) {
    const { token, verify } = caller
    this.#caller = caller
    this.#request = request
    this.#policy = policy
    this.token = token
    this.verifyAgain = verify
    this.answers = answers
    this.life = life
    this.resource = policy.resource
  }

  get now(): () => number {
    return this.#policy.now
  }

  allows(method: string, name: string): boolean {
    return mayCall(this, method, name, this.#policy)
  }

  scopesToAskFor(needed: readonly string[]): readonly string[] {
    return scopesToAskFor(needed, this.token, this.#request, this.#policy)
  }

  answeringBy(answers: NonNullable<AuthContext['answers']>): AuthContext {
    return new CallerContext(this.#caller, this.#request, this.#policy, answers, this.life)
  }
}

function lifeOf({ token, verify }: Caller, { watches, reportsAll }: GatePolicy): TokenLife | undefined {
  return token === null || verify === undefined ? undefined : new TokenLife(watches, token, verify, !reportsAll)
}
