/** Several providers as one: finds out whose token it is, and shows it to nobody else. */
import { isUnavailable } from '../src/errors.js'
import { isBearerToken } from '../src/lib/bearer-token.js'
import { BearerAuthProvider } from '../src/provider.js'
import type { AccessToken } from '../src/access-token.js'
import type { Recognition } from '../src/provider.js'

/**
 * The first provider that recognizes a token as its own decides alone. If nobody owns it, those who may know it are
 * asked in order: the first yes wins, a no counts only when all of them said it. A chain of chains is a chain.
 *
 * @throws TypeError at construction for an empty chain or a member that is no provider.
 */
export class ChainProvider extends BearerAuthProvider {
  /** The issuers of all members. */
  override readonly issuers: readonly string[]
  readonly #members: readonly BearerAuthProvider[]

  constructor(members: readonly [BearerAuthProvider, ...BearerAuthProvider[]]) {
    super()
    if (!Array.isArray(members) || members.length === 0) throw new TypeError('ChainProvider takes at least one provider: new ChainProvider([a, b])')
    const stranger = members.findIndex((member) => typeof member?.verifyToken !== 'function')
    if (stranger !== -1) throw new TypeError(`member ${stranger + 1} of the chain is no provider: it has no verifyToken`)
    this.#members = [...members]
    this.issuers = [...new Set(this.#members.flatMap((member) => member.issuers ?? []))]
  }

  override recognizes(token: string): Recognition {
    const answers = this.#members.map((member) => recognition(member, token))
    return answers.find((answer) => answer === 'mine') ?? answers.find((answer) => answer === 'maybe') ?? 'foreign'
  }

  override async verifyToken(token: string): Promise<AccessToken | null> {
    if (!isBearerToken(token)) return null
    const answers = this.#members.map((member) => ({ member, recognition: recognition(member, token) }))
    const owner = answers.find((answer) => answer.recognition === 'mine')
    if (owner !== undefined) return owner.member.verifyToken(token)
    return firstYes(answers.filter((answer) => answer.recognition === 'maybe').map((answer) => answer.member), token)
  }

  override async close(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.close?.()))
  }
}

function recognition(member: BearerAuthProvider, token: string): Recognition {
  return member.recognizes === undefined ? 'maybe' : member.recognizes(token)
}

/** The first yes. Without one, a bug beats "nobody knows", and that beats no. */
async function firstYes(members: readonly BearerAuthProvider[], token: string): Promise<AccessToken | null> {
  const failures: unknown[] = []
  for (const member of members) {
    try {
      const answer = await member.verifyToken(token)
      if (answer !== null) return answer
    } catch (error) {
      failures.push(error)
    }
  }
  const bug = failures.find((failure) => !isUnavailable(failure))
  if (failures.length > 0) throw bug ?? failures[0]
  return null
}
