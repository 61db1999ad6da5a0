/** How clients ask for scopes: an authorization server may call one otherwise in a request than in a token. */
import { isScopeToken } from '../lib/scope-token.js'

/** What a client asks for to be given these scopes, each once; without those that nobody can ask for. */
export type RequestNames = (scopes: readonly string[]) => readonly string[]

/**
 * By the names that `requestAs` gives. Default: their own. Scopes that are `known` are looked at now, and not at the first
 * denial; of others, which tokens bring, what gets no name is left out.
 *
 * @throws TypeError for a name that is none, or several.
 */
export function requestNamesBy(requestAs: ((scope: string) => string | undefined) | undefined, known: readonly string[]): RequestNames {
  if (requestAs === undefined) return (scopes) => scopes
  for (const scope of known) {
    const name = requestAs(scope)
    if (name === undefined || isScopeToken(name)) continue
    throw new TypeError(`"requestAs" must give one scope for "${scope}", such as "api://notes/${scope}", or undefined`)
  }
  // It goes into a quoted string of a header (RFC 6750 section 3).
  return (scopes) => [...new Set(scopes.map((scope) => requestAs(scope)).filter(isScopeToken))]
}
