/** Holds what a proof found, check by check. */
import { asJUnit } from './junit.js'
import { linesOf } from './results.js'
import type { CheckNotTried, CheckResult } from './results.js'

/** A table by clause, of what holds, what is open, and what could not be told. */
export class Proof {
  readonly checks: readonly CheckResult[]
  readonly notTried: readonly CheckNotTried[]
  /** The requests that were tried, such as `POST /mcp`. */
  readonly routes: readonly string[]
  /** True where a good token was let in at every route. Without that no refusal of a token says anything. */
  readonly trusted: boolean

  constructor({ checks, notTried, routes, trusted }: Pick<Proof, 'checks' | 'notTried' | 'routes' | 'trusted'>) {
    this.checks = checks
    this.notTried = notTried
    this.routes = routes
    this.trusted = trusted
  }

  /** The checks that are open. */
  get open(): readonly CheckResult[] {
    return this.checks.filter(({ verdict }) => verdict === 'open')
  }

  /** The checks of which nobody can tell. */
  get untold(): readonly CheckResult[] {
    return this.checks.filter(({ verdict }) => verdict === 'cannot tell')
  }

  toJSON(): object {
    const { checks, notTried, routes, trusted } = this
    return { routes, trusted, checks, notTried }
  }

  /** For the reporters of CI: each check is a test case. */
  toJUnit(): string {
    return asJUnit(this)
  }

  /** For people, in lines. */
  toString(): string {
    const lines = this.checks.map(({ check, verdict, clause, promise }) => `${verdict.padEnd(12)}${check.padEnd(22)}${clause.padEnd(32)}${promise}`)
    const left = this.notTried.map(({ check, wants }) => `${'not tried'.padEnd(12)}${check.padEnd(22)}it wants ${wants}`)
    return [`tried: ${this.routes.join(', ') || 'nothing'}`, ...lines, ...left, ...this.open.flatMap(linesOf), ...this.untold.flatMap(linesOf)].join('\n')
  }
}
