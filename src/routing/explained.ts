/** Explains what the members of a chain find in a token, each step by its member's name. */
import { isUnavailable } from '../errors.js'
import { failedStep, isTaken, passedStep, unknownStep } from '../explanation.js'
import { answerOf } from './questions.js'
import type { ExplainedStep } from '../explanation.js'
import type { Member } from './member.js'

/** The steps of one member. Of one that cannot explain itself, what it said is one step. @throws what a bug of it throws */
export async function explainedBy(member: Member, token: string): Promise<readonly ExplainedStep[]> {
  const { provider, name } = member
  const steps = provider.explain === undefined ? await answerAsSteps(member, token) : await provider.explain(token)
  return steps.map((step) => ({ ...step, provider: step.provider ?? name }))
}

/** One after another, as far as a member that takes the token: its steps alone. Where none does, the steps of all. */
export async function explainedByFirst(members: readonly Member[], token: string): Promise<readonly ExplainedStep[]> {
  const noes: ExplainedStep[] = []
  for (const member of members) {
    const steps = await explainedBy(member, token)
    if (isTaken(steps)) return steps
    noes.push(...steps)
  }
  return noes
}

async function answerAsSteps(member: Member, token: string): Promise<readonly ExplainedStep[]> {
  const answer = await answerOf(member, token, {})
  if (answer.kind === 'yes') return [passedStep('check')]
  if (answer.kind === 'no') {
    const [{ reason = 'unknown_token', hint } = {}] = answer.refusals
    return [{ ...failedStep('check', { reason }), ...(hint !== undefined && { hint }) }]
  }
  if (isUnavailable(answer.error)) return [unknownStep('check', answer.error)]
  throw answer.error
}
