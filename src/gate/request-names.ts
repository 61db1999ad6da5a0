/** How clients ask for scopes: an authorization server may call one otherwise in a request than in a token. */
import { isScopeToken } from '../lib/scope-token.js'

/** What a client asks for to be given these scopes, each once; without those that nobody can ask for. */
export type RequestNames = (scopes: readonly string[]) => readonly string[]

/** By the names that `requestAs` gives. Default: their own. */
export function requestNamesBy(requestAs: ((scope: string) => string | undefined) | undefined): RequestNames {
  if (requestAs === undefined) return (scopes) => scopes
  const nameOf = (scope: string): string | undefined => {
    const name = requestAs(scope)
    // It goes into a quoted string of a header (RFC 6750 section 3).
    if (name === undefined || isScopeToken(name)) return name
    throw new TypeError(`"requestAs" must give one scope for "${scope}", such as "api://notes/${scope}", or undefined`)
  }
  return (scopes) => [...new Set(scopes.flatMap((scope) => nameOf(scope) ?? []))]
}
