/** Asks several providers about one token, and keeps what each of them said. */
import { toAccessToken } from '../access-token.js'
import { isUnavailable } from '../errors.js'
import { toldLater } from '../provider.js'
import { verifiedBy } from './member.js'
import type { AccessToken } from '../access-token.js'
import type { Refusal, ToldLater, VerifyOptions } from '../provider.js'
import type { Member } from './member.js'

/** What one member said. */
export type MemberAnswer =
  | { readonly kind: 'yes'; readonly name: string; readonly token: AccessToken }
  | { readonly kind: 'no'; readonly name: string; readonly refusals: readonly Refusal[] }
  | { readonly kind: 'unavailable'; readonly name: string; readonly error: unknown }
  | { readonly kind: 'bug'; readonly name: string; readonly error: unknown }

/** Never rejects: what a member throws is its answer. */
export async function answerOf(member: Member, token: string, options: VerifyOptions): Promise<MemberAnswer> {
  const { name } = member
  const refusals: Refusal[] = []
  const refused = (refusal: Refusal): void => {
    refusals.push(refusal)
    options.refused?.(refusal)
  }
  try {
    const given = toAccessToken(await verifiedBy(member, token, { ...options, refused }))
    return given === null ? { kind: 'no', name, refusals } : { kind: 'yes', name, token: given }
  } catch (error) {
    return { kind: isUnavailable(error) ? 'unavailable' : 'bug', name, error }
  }
}

/** In which order several are asked. @throws the signal's reason, once it has fired */
export type AskAll = (members: readonly Member[], token: string, options: VerifyOptions) => Promise<readonly MemberAnswer[]>

/**
 * As `askOthers`, but a member that remembers a yes is taken at its word before: the others need not be asked. And of a no is
 * told when all is over, because it is none to count where another took the token.
 */
export async function askTogether(askOthers: AskAll, members: readonly Member[], token: string, options: VerifyOptions): Promise<readonly MemberAnswer[]> {
  const noes = new PendingNoes()
  const asking = { ...options, [toldLater]: noes.take }
  const knowing = members.find(({ provider }) => provider.remembers?.(token, options.maxAge) === true)
  try {
    const known = knowing === undefined ? [] : [await answerOf(knowing, token, asking)]
    const others = known[0]?.kind === 'yes' ? [] : await askOthers(members.filter((member) => member !== knowing), token, asking)
    const answers = [...known, ...others]
    noes.settle(answers.some(({ kind }) => kind === 'yes'))
    return answers
  } finally {
    noes.settle(false)
  }
}

/** Noes of which nobody has been told yet. */
class PendingNoes {
  readonly #waiting: Parameters<ToldLater>[0][] = []
  #settled: 'rejected' | 'passed_on' | undefined

  readonly take: ToldLater = (tell) => {
    if (this.#settled === undefined) this.#waiting.push(tell)
    else tell(this.#settled)
  }

  /** The first time counts. */
  settle(isTaken: boolean): void {
    this.#settled ??= isTaken ? 'passed_on' : 'rejected'
    for (const tell of this.#waiting.splice(0)) tell(this.#settled)
  }
}

/** One after another, up to the first yes. @throws the signal's reason, once it has fired */
export async function askInOrder(members: readonly Member[], token: string, options: VerifyOptions): Promise<readonly MemberAnswer[]> {
  const answers: MemberAnswer[] = []
  for (const member of members) {
    options.signal?.throwIfAborted() // with some of them not asked, nothing is known
    const answer = await answerOf(member, token, options)
    answers.push(answer)
    if (answer.kind === 'yes') break
  }
  return answers
}

/** All of them side by side. The first yes to come ends the wait, and the other questions. */
export async function askAtOnce(members: readonly Member[], token: string, options: VerifyOptions): Promise<readonly MemberAnswer[]> {
  const over = new AbortController()
  const end = (): void => over.abort(options.signal?.reason)
  options.signal?.addEventListener('abort', end, { once: true })
  if (options.signal?.aborted === true) end()
  const answers: MemberAnswer[] = []
  return new Promise((resolve) => {
    const take = (answer: MemberAnswer): void => {
      answers.push(answer)
      if (answer.kind !== 'yes' && answers.length < members.length) return
      options.signal?.removeEventListener('abort', end)
      resolve([...answers])
      over.abort()
    }
    for (const member of members) void answerOf(member, token, { ...options, signal: over.signal }).then(take)
  })
}
