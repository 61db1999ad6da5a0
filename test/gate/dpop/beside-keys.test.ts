/** A bound token beside a key in a header of its own: both must be good, and a proof is used up for nothing else. */
import { beforeAll, describe, expect, test } from 'vitest'
import { ChainProvider, gate, StaticProvider } from '../../../src/index.js'
import { parseChallenges } from '../../adapters/challenge-parser.js'
import { START } from '../../oauth-kit.js'
import { recorder } from '../../recorder.js'
import { headers } from '../headers.js'
import { athOf, holder, RESOURCE } from './proof-kit.js'
import type { BearerAuthProvider, GateOptions, ProofOptions } from '../../../src/index.js'
import type { Holder } from './proof-kit.js'

const BOUND = 'bound-token-0123456789'
const [ADAS, BOBS, OTHER] = ['ada-key-0123456789abcdef', 'bob-key-0123456789abcdef', 'ada-plain-0123456789abcdef']
let ada: Holder
let eve: Holder

beforeAll(async () => {
  ada = await holder()
  eve = await holder()
})

const proof = (by: Holder, claims: Record<string, unknown> = {}) => by.prove({ ath: athOf(BOUND), ...claims })

/** Ada's tokens in `Authorization`, one of them bound to her key, and keys of two people in a header of their own. */
function chain(): BearerAuthProvider {
  const people = new StaticProvider({ [BOUND]: { claims: { sub: 'ada', cnf: { jkt: ada.jkt } } }, [OTHER]: { claims: { sub: 'ada' } } })
  const keys = new StaticProvider({ [ADAS]: { claims: { sub: 'ada' }, scopes: ['admin'] }, [BOBS]: { claims: { sub: 'bob' } } }, { tokenHeader: 'x-api-key' })
  return new ChainProvider([keys, people])
}

interface Sent {
  readonly authorization?: string
  readonly key?: string
  readonly proofs?: readonly string[]
}

function world(proofOptions: Partial<ProofOptions> = {}, options: GateOptions = {}) {
  const { observe, told } = recorder()
  const decide = gate(chain(), { resource: RESOURCE, ...options, proof: { dpop: 'accepted', now: () => START, observe, ...proofOptions } })
  const ask = async ({ authorization = `DPoP ${BOUND}`, key, proofs = [] }: Sent) => {
    const given = headers({ ...(authorization !== '' && { authorization: [authorization] }), ...(key !== undefined && { 'x-api-key': [key] }), dpop: proofs })
    const decision = await decide({ method: 'POST', path: '/mcp', header: given })
    if (decision.pass) return { status: 200, caller: decision.context.token?.subject, scopes: decision.context.token?.scopes, errors: [] }
    const challenges = parseChallenges(decision.answer.headers['WWW-Authenticate'] ?? '')
    return { status: decision.answer.status, errors: challenges.map(({ scheme, parameters }) => `${scheme} ${parameters['error'] ?? ''}`.trim()) }
  }
  return { ask, refused: () => told('proof_refused').map(({ check }) => check) }
}

