/** Several providers as one: finds out whose token it is, and shows it to nobody else. */
import { AuthUnavailableError } from '../src/errors.js'
import { notify } from '../src/events.js'
import { isBearerToken } from '../src/lib/bearer-token.js'
import { closeAll } from '../src/lib/close-all.js'
import { withinSpan } from '../src/lib/deadline.js'
import { checkOptions, oneOf, optionalFunction, spanInSeconds } from '../src/lib/options.js'
import { warnOfBug } from '../src/lib/warn.js'
import { readingIssuerOnce } from '../src/jwt/token/decode.js'
import { BearerAuthProvider, checkedProvider } from '../src/provider.js'
import { ChainPlan } from '../src/routing/chain-plan.js'
import { checkMembers } from '../src/routing/contradictions.js'
import { isAskedByOthers } from '../src/routing/doors.js'
import { asGiven, named, recognition, verifiedBy } from '../src/routing/member.js'
import { answerOf, askAtOnce, askInOrder, askTogether } from '../src/routing/questions.js'
import { requestAsOf } from '../src/routing/request-as.js'
import { askedByUs, isUnproven } from '../src/routing/unproven.js'
import type { AccessToken } from '../src/access-token.js'
import type { TokenBinding } from '../src/binding.js'
import type { Observe } from '../src/events.js'
import type { OptionNames } from '../src/lib/options.js'
import type { Ownership, Recognition, Refusal, VerifyOptions } from '../src/provider.js'
import type { Member } from '../src/routing/member.js'
import type { MemberAnswer } from '../src/routing/questions.js'

/** What `ChainProvider` takes beside its members, which have options and events of their own. */
export interface ChainProviderOptions {
  /** Seconds for the whole chain; what takes longer is "nobody knows". Default: as long as its members take. */
  timeout?: number | undefined
  /**
   * How those are asked who may know a token that nobody owns; the first yes wins. Default `'in order'`. One that remembers a
   * yes for this token is asked before all others, and they only if it has changed its mind.
   */
  ask?: 'in order' | 'at once' | undefined
  /** Takes what happened to tokens that no member knows: often an issuer with a slash too many. */
  observe?: Observe | undefined
  /** Appears in those events. Default: `'chain'`. */
  name?: string | undefined
}

const OPTIONS = { timeout: true, ask: true, observe: true, name: true } as const satisfies OptionNames<ChainProviderOptions>

/** What one member has to do with a token. */
export interface MemberReport {
  readonly provider: string
  readonly recognizes: Recognition
  /** Absent for one that was not asked. */
  readonly answer?: MemberAnswer['kind']
  /** What the token is bound to, where the member says yes. The proof is not looked at. */
  readonly boundTo?: TokenBinding
  readonly refusals: readonly Refusal[]
}

/**
 * The first provider that recognizes a token as its own decides alone. If nobody owns it, those who may know it are
 * asked: the first yes wins, a no counts only when all of them said it. Results are never merged. A chain of chains is
 * one chain, and the options of the outer one hold.
 *
 * @throws TypeError at construction for an empty chain, for what is no provider, for a member that could never be asked,
 * and for a token that two members list. Warns where two own the same.
 */
export class ChainProvider extends BearerAuthProvider {
  readonly name: string
  /** The issuers of all members. */
  override readonly issuers: readonly string[]
  /** The audiences of all members. */
  override readonly audiences: readonly string[]
  /** The scopes of all members. */
  override readonly scopesSupported: readonly string[]
  override readonly owns: Ownership
  declare readonly tokenHeader?: string
  declare readonly requestAs?: (scope: string) => string | undefined
  readonly #members: readonly Member[]
  readonly #timeout: number | undefined
  readonly #ask: 'in order' | 'at once'
  readonly #observe: Observe | undefined

  constructor(members: readonly [BearerAuthProvider, ...BearerAuthProvider[]], options: ChainProviderOptions = {}) {
    super()
    checkOptions('ChainProvider', options, OPTIONS)
    this.name = options.name ?? 'chain'
    this.#timeout = options.timeout === undefined ? undefined : spanInSeconds('timeout', options.timeout, { min: 0.001, max: 60 })
    this.#ask = oneOf('ask', options.ask ?? 'in order', ['in order', 'at once'])
    this.#observe = optionalFunction('observe', options.observe)
    if (!Array.isArray(members) || members.length === 0) throw new TypeError('ChainProvider takes at least one provider: new ChainProvider([a, b])')
    const providers = members.map((member, index) => checkedProvider(`member ${index + 1} of the chain`, member))
    this.#members = named(providers.flatMap((member) => (member instanceof ChainProvider ? member.#members.map(({ provider }) => provider) : [member])))
    checkMembers(this.#members)
    const [tokenHeader, ...others] = new Set(providers.map((member) => member.tokenHeader))
    if (others.length > 0) throw new TypeError('the members of a chain must take their tokens from the same header ("tokenHeader"); see byRequest')
    if (tokenHeader !== undefined) this.tokenHeader = tokenHeader
    const requestAs = requestAsOf(providers)
    if (requestAs !== undefined) this.requestAs = requestAs
    this.issuers = [...new Set(providers.flatMap((member) => member.issuers ?? []))]
    this.audiences = [...new Set(providers.flatMap((member) => member.audiences ?? []))]
    this.scopesSupported = [...new Set(providers.flatMap((member) => member.scopesSupported ?? []))]
    this.owns = ownedByAll(this.#members)
  }

  override recognizes(token: string): Recognition {
    const { owner, perhaps } = this.#route(token)
    if (owner !== undefined) return 'mine'
    return perhaps.length > 0 ? 'maybe' : 'foreign'
  }

  override async verifyToken(token: string, options?: VerifyOptions): Promise<AccessToken | null> {
    if (!isBearerToken(token)) return null
    const { owner, perhaps } = this.#route(token)
    if (owner === undefined && perhaps.length === 0) return this.#refuse('no_owner', options)
    const answer = await this.#inTime(askedByUs(options), async (inTime) =>
      owner === undefined ? this.#conclude(await this.#askAll(perhaps, token, inTime)) : verifiedBy(owner, token, inTime),
    )
    return isUnproven(answer, options) ? this.#refuse('unproven', options) : answer
  }

  /** Who decides about which tokens: `console.log(String(chain.plan()))`. */
  plan(): ChainPlan {
    return new ChainPlan(this.#members, this.#ask)
  }

  /** What each member has to do with this token, and what those say who are asked. Asks them. For a person who wants to know why. */
  async explain(token: string): Promise<readonly MemberReport[]> {
    const { owner, perhaps } = this.#route(token)
    const asked = owner === undefined ? perhaps : [owner]
    const answers = isBearerToken(token) ? await Promise.all(asked.map((member) => answerOf(member, token, askedByUs({})))) : []
    return this.#members.map((member) => {
      const answer = answers.find(({ name }) => name === member.name)
      const refusals = answer?.kind === 'no' ? answer.refusals : []
      const boundTo = answer?.kind === 'yes' ? answer.token.boundTo : undefined
      return { provider: member.name, recognizes: recognition(member, token), ...(answer && { answer: answer.kind }), ...(boundTo && { boundTo }), refusals }
    })
  }

