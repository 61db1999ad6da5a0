/** How clients ask for scopes where several authorization servers are named: they go to the first. */
import type { BearerAuthProvider } from '../provider.js'

/** The first one's names, or undefined where scopes are called alike there. */
export function requestAsOf(providers: readonly BearerAuthProvider[]): BearerAuthProvider['requestAs'] {
  return providers.find(({ issuers = [] }) => issuers.length > 0)?.requestAs
}
