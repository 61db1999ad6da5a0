/** This file says how clients ask for scopes: an authorization server may call one otherwise in a request than in a token. */
import { saidAtOnce } from '../../lib/awaitable.js'
import { isScopeToken } from '../../lib/scope-token.js'

/** What a client asks for to be given these scopes, each once; without those that nobody can ask for. */
export type RequestNames = (scopes: readonly string[]) => readonly string[]

/**
 * By the names that `requestAs` gives; by default their own. `known`: scopes that are looked up now and not at the first
 * denial. Of others, such as a token was granted, what is no scope is left out: it goes into a header (RFC 6750 section 3).
 *
 * @throws TypeError for a name that is no scope.
 */
export function requestNamesBy(requestAs: ((scope: string) => unknown) | undefined, known: readonly string[]): RequestNames {
  if (requestAs === undefined) return (scopes) => scopes
  for (const scope of known) {
    const name = saidAtOnce(requestAs(scope))
    if (name !== undefined && !isScopeToken(name)) throw new TypeError(`"requestAs" must give one scope for "${scope}", such as "api://notes/${scope}", or undefined`)
  }
  return (scopes) => [...new Set(scopes.map((scope) => saidAtOnce(requestAs(scope))).filter(isScopeToken))]
}
