/** Asks any provider how it is doing. */
import { nameOf } from './member.js'
import type { ProviderHealth } from '../health.js'
import type { BearerAuthProvider } from '../provider.js'

/** Its own `health()`, or its name and its issuers where it has none, or where that throws. */
export function healthOf(provider: BearerAuthProvider, name = nameOf(provider)): ProviderHealth {
  return told(provider, name, (health) => health)
}

/** The same as plain JSON: what one member gives that cannot be written must not make an endpoint fail that tells of all. */
export function memberHealthOf(provider: BearerAuthProvider, name?: string): ProviderHealth {
  return told(provider, name ?? nameOf(provider), (health) => JSON.parse(JSON.stringify(health ?? null)))
}

function told(provider: BearerAuthProvider, name: string, read: (health: unknown) => unknown): ProviderHealth {
  const least: ProviderHealth = { name, kind: 'custom', issuers: [...(provider.issuers ?? [])] }
  try {
    const health = read(provider.health?.())
    // By a provider of one's own it may be anything: what is no object is no health.
    return typeof health === 'object' && health !== null && !Array.isArray(health) ? { ...least, ...health, name } : least
  } catch {
    return least
  }
}
