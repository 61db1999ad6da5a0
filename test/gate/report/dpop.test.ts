/** Tests the way of docs/dpop.md from "accepted" to "required", with report-only in between. */
import { describe, expect, test } from 'vitest'
import { reportOnly } from '../../../src/index.js'
import { holder, provider, RESOURCE, TOKEN, world } from '../dpop/proof-kit.js'
import { recorder } from '../../recorder.js'
import { gate } from '../../../src/index.js'
import type { ProofOptions } from '../../../src/index.js'

const ada = await holder()

describe('DPoP that is going to be required', () => {
  const told = (proof: ProofOptions, claims: Record<string, unknown>) => {
    const { events, observe } = recorder()
    return { events, own: gate(provider(claims), { resource: RESOURCE, observe, proof }) }
  }
  const asked = (authorization: string) => ({ method: 'POST', path: '/mcp', header: (name: string) => (name === 'authorization' ? [authorization] : []) })

  test('lets an unbound token pass, as accepted does, and is told', async () => {
    const { own, events } = told({ dpop: 'required', [reportOnly]: true }, {})
    expect(await own(asked(`Bearer ${TOKEN}`))).toMatchObject({ pass: true, context: { token: { subject: 'ada' } } })
    expect(events).toMatchObject([{ type: 'would_deny', status: 401, reason: 'bound_to_key', check: 'unbound', hint: expect.stringContaining('bound to no key') }, { type: 'admitted' }])
    const accepted = told({ dpop: 'accepted' }, {})
    expect(await accepted.own(asked(`Bearer ${TOKEN}`))).toMatchObject({ pass: true })
    expect(accepted.events.map(({ type }) => type)).toEqual(['admitted'])
    const required = told({ dpop: 'required' }, {})
    expect(await required.own(asked(`Bearer ${TOKEN}`))).toMatchObject({ pass: false, answer: { status: 401 } })
    expect(required.events).toMatchObject([{ type: 'denied', status: 401, reason: 'bound_to_key', check: 'unbound' }])
  })

  test('holds all else: a bound token as Bearer, without a proof, with one that was used', async () => {
    const { ask } = world({ cnf: { jkt: ada.jkt } }, { dpop: 'required', [reportOnly]: true }, { observe: () => undefined })
    const proof = await ada.prove()
    expect((await ask({ authorization: `Bearer ${TOKEN}` })).check).toBe('scheme')
    expect((await ask({ proofs: [] })).check).toBe('one_header')
    expect((await ask({ proofs: [proof] })).status).toBe(200)
    expect((await ask({ proofs: [proof] })).check).toBe('replay')
  })

  test('is not to be seen: challenges and metadata are those of accepted', async () => {
    const metadata = { method: 'GET', path: '/.well-known/oauth-protected-resource', header: () => [] }
    const seen = async (proof: ProofOptions) => {
      const { own } = told(proof, {})
      return [await own(metadata), await own({ method: 'POST', path: '/mcp', header: () => [] })]
    }
    expect(await seen({ dpop: 'required', [reportOnly]: true })).toEqual(await seen({ dpop: 'accepted' }))
    expect(await seen({ dpop: 'required', [reportOnly]: true })).not.toEqual(await seen({ dpop: 'required' }))
  })

  test.each<[string, ProofOptions]>([
    ['accepted', { dpop: 'accepted', [reportOnly]: true }],
    ['a certificate alone', { certificate: () => undefined, [reportOnly]: true }],
  ])('is a TypeError with %s, which demands nothing more', (_, proof) => {
    expect(() => told(proof, {})).toThrow(/\[reportOnly\] of "proof"/)
  })
})
