/** The tenants of a server that come and go: looked up in the operator's table, and remembered for a while. */
import { AuthUnavailableError } from '../errors.js'
import { CallLimit } from '../lib/call-limit.js'
import { withinSpan } from '../lib/deadline.js'
import { sha256 } from '../lib/digest.js'
import { lruMemory } from '../lib/lru-memory.js'
import { mayShareBetweenRequests } from '../lib/runtime.js'
import type { BearerAuthProvider } from '../provider.js'

export interface TenantsOptions<Route extends object> {
  /** How to take tokens of this issuer; null for nobody's. */
  readonly resolve: (issuer: string, signal: AbortSignal) => Promise<Route | null>
  /** The provider for a route. Called once, as long as the table gives the same object. */
  readonly make: (issuer: string, route: Route) => BearerAuthProvider
  /** Whether this route is for tokens of this issuer. One that is not is nobody's. */
  readonly takes: (issuer: string, route: Route) => boolean
  /** Tenants kept; the one unused for longest makes room. */
  readonly max: number
  /** Seconds after which the table is asked again, in the background; after twice as many it is waited for. */
  readonly maxAge: number
  /** Seconds that "nobody's" is remembered. */
  readonly refusedFor: number
  /** Seconds for one look-up. */
  readonly timeout: number
  readonly now: () => number
}

interface Tenant {
  readonly route: object
  readonly provider: BearerAuthProvider
  readonly since: number
}

/** Whoever writes an issuer into a token causes a look-up here, a bounded number at once, and nothing else. */
export class Tenants<Route extends object> {
  readonly #options: TenantsOptions<Route>
  readonly #kept: ReturnType<typeof lruMemory<Tenant>>
  /** Digests of issuers, and the end of the refusal. */
  readonly #refused = lruMemory<number>(MAX_REFUSED)
  readonly #asking = new Map<string, Promise<BearerAuthProvider | null>>()
  readonly #strangers = new CallLimit({ most: MAX_AT_ONCE })
  /** Digests of issuers that were tenants: made-up ones must not keep them waiting. */
  readonly #former = lruMemory<true>(MAX_FORMER)
  readonly #tenants = new CallLimit({ most: MAX_AT_ONCE })

  constructor(options: TenantsOptions<Route>) {
    this.#options = options
    this.#kept = lruMemory(options.max, (tenant) => void close(tenant))
  }

  /** What is known without asking: a tenant, a refusal, or nothing yet. */
  known(issuer: string): BearerAuthProvider | 'refused' | undefined {
    const now = this.#options.now()
    const tenant = this.#kept.peek(issuer)
    if (tenant !== undefined && now < tenant.since + 2 * this.#options.maxAge) return tenant.provider
    return (this.#refused.get(sha256(issuer)) ?? 0) > now ? 'refused' : undefined
  }

  /** @throws AuthUnavailableError when the table gives no answer. */
  async find(issuer: string): Promise<BearerAuthProvider | null> {
    const known = this.known(issuer)
    if (known === 'refused') return null
    if (known === undefined) return this.#ask(issuer)
    const tenant = this.#kept.get(issuer) // moves it to the front
    const isOld = tenant !== undefined && this.#options.now() >= tenant.since + this.#options.maxAge
    // Where the table does not answer, the tenant of before serves to its end.
    if (isOld && mayShareBetweenRequests) this.#ask(issuer).catch(() => undefined)
    return known
  }

  /** Those at hand, each with its issuer. */
  kept(): readonly (readonly [string, BearerAuthProvider])[] {
    return [...this.#kept.entries()].map(([issuer, { provider }]) => [issuer, provider])
  }

  /** Forgets a tenant, its keys and its remembered tokens; and what is being looked up does not bring it back. */
  async remove(issuer: string): Promise<void> {
    this.#asking.delete(issuer)
    this.#kept.delete(issuer)
  }

  async close(): Promise<void> {
    this.#asking.clear()
    this.#kept.clear()
  }

  #ask(issuer: string): Promise<BearerAuthProvider | null> {
    const underWay = this.#asking.get(issuer)
    if (underWay !== undefined) return underWay
    const asked: Promise<BearerAuthProvider | null> = this.#resolve(issuer).then(
      (route) => this.#take(issuer, route, asked),
      (error: unknown) => {
        if (this.#asking.get(issuer) === asked) this.#asking.delete(issuer)
        throw error
      },
    )
    this.#asking.set(issuer, asked)
    return asked
  }

  #take(issuer: string, route: Route | null, asked: Promise<unknown>): BearerAuthProvider | null {
    // Removed meanwhile: what was looked up before that says nothing any more.
    if (this.#asking.get(issuer) !== asked) return null
    this.#asking.delete(issuer)
    const { now, refusedFor, make, takes } = this.#options
    // Whoever wrote the issuer into the token must not make this a fault of the table's.
    if (route === null || !takes(issuer, route)) {
      this.#kept.delete(issuer)
      this.#former.delete(sha256(issuer))
      this.#refused.set(sha256(issuer), now() + refusedFor)
      return null
    }
    this.#former.set(sha256(issuer), true)
    const before = this.#kept.peek(issuer)
    const isSame = before?.route === route
    const tenant = { route, provider: isSame ? before.provider : make(issuer, route), since: now() }
    this.#kept.set(issuer, tenant, { noDisposeOnSet: isSame })
    return tenant.provider
  }

  #resolve(issuer: string): Promise<Route | null> {
    const { resolve, timeout } = this.#options
    const silence = (cause?: unknown): Error => new AuthUnavailableError('"resolve" gave no answer about an issuer', { cause })
    const busy = (): Error => new AuthUnavailableError('"resolve" is asked about too many issuers at once', { overloaded: true, retryAfter: 1 })
    const limit = this.#former.has(sha256(issuer)) ? this.#tenants : this.#strangers
    const once = (signal: AbortSignal): Promise<Route | null> =>
      limit.run(() => resolve(issuer, signal).catch((cause: unknown) => Promise.reject(silence(cause))), signal, busy)
    return withinSpan({ timeout }, once, silence)
  }
}

/** Issuers that are nobody's: digests, so 100 bytes each. */
const MAX_REFUSED = 10_000

/** 100 bytes each, too. */
const MAX_FORMER = 10_000

/** Look-ups at once: of former tenants, and of all others. */
const MAX_AT_ONCE = 16

async function close({ route, provider }: Tenant): Promise<void> {
  if (route === provider) return // the operator's own, who may hand it over again
  try {
    await provider.close?.()
  } catch {
    return // it is gone either way
  }
}
