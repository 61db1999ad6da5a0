/** Holds what a provider of one's own must be, and what it must not. */
import { accept, accessToken, BearerAuthProvider, ChainProvider, fromClaim, reject, StandardProvider } from '../../src/index.js'
import { claims, holds, structural } from './given.js'
import type { AccessToken, ProviderHealth, Recognition, Verdict } from '../../src/index.js'
import type { Equal } from './given.js'

const provider: BearerAuthProvider = structural
holds<Equal<typeof provider.recognizes, ((token: string) => Recognition) | undefined>>()

export class Own extends BearerAuthProvider {
  override async verifyToken(presented: string): Promise<AccessToken | null> {
    return presented === 'x' ? accessToken({ token: presented, claims: { sub: 'ada' }, scopes: [] }) : null
  }
}
export class Checking extends StandardProvider {
  protected override async check(presented: string): Promise<Verdict> {
    return presented === 'x' ? accept({ sub: 'ada' }, 1_900_000_000) : reject('unknown_token')
  }
}
new ChainProvider([new Own(), new Checking({ scopes: fromClaim('permissions'), cache: { ttl: 5 } })])

export class Well extends BearerAuthProvider {
  override verifyToken = async (): Promise<null> => null
  override health(): ProviderHealth {
    return { name: 'sessions', kind: 'custom', issuers: [], upstream: { breaker: 'closed', inFlight: 0 } }
  }
}
export class Waiting extends BearerAuthProvider {
  override verifyToken = async (): Promise<null> => null
  // @ts-expect-error TS2416 nobody is asked for it, so there is nothing to wait for
  override health = async (): Promise<ProviderHealth> => ({ name: 'sessions', kind: 'custom', issuers: [] })
}
const { keys = [], members = [] } = new Checking().health()
holds<Equal<(typeof keys)[number]['state'], 'fresh' | 'due' | 'stale' | 'ended' | 'none'>>()
holds<Equal<(typeof members)[number], ProviderHealth>>()

// @ts-expect-error TS2511 the interface alone verifies nothing
new BearerAuthProvider()
// @ts-expect-error TS2511 without check there is nothing to remember
new StandardProvider()
// @ts-expect-error TS2515 who does not verify is no provider
export class Idle extends BearerAuthProvider {}
// @ts-expect-error TS2515 who does not check has no verdict
export class Unchecked extends StandardProvider {}
export class SaysTrue extends BearerAuthProvider {
  // @ts-expect-error TS2416 true says neither who nor what for
  override async verifyToken(): Promise<boolean> {
    return true
  }
}
export class Synchronous extends BearerAuthProvider {
  // @ts-expect-error TS2416 an answer is awaited
  override verifyToken(): null {
    return null
  }
}
export class ChecksTrue extends StandardProvider {
  // @ts-expect-error TS2416 true is no verdict
  protected override async check(): Promise<boolean> {
    return true
  }
}
export class LoudMouth extends BearerAuthProvider {
  override verifyToken = async (): Promise<null> => null
  // @ts-expect-error TS2416 recognition never leaves the process, so it has nothing to wait for
  override recognizes = async (): Promise<Recognition> => 'mine'
}
// @ts-expect-error TS2322 true says neither who nor what for
export const saysTrue: BearerAuthProvider = { verifyToken: async () => true }
// @ts-expect-error TS2322 undefined is no answer: null is no
export const saysUndefined: BearerAuthProvider = { verifyToken: async () => undefined }
// @ts-expect-error TS2322 an opinion that does not exist
export const saysOurs: BearerAuthProvider = { ...structural, recognizes: () => 'ours' }
// @ts-expect-error TS2345 a reason that does not exist
reject('because')
// @ts-expect-error TS2554 a yes without claims
accept()
// @ts-expect-error TS2345 seconds since the epoch, not a Date
accept({ sub: 'ada' }, new Date())
// @ts-expect-error TS2741 a token without scopes says so: []
accessToken({ token: 'x', claims })
// @ts-expect-error TS2322 one scope per entry
accessToken({ token: 'x', claims, scopes: 'notes:read' })
// @ts-expect-error TS2445 check alone neither remembers nor maps: outside there is verifyToken
void new Checking().check('x')