describe('a bound token beside a key', () => {
  test('passes with its proof, once, and has nothing of the key', async () => {
    const { ask, refused } = world()
    const proofs = [await proof(ada)]
    expect(await ask({ key: ADAS, proofs })).toMatchObject({ status: 200, caller: 'ada', scopes: [] })
    expect(await ask({ key: ADAS, proofs })).toEqual({ status: 401, errors: ['DPoP invalid_dpop_proof'] })
    expect(refused()).toEqual(['replay'])
  })

  test.each<[string, (options: { good: string; stranger: string; late: string }) => Sent, string]>([
    ['without a proof', () => ({}), 'one_header'],
    ["with a stranger's", ({ stranger }) => ({ proofs: [stranger] }), 'binding'],
    ['with an old one', ({ late }) => ({ proofs: [late] }), 'iat'],
    ['as plain Bearer, the proof beside it', ({ good }) => ({ authorization: `Bearer ${BOUND}`, proofs: [good] }), 'scheme'],
  ])('is refused %s, however good the key is', async (_, sent, check) => {
    const { ask, refused } = world()
    const proofs = { good: await proof(ada), stranger: await proof(eve), late: await proof(ada, { iat: START - 999 }) }
    expect(await ask({ key: ADAS, ...sent(proofs) })).toMatchObject({ status: 401 })
    expect(refused()).toEqual([check])
  })

  test('in the header of the key is nothing that was issued there', async () => {
    expect(await world().ask({ authorization: '', key: BOUND, proofs: [await proof(ada)] })).toMatchObject({ status: 401 })
  })

  test('keeps its proof where the request is refused for what stands beside it', async () => {
    const { ask, refused } = world()
    const proofs = [await proof(ada)]
    expect(await ask({ key: 'never-issued-0123456789', proofs })).toEqual({ status: 401, errors: ['Bearer invalid_token', 'DPoP'] })
    expect(await ask({ key: BOBS, proofs })).toEqual({ status: 400, errors: ['Bearer invalid_request', 'DPoP'] })
    expect(await ask({ key: 'two keys', proofs })).toMatchObject({ status: 400 })
    expect(refused(), 'nobody has looked at it').toEqual([])
    expect(await ask({ key: ADAS, proofs })).toMatchObject({ status: 200, caller: 'ada' })
  })

  test('is looked at again by its own binding', async () => {
    let bound = { jkt: ada.jkt }
    const people: BearerAuthProvider = {
      verifyToken: (token) => new StaticProvider({ [token]: { claims: { sub: 'ada', cnf: bound } } }).verifyToken(token, { proof: 'checked' }),
    }
    const keys = new StaticProvider({ [ADAS]: { claims: { sub: 'ada' } } }, { tokenHeader: 'x-api-key' })
    const decide = gate(new ChainProvider([people, keys]), { resource: RESOURCE, proof: { dpop: 'accepted', now: () => START } })
    const given = headers({ authorization: [`DPoP ${BOUND}`], 'x-api-key': [ADAS], dpop: [await proof(ada)] })
    const decision = await decide({ method: 'POST', path: '/mcp', header: given })
    if (!decision.pass) throw new Error('refused')
    expect(await decision.context.verifyAgain?.(0)).not.toBeNull()
    bound = { jkt: eve.jkt }
    expect(await decision.context.verifyAgain?.(0)).toBeNull()
  })
})

test('a key alone, and a plain token beside it, need no proof where proofs are not required', async () => {
  const { ask } = world()
  expect(await ask({ authorization: '', key: BOBS })).toMatchObject({ status: 200, caller: 'bob' })
  expect(await ask({ authorization: `Bearer ${OTHER}`, key: ADAS })).toMatchObject({ status: 200, caller: 'ada' })
  const proofs = [await ada.prove({ ath: athOf(OTHER) })]
  expect(await ask({ authorization: `DPoP ${OTHER}`, key: ADAS, proofs }), 'a scheme that claims too much').toMatchObject({ status: 401 })
})

test('proofs that no token could have are refused at the start', () => {
  expect(() => world({ dpop: 'required' })).toThrow(/"proof.dpop" as 'required' would refuse all that comes in the header x-api-key; write 'accepted'/)
  const keys = (tokenHeader: string) => new StaticProvider({ [`${tokenHeader}-0123456789abcdef`]: { claims: { sub: 'ada' } } }, { tokenHeader })
  const options: GateOptions = { resource: RESOURCE, proof: { dpop: 'accepted' } }
  expect(() => gate(new ChainProvider([keys('x-api-key'), keys('x-key')]), options)).toThrow(/does not go with tokens that come in the header x-api-key, x-key alone/)
  const anywhere = new StaticProvider({ [ADAS]: { claims: {} } })
  expect(() => gate(anywhere, { ...options, tokenFrom: { header: 'x-api-key' } })).toThrow(/does not go with tokens that come in the header x-api-key alone/)
})
