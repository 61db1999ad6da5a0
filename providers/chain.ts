/** Several providers as one: finds out whose token it is, and shows it to nobody else. */
import { AuthUnavailableError } from '../src/errors.js'
import { Listeners, notify } from '../src/events.js'
import { alsoAtOnce } from '../src/lib/at-once.js'
import { andThen } from '../src/lib/awaitable.js'
import { isBearerToken } from '../src/lib/bearer-token.js'
import { speakOnce, speaksByDefault } from '../src/lib/default-voice.js'
import { closeAll } from '../src/lib/close-all.js'
import { withinSpan } from '../src/lib/deadline.js'
import { checkOptions, oneOf, optionalFunction, spanInSeconds } from '../src/lib/options.js'
import { warnOfBug } from '../src/lib/warn.js'
import { withoutToken } from '../src/lib/without-token.js'
import { readingIssuerOnce } from '../src/jwt/token/decode.js'
import { failedStep, nearestOf, passedStep } from '../src/explanation.js'
import { BearerAuthProvider, checkedProvider, inheritObserver, membersFor } from '../src/provider.js'
import { ChainPlan } from '../src/routing/chain-plan.js'
import { checkMembers } from '../src/routing/contradictions.js'
import { isAskedByOthers } from '../src/routing/doors.js'
import { memberHealthOf } from '../src/routing/health-of.js'
import { asGiven, named, recognition, requestAsOf, verifiedBy } from '../src/routing/member.js'
import { partsOf } from '../src/routing/parts.js'
import { askAtOnce, askInOrder, askTogether } from '../src/routing/questions.js'
import { explainedBy, explainedByFirst } from '../src/routing/explained.js'
import { reject } from '../src/verdict.js'
import { askedByUs, isUnproven } from '../src/routing/unproven.js'
import type { AccessToken } from '../src/access-token.js'
import type { Observe } from '../src/events.js'
import type { ExplainedStep, NearMiss } from '../src/explanation.js'
import type { Awaitable } from '../src/lib/awaitable.js'
import type { OptionNames } from '../src/lib/options.js'
import type { ProviderHealth } from '../src/health.js'
import type { HeaderSource, NamedProvider, Ownership, Recognition, Refusal, VerifyOptions } from '../src/provider.js'
import type { Member } from '../src/routing/member.js'
import type { Part } from '../src/routing/parts.js'
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
  /** Takes what happened to tokens that no member knows, and all events of members that have no observer of their own. */
  observe?: Observe | undefined
  /** Appears in those events. Default: `'chain'`. */
  name?: string | undefined
}