  override watch(token: AccessToken, ended: (how: 'revoked' | 'closed') => void): () => void {
    const { owner, perhaps } = this.#route(token.token)
    const ends = (owner === undefined ? perhaps : [owner]).map(({ provider }) => provider.watch?.(asGiven(token), ended))
    return () => ends.forEach((end) => end?.())
  }

  override restsOnKeys(token: AccessToken): boolean {
    const { owner, perhaps } = this.#route(token.token)
    return (owner === undefined ? perhaps : [owner]).every(({ provider }) => provider.restsOnKeys?.(token) === true)
  }

  override async close(): Promise<void> {
    await closeAll(this.#members.map(({ provider }) => provider))
  }

  #refuse(reason: 'no_owner' | 'unproven', options: VerifyOptions | undefined): null {
    notify(this.#observe, { type: 'rejected', provider: this.name, reason, remembered: false })
    options?.refused?.({ provider: this.name, reason })
    return null
  }

  /** Who owns this token, or else who may know it. */
  #route(token: string): { readonly owner: Member | undefined; readonly perhaps: readonly Member[] } {
    return readingIssuerOnce(() => this.#asked(token))
  }

  #asked(token: string): { readonly owner: Member | undefined; readonly perhaps: readonly Member[] } {
    const perhaps: Member[] = []
    for (const member of this.#members) {
      const answer = recognition(member, token)
      if (answer === 'mine') return { owner: member, perhaps: [] }
      if (answer === 'maybe') perhaps.push(member)
    }
    return { owner: undefined, perhaps }
  }

  #askAll(members: readonly Member[], token: string, options: VerifyOptions): Promise<readonly MemberAnswer[]> {
    const ask = this.#ask === 'in order' ? askInOrder : askAtOnce
    // Alone, its no is the last word.
    return members.length === 1 ? ask(members, token, options) : askTogether(ask, members, token, options)
  }

  async #inTime<T>(options: VerifyOptions, work: (options: VerifyOptions) => Promise<T>): Promise<T> {
    const timeout = this.#timeout
    if (timeout === undefined) return work(options)
    const closed = options.signal
    // Whoever gave up hears the reason of its own signal, as from any provider.
    const tooLate = (): Error => (closed?.aborted === true ? (closed.reason as Error) : new AuthUnavailableError('the chain gave no answer in time'))
    return withinSpan({ timeout, closed }, (signal) => work({ ...options, signal }), tooLate)
  }

  /** The yes, if there is one. Without one, a bug beats "nobody knows", and that beats no. */
  #conclude(answers: readonly MemberAnswer[]): AccessToken | null {
    const yes = answers.find((answer) => answer.kind === 'yes')
    const bug = answers.find((answer) => answer.kind === 'bug')
    const silence = answers.find((answer) => answer.kind === 'unavailable')
    if (yes === undefined) this.#tellOf(answers)
    else if (bug !== undefined) warnOfBug(new Error(`"${bug.name}" of the chain failed, and another provider said yes`, { cause: bug.error }))
    if (yes !== undefined) return yes.token
    if (bug !== undefined) throw bug.error
    if (silence !== undefined) throw silence.error
    return null
  }

  #tellOf(answers: readonly MemberAnswer[]): void {
    const said = answers.map((answer) => {
      const [refusal] = answer.kind === 'no' ? answer.refusals : []
      return { provider: answer.name, answer: answer.kind, ...(refusal && { reason: refusal.reason }) }
    })
    notify(this.#observe, { type: 'nobody_accepted', provider: this.name, said })
  }
}

function ownedByAll(members: readonly Member[]): Ownership {
  const all = (name: 'issuers' | 'prefixes' | 'digests'): readonly string[] => [...new Set(members.flatMap(({ provider }) => provider.owns?.[name] ?? []))]
  const anyAudience = members.some(({ provider }) => provider.owns?.anyAudience === true)
  return { issuers: all('issuers'), prefixes: all('prefixes'), digests: all('digests'), opaque: members.some(isAskedByOthers), anyAudience }
}
