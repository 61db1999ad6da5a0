/** Asks several providers about one token, and keeps what each of them said. */
import { toAccessToken } from '../access-token.js'
import { isUnavailable } from '../errors.js'
import { verifiedBy } from './member.js'
import type { AccessToken } from '../access-token.js'
import type { Refusal, VerifyOptions } from '../provider.js'
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
