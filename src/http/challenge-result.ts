/** This file makes a tool's result of what the tool throws, for apps that show a sign-in of their own: the challenge comes along. */
import { thrownAnswer } from './thrown-answer.js'

/** A tool's result as both SDKs take it. No interface: theirs have room for members that nobody named. */
export type ChallengeResult = {
  isError: true
  content: [{ type: 'text'; text: string }]
  /** Of each the whole text of `WWW-Authenticate` (RFC 9110 section 11.6.1). */
  _meta: { 'mcp/www_authenticate': [string] }
}

/**
 * The result of a tool that its caller may not use, or not yet: with the challenge that the gate would answer with, by which
 * ChatGPT and others offer to sign in, or to allow more, within the conversation. Whatever has no challenge is thrown again.
 *
 * ```ts
 * try {
 *   return await write(requireAuth('notes:write'))
 * } catch (error) {
 *   return challengeResult(error)
 * }
 * ```
 *
 * Clients of MCP that know nothing of it see an error of the tool: where all of yours step up, use `operations` of the gate.
 *
 * @throws what it is given, where that is no error of `requireAuth` or has no challenge: nobody signs in for an outage.
 */
export function challengeResult(error: unknown): ChallengeResult {
  const challenge = thrownAnswer(error)?.headers['WWW-Authenticate']
  if (challenge === undefined) throw error
  const { message } = error as Error // ours, or it had no answer
  return { isError: true, content: [{ type: 'text', text: message }], _meta: { 'mcp/www_authenticate': [withError(challenge)] } }
}

/**
 * OpenAI asks for `error` and `error_description`, always; RFC 6750 section 3.1 leaves them out for a stranger, whose request
 * this is the answer of no more. What was wrong stands with the first scheme, as everywhere.
 */
function withError(challenge: string): string {
  if (/ error="/.test(challenge)) return challenge
  const [scheme = '', ...parameters] = challenge.split(' ')
  return [`${scheme} error="invalid_token", error_description="Authentication required"${parameters.length > 0 ? ',' : ''}`, ...parameters].join(' ')
}
