import { describe, expect, test } from 'vitest'
import { ChainProvider, JwksProvider, StaticProvider } from '../../src/index.js'
import { keepsTheContract } from '../contract.js'
import { AUDIENCE, clock, ISSUER, says, signer } from '../oauth-kit.js'
import type { BearerAuthProvider, Recognition } from '../../src/index.js'

const KEY = 'ci-0123456789abcdef'

keepsTheContract('ChainProvider', async () => {
  const key = await signer()
  const { now } = clock()
  const provider = new ChainProvider([
    new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, now }),
    new StaticProvider({ [KEY]: { claims: { sub: 'ci-robot' }, scopes: ['deploy'] } }),
  ])
  return { provider, good: await key.sign(), refused: ['another-key-1234', await key.sign({ aud: 'elsewhere' })], events: [] }
}, 'nobody')

/** What a member answers, under what recognition. */
type Word = 'yes' | 'no' | 'silence' | 'bug'
type Outcome = 'yes' | 'no' | 'silence' | 'bug'

const WORDS: readonly Word[] = ['yes', 'no', 'silence', 'bug']
const RECOGNITIONS: readonly Recognition[] = ['mine', 'maybe', 'foreign']

async function outcome(provider: BearerAuthProvider): Promise<Outcome> {
  try {
    return (await provider.verifyToken('a-token')) === null ? 'no' : 'yes'
  } catch (error) {
    return (error as { code?: string }).code === 'ERR_AUTH_UNAVAILABLE' ? 'silence' : 'bug'
  }
}

/** The plan's truth table, in words of its own: the owner decides; else yes, bug, silence, no, in this order of weight. */
function expected(members: readonly { word: Word; recognition: Recognition }[]): Outcome {
  const owner = members.find(({ recognition }) => recognition === 'mine')
  if (owner !== undefined) return owner.word
  const words = members.filter(({ recognition }) => recognition === 'maybe').map(({ word }) => word)
  return (['yes', 'bug', 'silence'] as const).find((word) => words.includes(word)) ?? 'no'
}

