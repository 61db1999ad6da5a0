/** What every provider promises, whatever it asks. Each provider's test runs this against itself. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { isUnavailable } from '../src/errors.js'
import { closing } from './closing.js'
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

/** Tokens that are none: no provider may say yes, or anything but no, to one of them. */
const NO_TOKENS: readonly unknown[] = ['', ' ', 'a b', 'tok\u00e9n', 'a\nb', '"quoted"', 'a,b', '=', 'x'.repeat(40_000), undefined, null, 7, {}]

export function keepsTheContract(name: string, setUp: () => Promise<Subject>, asks: 'somebody' | 'nobody' = 'somebody'): void {
  describe(`${name} keeps the contract`, () => {
    const subject = async (): Promise<Subject> => {
      const made = await setUp()
      closing(made.provider)
      return made
    }

    test('a good token gives its claims and scopes, frozen to the bottom', async () => {
      const { provider, good } = await subject()
      const token = await provider.verifyToken(good)
      expect(token).toMatchObject({ token: good, subject: expect.any(String), provider: expect.any(String) })
      expect(token?.scopes.length).toBeGreaterThan(0)
      expect(Object.isFrozen(token)).toBe(true)
      expect(Object.isFrozen(token?.claims)).toBe(true)
      expect(Object.isFrozen(token?.scopes)).toBe(true)
      for (const value of Object.values(token?.claims ?? {})) expect(Object.isFrozen(value)).toBe(true)
    })

    test('nothing that prints a token shows it', async () => {
      const { provider, good } = await subject()
      const token = await provider.verifyToken(good)
      const printed = [JSON.stringify(token), `${token}`, inspect(token), inspect(token, { showHidden: true, getters: true, depth: 9 })]
      for (const text of printed) expect(text).not.toContain(good)
      expect(JSON.stringify({ ...token })).not.toContain(good)
    })

    test('a refused token is null, never an exception', async () => {
      const { provider, refused } = await subject()
      expect(refused.length).toBeGreaterThan(0)
      for (const token of refused) expect(await provider.verifyToken(token)).toBeNull()
    })

    test('what is no bearer token is null', async () => {
      const { provider } = await subject()
      for (const token of NO_TOKENS) expect(await provider.verifyToken(token as string)).toBeNull()
    })

    test('recognition is immediate and never refuses an odd token with an exception', async () => {
      const { provider, good, refused } = await subject()
      for (const token of [good, ...refused, '', 'a.b.c', 'x'.repeat(40_000)]) {
        expect(['mine', 'maybe', 'foreign']).toContain(provider.recognizes?.(token) ?? 'maybe')
      }
      expect(provider.recognizes?.(good)).not.toBe('foreign')
    })

    test('many who ask at once get the same answer', async () => {
      const { provider, good, refused } = await subject()
      const answers = await Promise.all(Array.from({ length: 50 }, () => provider.verifyToken(good)))
      for (const answer of answers) expect(answer?.claims).toEqual(answers[0]?.claims)
      expect(await Promise.all(refused.map((token) => provider.verifyToken(token)))).toEqual(refused.map(() => null))
    })

    test('no event carries a token or the value of a claim', async () => {
      const { provider, good, refused, events } = await subject()
      const token = await provider.verifyToken(good)
      for (const one of refused) await provider.verifyToken(one)
      const told = JSON.stringify(events)
      for (const one of [good, ...refused]) expect(told).not.toContain(one)
      expect(told).not.toContain(JSON.stringify(token?.subject))
    })

    test('closing twice is closing once', async () => {
      const { provider } = await subject()
      await provider.close?.()
      await provider.close?.()
    })

    if (asks === 'nobody') return

    test('nobody knows is an AuthUnavailableError, and is forgotten when the answer is back', async () => {
      const { provider, good, outage } = await subject()
      if (outage === undefined) throw new Error('the test must say how to cut this provider off')
      outage.begin()
      const answer = await provider.verifyToken(good).catch((error: unknown) => error)
      expect(isUnavailable(answer)).toBe(true)
      expect(inspect(answer)).not.toContain(good)
      outage.end()
      expect(await provider.verifyToken(good)).not.toBeNull()
    })
  })
}
