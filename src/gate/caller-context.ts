/** This file is what a gate tells the code behind it of the caller, made for each request: what is seldom asked for is worked out then. */
import { withGranted } from './challenge/granted-scopes.js'
import { mayCall } from './permission.js'
import { TokenLife } from './life/token-life.js'
import type { AccessToken } from '../access-token.js'
import type { AuthContext } from '../context.js'
import type { Caller, Verify } from './caller.js'
import type { GatePolicy } from './policy.js'

export class CallerContext implements AuthContext {
  readonly #policy: GatePolicy
  readonly token: AccessToken | null
  readonly verifyAgain: Verify | undefined
  readonly answers: NonNullable<AuthContext['answers']>
  readonly life: TokenLife | undefined
  readonly resource: AuthContext['resource']

  readonly #caller: Caller

  constructor(caller: Caller, policy: GatePolicy, answers: NonNullable<AuthContext['answers']> = policy.thrownAnswers[caller.scheme], life = lifeOf(caller, policy)) {
    const { token, verify } = caller
    this.#caller = caller
    this.#policy = policy
    this.token = token
    this.verifyAgain = verify
    this.answers = answers
    this.life = life
    this.resource = policy.resource
  }

  allows(method: string, name: string): boolean {
    return mayCall(this, method, name, this.#policy)
  }

  scopesToAskFor(needed: readonly string[]): readonly string[] {
    return withGranted(needed, this.token, this.#policy.requestNames)
  }

  answeringBy(answers: NonNullable<AuthContext['answers']>): AuthContext {
    return new CallerContext(this.#caller, this.#policy, answers, this.life)
  }
}

function lifeOf({ token, verify }: Caller, { watches }: GatePolicy): TokenLife | undefined {
  return token === null || verify === undefined ? undefined : new TokenLife(watches, token, verify)
}
