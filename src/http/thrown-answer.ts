/** This file finds the answer in what a handler throws, for servers that do not find it by themselves. */
import type { Answer } from '../answer.js'

const OURS = new Set<unknown>(['ERR_AUTHENTICATION_REQUIRED', 'ERR_INSUFFICIENT_SCOPE', 'ERR_INSUFFICIENT_USER_AUTHENTICATION', 'ERR_AUTH_UNAVAILABLE'])

/** The answer of an error of this library's, or undefined for any other. */
export function thrownAnswer(thrown: unknown): Answer | undefined {
  if (thrown instanceof Error && 'code' in thrown && OURS.has(thrown.code) && 'answer' in thrown) {
    return thrown.answer as Answer // ours by its code
  }
  return undefined
}
