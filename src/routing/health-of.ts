/** Asks any provider how it is doing. */
import { nameOf } from './member.js'
import type { ProviderHealth } from '../health.js'
import type { BearerAuthProvider } from '../provider.js'

/** Its own `health()`, or its name and its issuers where it has none, or where that throws. */
export function healthOf(provider: BearerAuthProvider, name = nameOf(provider)): ProviderHealth {
  const least: ProviderHealth = { name, kind: 'custom', issuers: [...(provider.issuers ?? [])] }
  try {
    const told: unknown = provider.health?.()
    // By a provider of one's own it may be anything: what is no object is no health.
    return typeof told === 'object' && told !== null ? { ...least, ...told, name } : least
  } catch {
    return least
  }
}
