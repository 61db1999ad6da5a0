/** What every provider promises, whatever it asks. Each provider's test runs this against itself: the published contract, and Node's own printers. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { contractOf } from '../src/testing/index.js'
import type { AuthEvent, BearerAuthProvider } from '../src/index.js'

export interface Subject {
  readonly provider: BearerAuthProvider
  /** A token that this provider says yes to, with at least one scope and the claim `sub`. */
  readonly good: string
  /** Tokens of the right shape that it says no to. */
  readonly refused: readonly string[]
  /** Filled by the provider's observer, where it has one. */
  readonly events: readonly AuthEvent[]
  /** Cuts the provider off from whatever it asks, then gives it back. Absent where it asks nobody. */
  readonly outage?: { begin(): void; end(): void }
}

export function keepsTheContract(name: string, setUp: () => Promise<Subject>, asks: 'somebody' | 'nobody' = 'somebody'): void {
  describe(`${name} keeps the contract`, () => {
    const checks = contractOf(async () => {
      const { provider, good, refused: bad, events, outage } = await setUp()
      if (outage === undefined && asks === 'somebody') throw new Error('the test must say how to cut this provider off')
      return { provider, good, bad, events, outage: outage ?? 'asks nobody' }
    })

    for (const one of checks) test(one.name, one.check)

    test('Node prints it without its token, and it has a scope to lose', async () => {
      const { provider, good } = await setUp()
      const token = await provider.verifyToken(good)
      for (const text of [inspect(token), inspect(token, { showHidden: true, getters: true, depth: 9 })]) expect(text).not.toContain(good)
      expect(token?.scopes.length).toBeGreaterThan(0)
      await provider.close?.()
    })
  })
}