describe('ChainProvider', () => {
  const members = RECOGNITIONS.flatMap((recognition) => WORDS.map((word) => ({ word, recognition })))

  test('every pair of members answers as the truth table says', async () => {
    for (const a of members) {
      for (const b of members) {
        const chain = new ChainProvider([says(a.word, a.recognition), says(b.word, b.recognition)])
        expect(await outcome(chain), JSON.stringify([a, b])).toBe(expected([a, b]))
      }
    }
  })

  test('every triple of members answers as the truth table says, flat or nested', async () => {
    for (const a of members) {
      for (const b of members) {
        for (const c of members) {
          const make = (): [BearerAuthProvider, BearerAuthProvider, BearerAuthProvider] => [
            says(a.word, a.recognition),
            says(b.word, b.recognition),
            says(c.word, c.recognition),
          ]
          const [first, second, third] = make()
          expect(await outcome(new ChainProvider(make())), JSON.stringify([a, b, c])).toBe(expected([a, b, c]))
          expect(await outcome(new ChainProvider([new ChainProvider([first, second]), third]))).toBe(expected([a, b, c]))
        }
      }
    }
  })

  test('a stranger never sees the token', async () => {
    const owner = says('no', 'mine')
    const perhaps = says('yes', 'maybe')
    const stranger = says('yes', 'foreign')
    expect(await new ChainProvider([stranger, perhaps, owner]).verifyToken('a-token')).toBeNull()
    expect([owner.asked, perhaps.asked, stranger.asked]).toEqual([['a-token'], [], []])
  })

  test('a token that its owner refused does not get in by another door', async () => {
    const key = await signer()
    const { now } = clock()
    const jwks = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, now })
    const chain = new ChainProvider([says('yes', 'maybe'), jwks])
    expect(await chain.verifyToken(await key.sign({ aud: 'https://elsewhere.example' }))).toBeNull()
  })

  test('a provider without an opinion may know it', async () => {
    expect(new ChainProvider([says('no')]).recognizes('a-token')).toBe('maybe')
    expect(new ChainProvider([says('no', 'foreign')]).recognizes('a-token')).toBe('foreign')
    expect(new ChainProvider([says('no', 'foreign'), says('no', 'maybe'), says('no', 'mine')]).recognizes('a-token')).toBe('mine')
  })

  test('the first yes ends the questions', async () => {
    const late = says('yes')
    await new ChainProvider([says('silence'), says('yes'), late]).verifyToken('a-token')
    expect(late.asked).toEqual([])
  })

  test('the issuers of a chain are those of its members, once', () => {
    const jwks = (issuer: string): JwksProvider => new JwksProvider({ issuer, audience: AUDIENCE })
    const chain = new ChainProvider([jwks('https://a.example'), new ChainProvider([jwks('https://b.example'), jwks('https://a.example')]), says('no')])
    expect(chain.issuers).toEqual(['https://a.example', 'https://b.example'])
  })

  test('a token that is nobody\'s is told to the observer of the chain', async () => {
    const events: unknown[] = []
    const chain = new ChainProvider([says('yes', 'foreign')], { observe: (event) => events.push(event), name: 'door' })
    expect(await chain.verifyToken('a-token')).toBeNull()
    expect(events).toEqual([{ type: 'rejected', provider: 'door', reason: 'no_owner', remembered: false }])
  })

  test.each([true, undefined, Promise.resolve('mine'), 'yes'])('a recognition of %s is a bug, not a stranger', async (answer) => {
    const chain = new ChainProvider([{ ...says('yes'), recognizes: () => answer as never }])
    await expect(chain.verifyToken('a-token')).rejects.toThrow(/recognizes must answer/)
  })

  test('closing a chain closes its members', async () => {
    const closed: string[] = []
    const member = (name: string): BearerAuthProvider => ({ ...says('no'), close: async () => void closed.push(name) })
    await new ChainProvider([member('a'), says('no'), member('b')]).close()
    expect(closed).toEqual(['a', 'b'])
  })

  test('a member that fails to close keeps no other from closing, and is told', async () => {
    const closed: string[] = []
    const member = (close: () => Promise<void>): BearerAuthProvider => ({ ...says('no'), close })
    const chain = new ChainProvider([
      member(() => { throw new Error('at once') }),
      member(() => Promise.reject(new Error('later'))),
      member(async () => { await new Promise((done) => setImmediate(done)); closed.push('last') }),
    ])
    await expect(chain.close()).rejects.toThrow('at once')
    expect(closed).toEqual(['last'])
  })

  test('whoever gives up is not waited for by the members that were not asked yet', async () => {
    const giving = new AbortController()
    const first: BearerAuthProvider = {
      verifyToken: (_, options) => new Promise((_, refuse) => options?.signal?.addEventListener('abort', () => refuse(options.signal?.reason))),
    }
    const second = says('yes')
    const asked = new ChainProvider([first, second]).verifyToken('a-token', { signal: giving.signal })
    giving.abort(new Error('gone'))
    await expect(asked).rejects.toThrow('gone')
    expect(second.asked).toEqual([])
  })

  test.each([
    ['an empty chain', [], /at least one provider/],
    ['no array', undefined, /at least one provider/],
    ['a member that is no provider', [says('no'), {}], /member 2 of the chain takes a provider/],
    ['a class in the place of an instance', [StaticProvider], /did you forget "new"/],
  ])('%s is refused at construction', (_, chain, message) => {
    expect(() => new ChainProvider(chain as never)).toThrow(message)
  })
})

describe('tokens that come in a header of their own', () => {
  const edge = Object.assign(says('yes'), { tokenHeader: 'x-assertion' })

  test('a chain reads where its members do', () => {
    expect(new ChainProvider([edge, edge]).tokenHeader).toBe('x-assertion')
    expect(new ChainProvider([says('yes')]).tokenHeader).toBeUndefined()
  })

  test('members that read from different headers are refused', () => {
    expect(() => new ChainProvider([edge, says('yes')])).toThrow(/must take their tokens from the same header/)
  })

  test.each(['Authorization', 'cookie', 'a b', ''])('%j is no header for a token', (tokenHeader) => {
    expect(() => new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, tokenHeader })).toThrow(/"tokenHeader" must be the name of a header/)
  })
})
