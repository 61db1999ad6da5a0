/** Tells how one issuer's keys are doing, as plain data. */
import { freshnessOf } from './key-age.js'
import type { FailureHealth, KeyHealth } from '../../health.js'
import type { AgeLimits } from './key-age.js'
import type { KeySource } from './key-source.js'

export function keyHealthOf(issuer: string, { held, history }: Pick<KeySource, 'held' | 'history'>, limits: AgeLimits, now: number): KeyHealth {
  const { rotatedAt } = history
  const failure = failureOf(history, now)
  return {
    issuer,
    keys: held?.set.size ?? 0,
    state: held === undefined ? 'none' : freshnessOf(held, limits, now),
    ...(held && { age: span(held.fetchedAt, now), refreshIn: span(now, held.refreshAt) }),
    ...(rotatedAt !== undefined && { rotatedAgo: span(rotatedAt, now) }),
    ...(failure && { failure }),
  }
}

function failureOf({ failed, failing }: KeySource['history'], now: number): FailureHealth | undefined {
  if (failed === undefined) return undefined
  return { message: failed.message, ago: span(failed.at, now), inARow: failing?.count ?? 0, ...(failing && { retryIn: span(now, failing.retryAt) }) }
}

/** Seconds from then to then; 0 where a clock was set back. */
function span(from: number, to: number): number {
  return Math.max(0, to - from)
}
