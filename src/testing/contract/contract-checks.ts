/** What every provider promises, whatever it asks: a list of named checks for any test runner. */
import { isUnavailable } from '../../errors.js'
import { assert, printed, thrownBy } from './assertions.js'
import type { AccessToken } from '../../access-token.js'
import type { AuthEvent } from '../../events.js'
import type { BearerAuthProvider } from '../../provider.js'

/** A provider with what is needed to try it. */
export interface ContractSubject {
  readonly provider: BearerAuthProvider
  /** A token that it says yes to. */
  readonly good: string
  /** Tokens of the right shape that it says no to: expired, for somebody else, made up. */
  readonly bad: readonly string[]
  /** Cuts the provider off from whatever it asks, then gives it back. `'asks nobody'` where there is nothing to cut. */
  readonly outage: ContractOutage | 'asks nobody'
  /** What its observer was told, where it has one. Default: events are not looked at. */
  readonly events?: readonly AuthEvent[] | undefined
}

export interface ContractOutage {
  begin(): unknown
  end(): unknown
}

/** One promise. `check` fails with an `Error` that says how it was broken. */
export interface ContractCheck {
  readonly name: string
  readonly check: () => Promise<void>
}

interface Promised {
  readonly name: string
  readonly check: (subject: ContractSubject, isFresh: boolean) => Promise<void>
}

/** Tokens that are none: no provider may say yes, or anything but no, to one of them. */
const NO_TOKENS: readonly unknown[] = ['', ' ', 'a b', 'tok\u00e9n', 'a\nb', '"quoted"', 'a,b', '=', 'x'.repeat(40_000), undefined, null, 7, {}]

