/** What a handler throws, as an answer, for servers that have no error handling of their own. */
import type { Answer } from '../errors.js'

const OURS = new Set<unknown>(['ERR_AUTHENTICATION_REQUIRED', 'ERR_INSUFFICIENT_SCOPE'])

/** The answer of an `AuthenticationError` or an `InsufficientScopeError`. @throws whatever else was thrown. */
export function answerOf(thrown: unknown): Answer {
  if (thrown instanceof Error && 'code' in thrown && OURS.has(thrown.code) && 'answer' in thrown) {
    return thrown.answer as Answer // ours by its code
  }
  throw thrown
}
