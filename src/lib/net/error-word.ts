/** Tells what an error calls itself: a code or name that can be told, and nothing that it holds. */
import { ownProperty } from '../own-property.js'

/** Gives ` (ECONNREFUSED)`, ` (CERT_HAS_EXPIRED)` or ` (AccessDeniedException)`, of the error or what caused it; empty for one without a name. */
export function errorWord(error: unknown): string {
  const causes = [0, 1, 2].reduce<readonly unknown[]>((found) => [...found, ownProperty(found.at(-1), 'cause')], [error])
  const codes = causes.map((cause) => ownProperty(cause, 'code'))
  const names = causes.map((cause) => (cause instanceof Error ? cause.name : undefined))
  const word = [...codes, ...names].find((one) => typeof one === 'string' && WORD.test(one) && !SAYS_NOTHING.has(one))
  if (typeof word === 'string') return ` (${word})`
  // What `fetch` says of a port that no browser may call has no code.
  return causes.some((cause) => cause instanceof Error && cause.message === 'bad port') ? ' (bad port)' : ''
}

const WORD = /^[A-Z][A-Za-z\d_]{3,80}$/
const SAYS_NOTHING: ReadonlySet<string> = new Set(['Error', 'TypeError', 'AggregateError', 'AuthUnavailableError', 'ERR_AUTH_UNAVAILABLE'])
