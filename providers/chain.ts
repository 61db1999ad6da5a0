/** Several providers as one: finds out whose token it is, and shows it to nobody else. */
import { isUnavailable } from '../src/errors.js'
import { notify } from '../src/events.js'
import { isBearerToken } from '../src/lib/bearer-token.js'
import { checkOptions, optionalFunction } from '../src/lib/options.js'
import { BearerAuthProvider, checkedProvider } from '../src/provider.js'
import type { AccessToken } from '../src/access-token.js'
import type { Observe } from '../src/events.js'
import type { Recognition, VerifyOptions } from '../src/provider.js'

/** What `ChainProvider` takes beside its members, which have events of their own. */
export interface ChainProviderOptions {
  /** Takes what happened to tokens that no member knows: often an issuer with a slash too many. */
  observe?: Observe | undefined
  /** Appears in those events. Default: `'chain'`. */
  name?: string | undefined
}

/**
 * The first provider that recognizes a token as its own decides alone. If nobody owns it, those who may know it are
 * asked in order: the first yes wins, a no counts only when all of them said it. A chain of chains is a chain.
 *
 * @throws TypeError at construction for an empty chain or a member that is no provider.
 */
export class ChainProvider extends BearerAuthProvider {
  /** The issuers of all members. */
  override readonly issuers: readonly string[]
  declare readonly tokenHeader?: string
  readonly #members: readonly BearerAuthProvider[]
  readonly #observe: Observe | undefined
  readonly #name: string

  constructor(members: readonly [BearerAuthProvider, ...BearerAuthProvider[]], options: ChainProviderOptions = {}) {
    super()
    checkOptions('ChainProvider', options, ['observe', 'name'])
    this.#observe = optionalFunction('observe', options.observe)
    this.#name = options.name ?? 'chain'
    if (!Array.isArray(members) || members.length === 0) throw new TypeError('ChainProvider takes at least one provider: new ChainProvider([a, b])')
    this.#members = members.map((member, index) => checkedProvider(`member ${index + 1} of the chain`, member))
    const [tokenHeader, ...others] = new Set(this.#members.map((member) => member.tokenHeader))
    if (others.length > 0) throw new TypeError('the members of a chain must take their tokens from the same header ("tokenHeader")')
    if (tokenHeader !== undefined) this.tokenHeader = tokenHeader
    this.issuers = [...new Set(this.#members.flatMap((member) => member.issuers ?? []))]
  }

  override recognizes(token: string): Recognition {
    const { owner, perhaps } = this.#route(token)
    if (owner !== undefined) return 'mine'
    return perhaps.length > 0 ? 'maybe' : 'foreign'
  }

  override async verifyToken(token: string, options?: VerifyOptions): Promise<AccessToken | null> {
    if (!isBearerToken(token)) return null
    const { owner, perhaps } = this.#route(token)
    if (owner !== undefined) return owner.verifyToken(token, options)
    if (perhaps.length > 0) return firstYes(perhaps, token, options)
    notify(this.#observe, { type: 'rejected', provider: this.#name, reason: 'no_owner', remembered: false })
    return null
  }

  override async close(): Promise<void> {
    // All of them, whatever one does.
    const closed = await Promise.allSettled(this.#members.map(async (member) => member.close?.()))
    const failure = closed.find((one) => one.status === 'rejected')
    if (failure !== undefined) throw failure.reason
  }

  /** Who owns this token, or else who may know it. */
  #route(token: string): { owner: BearerAuthProvider | undefined; perhaps: readonly BearerAuthProvider[] } {
    const answers = this.#members.map((member) => ({ member, recognition: recognition(member, token) }))
    const members = (wanted: Recognition): BearerAuthProvider[] =>
      answers.filter((answer) => answer.recognition === wanted).map((answer) => answer.member)
    return { owner: members('mine')[0], perhaps: members('maybe') }
  }
}

function recognition(member: BearerAuthProvider, token: string): Recognition {
  const answer: unknown = member.recognizes === undefined ? 'maybe' : member.recognizes(token)
  if (answer === 'mine' || answer === 'maybe' || answer === 'foreign') return answer
  throw new TypeError('recognizes must answer "mine", "maybe" or "foreign", and not a promise')
}

/** The first yes. Without one, a bug beats "nobody knows", and that beats no. */
async function firstYes(members: readonly BearerAuthProvider[], token: string, options: VerifyOptions | undefined): Promise<AccessToken | null> {
  const failures: unknown[] = []
  for (const member of members) {
    try {
      const answer = await member.verifyToken(token, options)
      if (answer !== null) return answer
    } catch (error) {
      if (options?.signal?.aborted === true) throw error // nobody waits any more
      failures.push(error)
    }
  }
  const bug = failures.find((failure) => !isUnavailable(failure))
  if (failures.length > 0) throw bug ?? failures[0]
  return null
}
