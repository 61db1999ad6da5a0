/** This file checks what a gate is told about DPoP, once, where it is built. */
import { checkOptions, clockInSeconds, countOf, oneOf } from '../../lib/options.js'
import { isReported, reportOnly } from '../../lib/report-only.js'
import { warn } from '../../lib/warn.js'
import { Nonces } from './nonces.js'
import type { OptionNames } from '../../lib/options.js'
import type { After } from '../../lib/timer.js'
import type { StoreNews } from '../../shared/prompt-store.js'
import type { Secret, SharedStore } from '../../shared/shared-store.js'
import type { ReplaysOptions, SharedReplays } from './replays.js'

/** How used proofs are remembered. */
export interface ReplayOptions {
  /** Most proofs of one key within their ten minutes; more are answered with 429. Default 50 000. */
  readonly perKey?: number | undefined
  /** Most proofs of all keys; more are answered with 503, and never taken unseen. Default 500 000, some 100 MB. */
  readonly entries?: number | undefined
  /** Remembers in a store as well, for all processes that share it: without one, a proof is good once in each of them. */
  readonly shared?: SharedReplayOptions | undefined
}

export interface SharedReplayOptions {
  /** `redisStore(client)` of `bearer-auth-providers/redis`, or your own. */
  readonly store: SharedStore
  /** At least 32 random characters (`openssl rand -base64 32`), the same in every process; several for a rotation of nonces, the newest first. */
  readonly secret: Secret
  /**
   * What happens while the store gives no answer. `'unavailable'`: 503 to requests with a proof. `'memory'`: each process
   * remembers by itself, so that whoever catches a proof can use it once at each of the others. There is no default.
   */
  readonly away: 'unavailable' | 'memory'
}

export interface DpopOptions {
  /**
   * `'accepted'`: bound tokens are taken with their proof, and unbound ones as ever. `'required'`: only tokens that are bound
   * to a key (`cnf.jkt`), with their proof.
   */
  readonly dpop: 'accepted' | 'required'
  /**
   * Proofs must hold a nonce of this server's that is not older than some minutes, so that none can be made in advance
   * (RFC 9449 section 9). `true`: with a secret of this process's own, or with that of `replay.shared`. Several processes
   * need one secret: `{ secret }`, of at least 32 random characters. Default: false.
   */
  readonly nonce?: boolean | { readonly secret: Secret } | undefined
  readonly replay?: ReplayOptions | undefined
  /** What a proxy in front takes off the path: `/api` where clients write `/api/mcp` and `/mcp` arrives. Default: nothing. */
  readonly strippedPrefix?: string | undefined
  /** The clock, in seconds since the epoch. Default: the system's. */
  readonly now?: (() => number) | undefined
  /** With `dpop: 'required'`: as `'accepted'`, and `would_deny` tells of each request whose token is bound to no key. */
  readonly [reportOnly]?: true
}

export interface DpopPolicy {
  readonly required: boolean
  /** True: what `required` would refuse is reported. */
  readonly reportsUnbound: boolean
  /** Of the URLs of this server. */
  readonly origin: string
  readonly strippedPrefix: string
  readonly nonces: Nonces | undefined
  /** How what was used is remembered. */
  readonly replays: ReplaysOptions
  readonly now: () => number
}

/** What comes from elsewhere. */
export interface DpopSurroundings {
  /** That the gate is before. */
  readonly provider: object
  readonly resource: string | undefined
  readonly tell: (news: StoreNews) => void
  /** For tests. Default: the runtime's timers. */
  readonly after?: After | undefined
}

/** @throws TypeError for an option that is wrong; says what to write instead. */
export function dpopPolicy(options: DpopOptions, { provider, resource, tell, after }: DpopSurroundings): DpopPolicy {
  const { nonce = false, replay = {}, strippedPrefix = '' } = options
  const demands = oneOf('proof.dpop', options.dpop, ['accepted', 'required']) === 'required'
  const reportsUnbound = isReported('proof', options)
  if (reportsUnbound && !demands) throw new TypeError(`[reportOnly] of "proof" goes with dpop: 'required', of which it tells whom it would refuse`)
  if (resource === undefined) throw new TypeError('"proof.dpop" needs "resource": a proof is for a URL of this server, which nobody but you knows')
  checkOptions('proof.replay', replay, REPLAY)
  if (typeof strippedPrefix !== 'string' || !(strippedPrefix === '' || PREFIX.test(strippedPrefix))) {
    throw new TypeError('"proof.strippedPrefix" must be what a proxy takes off the path, such as "/api": a slash in front and none behind')
  }
  const { perKey = 50_000, entries = 500_000 } = replay
  const now = clockInSeconds(options.now)
  const shared = replay.shared === undefined ? undefined : sharedReplays(replay.shared)
  const bounds = { perKey: countOf('proof.replay.perKey', perKey), entries: countOf('proof.replay.entries', entries) }
  const secrets = nonceSecrets(nonce, replay.shared)
  const { origin } = new URL(resource)
  return {
    required: demands && !reportsUnbound,
    reportsUnbound,
    origin,
    strippedPrefix,
    nonces: secrets && new Nonces(secrets, now),
    replays: { ...bounds, provider, origin, now, after, shared, tell },
    now,
  }
}

const REPLAY = { perKey: true, entries: true, shared: true } as const satisfies OptionNames<ReplayOptions>
const SHARED = { store: true, secret: true, away: true } as const satisfies OptionNames<SharedReplayOptions>

const PREFIX = /^(?:\/[\w.~%!$&'()*+,;=:@-]+)+$/

function sharedReplays(shared: SharedReplayOptions): SharedReplays {
  checkOptions('proof.replay.shared', shared, SHARED)
  const { store, away } = shared
  if (typeof store?.add !== 'function') {
    throw new TypeError('"proof.replay.shared.store" must be redisStore(client) of bearer-auth-providers/redis, or your own with "add"')
  }
  const [secret = ''] = checkedSecrets('proof.replay.shared.secret', shared.secret)
  if (oneOf('proof.replay.shared.away', away, ['unavailable', 'memory']) === 'memory') warn(AWAY)
  return { store, secret, away }
}

const AWAY =
  'while the store of used DPoP proofs is away, each process remembers by itself ("away" is "memory"): a proof that was caught is good once at each of the others'

function nonceSecrets(nonce: DpopOptions['nonce'], shared: SharedReplayOptions | undefined): readonly string[] | undefined {
  if (nonce === false) return undefined
  if (nonce === true) return shared === undefined ? [] : checkedSecrets('proof.replay.shared.secret', shared.secret)
  checkOptions('proof.nonce', nonce, ['secret'])
  return checkedSecrets('proof.nonce.secret', nonce?.secret)
}

function checkedSecrets(name: string, secret: unknown): readonly string[] {
  const secrets: readonly unknown[] = [secret].flat()
  if (secrets.length > 0 && secrets.every((one): one is string => typeof one === 'string' && one.length >= 32)) return secrets
  throw new TypeError(`"${name}" must be at least 32 random characters, or several such, the newest first: openssl rand -base64 32`)
}