/** The outage first: what is remembered of a token would hide it. Closing last: a provider that was handed over is closed once. */
export const PROMISES: readonly Promised[] = [
  {
    name: 'nobody knows is an AuthUnavailableError and never a no, and is forgotten when the answer is back',
    async check({ provider, good, bad, outage }, isFresh) {
      if (outage === 'asks nobody') return
      await outage.begin()
      const [answer, ...others] = await Promise.all([good, ...bad].map((token) => ask(provider, token)))
      await outage.end()
      // One that was used before may remember, or have keys at hand.
      const isHonest = isUnavailable(answer) || (!isFresh && isToken(answer))
      assert(isHonest, `while nobody could be asked, it gave ${kindOf(answer)} for the good token, not an AuthUnavailableError`)
      assert(!printed(answer).includes(good), 'the error shows the token')
      for (const other of others) assert(other === null || isUnavailable(other), `while nobody could be asked, it gave ${kindOf(other)} for a bad token`)
      assert(isToken(await ask(provider, good)), 'the good token was not taken after the outage')
    },
  },
  {
    name: 'a good token gives its subject, claims and scopes, frozen to the bottom',
    async check({ provider, good }) {
      const token = await goodToken(provider, good)
      assert(token.token === good, 'AccessToken.token is not the token that was presented')
      assert(typeof token.provider === 'string' && token.provider !== '', 'AccessToken.provider is no name')
      assert(Array.isArray(token.scopes) && token.scopes.every((scope) => typeof scope === 'string'), 'AccessToken.scopes is no list of texts')
      assert(typeof token.subject === 'string', 'AccessToken.subject is no text: who is calling?')
      const parts = [token, token.scopes, token.claims, ...Object.values(token.claims)]
      assert(parts.every((part) => Object.isFrozen(part)), 'the token, its scopes or its claims can be changed: make it with accessToken()')
    },
  },
  {
    name: 'nothing that prints a token shows it',
    async check({ provider, good }) {
      const token = await goodToken(provider, good)
      const texts = [JSON.stringify(token), `${token}`, JSON.stringify({ ...token }), printed(token)]
      assert(!texts.some((text) => text.includes(good)), 'printing the AccessToken shows the token: make it with accessToken()')
    },
  },
  {
    name: 'a bad token is null, never an exception',
    async check({ provider, bad }) {
      assert(bad.length > 0, 'give at least one "bad" token')
      for (const [index, token] of bad.entries()) await isNo(provider, token, `bad token ${index}`)
    },
  },
  {
    name: 'a good token that was changed by one letter, or made longer, is null',
    async check({ provider, good }) {
      const middle = Math.floor(good.length / 2)
      const other = good[middle] === 'x' ? 'y' : 'x'
      for (const token of [`${good}x`, `x${good}`, good.slice(0, middle) + other + good.slice(middle + 1)]) await isNo(provider, token, 'the changed token')
    },
  },
  {
    name: 'what is no bearer token is null',
    async check({ provider }) {
      for (const token of NO_TOKENS) await isNo(provider, token as string, (JSON.stringify(token)?.slice(0, 20) ?? 'undefined'))
    },
  },
  {
    name: 'recognition is immediate, never throws, and does not disown a good token',
    async check({ provider, good, bad }) {
      for (const token of [good, ...bad, '', 'a.b.c', 'x'.repeat(40_000)]) {
        const recognized = provider.recognizes?.(token) ?? 'maybe'
        assert(['mine', 'maybe', 'foreign'].includes(recognized), 'recognizes() gives something else than mine, maybe or foreign')
      }
      assert(provider.recognizes?.(good) !== 'foreign', 'recognizes() calls the good token foreign: a chain would never ask')
    },
  },
  {
    name: 'many who ask at once get the same answer',
    async check({ provider, good, bad }) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => goodToken(provider, good)))
      const [first, ...others] = answers.map(({ claims }) => JSON.stringify(claims))
      assert(others.every((claims) => claims === first), 'the same token, asked for at once, has several answers')
      const refused = await Promise.all(bad.map((token) => ask(provider, token)))
      assert(!refused.some(isToken), 'a bad token that comes beside others is taken')
    },
  },
  {
    name: 'no event carries a token or the value of a claim',
    async check({ provider, good, bad, events = [] }) {
      const { subject } = await goodToken(provider, good)
      for (const token of bad) await ask(provider, token)
      const told = JSON.stringify(events)
      for (const secret of [good, ...bad, JSON.stringify(subject)]) assert(!told.includes(secret), 'an event shows a token or a subject')
    },
  },
  {
    name: 'its health is plain data, and carries no token and no claim',
    async check({ provider, good, bad }) {
      const { subject } = await goodToken(provider, good)
      for (const token of bad) await ask(provider, token)
      const thrown = await thrownBy(async () => provider.health?.())
      assert(thrown === undefined, 'health() throws')
      const told = JSON.stringify(provider.health?.() ?? {})
      for (const secret of [good, ...bad, JSON.stringify(subject)]) assert(!told.includes(secret), 'health() shows a token or a subject')
    },
  },
  {
    name: 'closing twice is closing once',
    async check({ provider }) {
      assert((await thrownBy(async () => (await provider.close?.(), await provider.close?.()))) === undefined, 'close() throws')
    },
  },
]

/** An answer, or what was thrown. */
async function ask(provider: BearerAuthProvider, token: string): Promise<unknown> {
  try {
    return await provider.verifyToken(token)
  } catch (error) {
    return error ?? new Error('something undefined was thrown')
  }
}

async function goodToken(provider: BearerAuthProvider, good: string): Promise<AccessToken> {
  const answer = await ask(provider, good)
  assert(isToken(answer), `it gave ${kindOf(answer)} for the good token`)
  return answer
}

async function isNo(provider: BearerAuthProvider, token: string, what: string): Promise<void> {
  const answer = await ask(provider, token)
  assert(answer === null, `it gave ${kindOf(answer)} for ${what}, not null`)
}

function isToken(answer: unknown): answer is AccessToken {
  return typeof answer === 'object' && answer !== null && 'scopes' in answer
}

/** Without any value: it may be a secret. */
function kindOf(answer: unknown): string {
  if (answer instanceof Error) return `an exception (${answer.name})`
  return isToken(answer) ? 'a yes' : answer === null ? 'null' : `a value of the type ${typeof answer}`
}