const OPTIONS = { timeout: true, ask: true, observe: true, name: true } as const satisfies OptionNames<ChainProviderOptions>

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
  declare readonly byProxy?: boolean
  /** Where members have a `tokenHeader` of their own: each is shown the tokens of its header, and no others. */
  declare readonly headerSources?: readonly HeaderSource[]
  declare readonly requestAs?: (scope: string) => string | undefined
  readonly #members: readonly Member[]
  readonly #parts: readonly [Part, ...Part[]]
  readonly #timeout: number | undefined
  readonly #ask: 'in order' | 'at once'
  readonly #listeners: Listeners

  constructor(members: readonly [BearerAuthProvider, ...BearerAuthProvider[]], options: ChainProviderOptions = {}) {
    super()
    checkOptions('ChainProvider', options, OPTIONS)
    this.name = options.name ?? 'chain'
    this.#timeout = options.timeout === undefined ? undefined : spanInSeconds('timeout', options.timeout, { min: 0.001, max: 60 })
    this.#ask = oneOf('ask', options.ask ?? 'in order', ['in order', 'at once'])
    const observe = optionalFunction('observe', options.observe)
    this.#listeners = new Listeners(observe)
    if (!Array.isArray(members) || members.length === 0) throw new TypeError('ChainProvider takes at least one provider: new ChainProvider([a, b])')
    const providers = [...members].map((member, index) => checkedProvider(`member ${index + 1} of the chain`, member))
    this.#members = named(providers.flatMap((member) => (isPlainChain(member) ? member.#members.map(({ provider }) => provider) : [member])))
    this.#parts = partsOf(this.#members)
    for (const { members: ofOneHeader } of this.#parts) checkMembers(ofOneHeader)
    const [{ header, byProxy }, ...others] = this.#parts
    if (others.length > 0) this.headerSources = this.#parts.map((part) => this.#source(part))
    else if (header !== undefined) Object.assign(this, { tokenHeader: header, byProxy })
    const requestAs = requestAsOf(providers)
    if (requestAs !== undefined) this.requestAs = requestAs
    this.issuers = [...new Set(providers.flatMap((member) => member.issuers ?? []))]
    this.audiences = [...new Set(providers.flatMap((member) => member.audiences ?? []))]
    this.scopesSupported = [...new Set(providers.flatMap((member) => member.scopesSupported ?? []))]
    this.owns = ownedByAll(this.#members)
    if (observe !== undefined) for (const { provider } of this.#members) provider[inheritObserver]?.(observe)
  }

  override recognizes(token: string): Recognition {
    return recognizedBy(this.#unnamed, token)
  }

  /** Where members have headers of their own, those of `Authorization` are asked. */
  override async verifyToken(token: string, options?: VerifyOptions): Promise<AccessToken | null> {
    return this.#verify(this.#unnamed, token, options)
  }

  static {
    alsoAtOnce(ChainProvider.prototype.verifyToken, function (this: ChainProvider, token, options) {
      return this.#verify(this.#unnamed, token, options)
    })
  }

  /** Who decides about a token of which nobody says in what header it came. */
  get #unnamed(): readonly Member[] {
    const [{ header, members }, ...others] = this.#parts
    return others.length === 0 || header === undefined ? members : []
  }

  #source({ header, byProxy, members }: Part): HeaderSource {
    const verifyToken: BearerAuthProvider['verifyToken'] = async (token, options) => this.#verify(members, token, options)
    return { header, byProxy, provider: { verifyToken, recognizes: (token) => recognizedBy(members, token) } }
  }

  #verify(members: readonly Member[], token: string, options?: VerifyOptions): Awaitable<AccessToken | null> {
    if (!isBearerToken(token)) return this.#refuse('malformed', undefined, options)
    const { owner, perhaps } = routeOf(token, members)
    if (owner === undefined && perhaps.length === 0) return this.#refuse('no_owner', token, options)
    const answer = this.#inTime(askedByUs(options), (inTime) =>
      owner === undefined ? this.#askAll(perhaps, token, inTime).then((answers) => this.#conclude(answers)) : verifiedBy(owner, token, inTime),
    )
    return andThen(answer, (given) => (isUnproven(given, options) ? this.#refuse('unproven', undefined, options) : given))
  }

  /** Who decides about which tokens: `console.log(String(chain.plan()))`. */
  plan(): ChainPlan {
    return new ChainPlan(this.#parts, this.#ask)
  }

  /** What is nearly right about a token that nobody owns, by the member that is nearest to it. */
  override nearMiss(token: string): NearMiss | undefined {
    return nearestOf(this.#members.map(({ provider }) => provider.nearMiss?.(token)))
  }

  /** Whose token it is, and what those who are asked look at, each step with its `provider`. Asks them, as `verifyToken` does. */
  override async explain(token: string): Promise<readonly ExplainedStep[]> {
    if (!isBearerToken(token)) return [failedStep('shape', reject('malformed'))]
    const { owner, perhaps } = routeOf(token, this.#members)
    const recognized = Object.fromEntries(this.#members.map((member) => [member.name, recognition(member, token)]))
    if (owner === undefined && perhaps.length === 0) {
      const detail = { claim: 'owner', expected: 'mine or maybe', actual: recognized, hint: this.nearMiss(token)?.hint }
      return [failedStep('owner', reject('no_owner', detail))]
    }
    const routed = { ...passedStep('owner'), actual: recognized }
    if (owner !== undefined) return [routed, ...(await explainedBy(owner, token))]
    return [routed, ...(await explainedByFirst(perhaps, token))]
  }

  /** All of them, in their order. */
  override async [membersFor](): Promise<readonly NamedProvider[]> {
    return this.#members
  }

  /** Members that have no observer tell this one. */
  override [inheritObserver](observe: Observe, how?: 'beside'): void {
    this.#listeners.inherit(observe, how)
    for (const { provider } of this.#members) provider[inheritObserver]?.(observe, how)
  }

  override watch(token: AccessToken, ended: (how: 'revoked' | 'closed') => void): () => void {
    const asked = this.#parts.flatMap(({ members }) => askedAbout(token.token, members))
    const ends = asked.map(({ provider }) => provider.watch?.(asGiven(token), ended))
    return () => ends.forEach((end) => end?.())
  }

  override restsOnKeys(token: AccessToken): boolean {
    const asked = this.#parts.flatMap(({ members }) => askedAbout(token.token, members))
    return asked.every(({ provider }) => provider.restsOnKeys?.(token) === true)
  }

  /** How each member is doing. */
  override health(): ProviderHealth {
    return { name: this.name, kind: 'chain', issuers: this.issuers, members: this.#members.map(({ provider, name }) => memberHealthOf(provider, name)) }
  }

  override async close(): Promise<void> {
    await closeAll(this.#members.map(({ provider }) => provider))
  }

  #refuse(reason: 'no_owner' | 'malformed' | 'unproven', token: string | undefined, options: VerifyOptions | undefined): null {
    const { observe } = this.#listeners
    if (observe === undefined && options?.refused === undefined && !speaksByDefault()) return null
    const { claim, hint } = (token === undefined ? undefined : this.nearMiss(token)) ?? {}
    const refusal: Refusal = { provider: this.name, reason, ...(claim && { claim }), ...(hint && { hint }) }
    if (observe === undefined) speakOnce(refusal)
    else notify(observe, { type: 'rejected', ...refusal, remembered: false })
    options?.refused?.(refusal)
    return null
  }

  #askAll(members: readonly Member[], token: string, options: VerifyOptions): Promise<readonly MemberAnswer[]> {
    const ask = this.#ask === 'in order' ? askInOrder : askAtOnce
    // Alone, its no is the last word.
    return members.length === 1 ? ask(members, token, options) : askTogether(ask, members, token, options)
  }

  #inTime<T>(options: VerifyOptions, work: (options: VerifyOptions) => Awaitable<T>): Awaitable<T> {
    const timeout = this.#timeout
    if (timeout === undefined) return work(options)
    const closed = options.signal
    // Whoever gave up hears the reason of its own signal, as from any provider.
    const tooLate = (): Error => (closed?.aborted === true ? (closed.reason as Error) : new AuthUnavailableError('the chain gave no answer in time'))
    return withinSpan({ timeout, closed }, async (signal) => work({ ...options, signal }), tooLate)
  }

  /** The yes, if there is one. Without one, a bug beats "nobody knows", and that beats no. */
  #conclude(answers: readonly MemberAnswer[]): AccessToken | null {
    const yes = answers.find((answer) => answer.kind === 'yes')
    const bug = answers.find((answer) => answer.kind === 'bug')
    const silence = answers.find((answer) => answer.kind === 'unavailable')
    if (yes === undefined) this.#tellOf(answers)
    else if (bug !== undefined) warnOfBug(new Error(`"${bug.name}" of the chain failed, and another provider said yes`, { cause: withoutToken(bug.error, yes.token.token) }))
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
    notify(this.#listeners.observe, { type: 'nobody_accepted', provider: this.name, said })
  }
}

/** True for a chain that decides as this class does. One with a word of its own stays what it is, and is asked. */
function isPlainChain(provider: BearerAuthProvider): provider is ChainProvider {
  return provider instanceof ChainProvider && provider.verifyToken === ChainProvider.prototype.verifyToken
}

function recognizedBy(members: readonly Member[], token: string): Recognition {
  const { owner, perhaps } = routeOf(token, members)
  if (owner !== undefined) return 'mine'
  return perhaps.length > 0 ? 'maybe' : 'foreign'
}

/** Who owns this token, or else who may know it. */
function routeOf(token: string, members: readonly Member[]): { readonly owner: Member | undefined; readonly perhaps: readonly Member[] } {
  return readingIssuerOnce(() => routeAmong(token, members))
}

function routeAmong(token: string, members: readonly Member[]): { readonly owner: Member | undefined; readonly perhaps: readonly Member[] } {
  const perhaps: Member[] = []
  for (const member of members) {
    const answer = recognition(member, token)
    if (answer === 'mine') return { owner: member, perhaps: [] }
    if (answer === 'maybe') perhaps.push(member)
  }
  return { owner: undefined, perhaps }
}

function askedAbout(token: string, members: readonly Member[]): readonly Member[] {
  const { owner, perhaps } = routeOf(token, members)
  return owner === undefined ? perhaps : [owner]
}

function ownedByAll(members: readonly Member[]): Ownership {
  const all = (name: 'issuers' | 'prefixes' | 'digests'): readonly string[] => [...new Set(members.flatMap(({ provider }) => provider.owns?.[name] ?? []))]
  const anyAudience = members.some(({ provider }) => provider.owns?.anyAudience === true)
  return { issuers: all('issuers'), prefixes: all('prefixes'), digests: all('digests'), opaque: members.some(isAskedByOthers), anyAudience }
}
