/** On every server a good answer brings the nonce for the next proof, whoever gives it, and pages on other origins can read it. */
import { beforeAll, describe, expect, test } from 'vitest'
import { closing } from '../closing.js'
import { athOf, holder, provider, RESOURCE, TOKEN } from '../gate/dpop/proof-kit.js'
import { SERVERS } from './servers.js'
import type { Holder } from '../gate/dpop/proof-kit.js'

let ada: Holder
beforeAll(async () => {
  ada = await holder()
})

const now = (): number => Math.floor(Date.now() / 1000)

describe.each(Object.entries(SERVERS))('%s', (_, serve) => {
  test('sets DPoP-Nonce on good answers and bad ones', async () => {
    const gate = { resource: RESOURCE, proof: { dpop: 'required', nonce: true } } as const
    const server = closing(await serve({ provider: provider({ cnf: { jkt: ada.jkt } }), gate, handlers: { '/mcp': () => ({ ok: true }) } }))
    const ask = async (nonce?: string) => {
      const proof = await ada.prove({ jti: crypto.randomUUID(), iat: now(), ath: athOf(TOKEN), nonce })
      return server.ask({ headers: { Authorization: `DPoP ${TOKEN}`, DPoP: proof, 'Content-Type': 'application/json' }, body: '{}' })
    }
    const first = await ask()
    expect(first).toMatchObject({ status: 401, challenge: { scheme: 'DPoP', parameters: { error: 'use_dpop_nonce' } } })
    const { 'dpop-nonce': nonce = '' } = first.headers
    const second = await ask(nonce)
    expect(second).toMatchObject({ status: 200, json: { ok: true }, headers: { 'dpop-nonce': nonce, 'access-control-expose-headers': expect.stringContaining('DPoP-Nonce') } })
    expect(second.headers['access-control-allow-origin'], 'which is for the app to give').toBeUndefined()
    const bearer = await server.ask({ headers: { Authorization: `Bearer ${TOKEN}` } })
    expect(bearer).toMatchObject({ status: 401, headers: { 'dpop-nonce': nonce } })
  })

  test('sets none where nobody asked for one', async () => {
    const gate = { resource: RESOURCE, proof: { dpop: 'accepted', nonce: true } } as const
    const server = closing(await serve({ provider: provider({}), gate, handlers: { '/mcp': () => ({}) } }))
    const { status, headers } = await server.ask({ headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }, body: '{}' })
    expect([status, headers['dpop-nonce']]).toEqual([200, undefined])
  })

  test('takes two DPoP headers for none', async () => {
    const gate = { resource: RESOURCE, proof: { dpop: 'required' } } as const
    const server = closing(await serve({ provider: provider({ cnf: { jkt: ada.jkt } }), gate, handlers: { '/mcp': () => ({}) } }))
    const proof = (): Promise<string> => ada.prove({ jti: crypto.randomUUID(), iat: now() })
    const ask = async (proofs: readonly string[], more: object = {}) => {
      const headers = { Authorization: `DPoP ${TOKEN}`, DPoP: proofs, 'Content-Type': 'application/json' }
      return (await server.ask({ headers, body: '{}', ...more })).status
    }
    expect(await ask([await proof(), await proof()])).toBe(401)
    expect(await ask([await proof()])).toBe(200)
    expect(await ask([await proof()], { target: '/mcp?a=b' })).toBe(200)
    expect(await ask([await proof()], { target: '/mcp/' }), 'another URL').not.toBe(200)
    expect(await ask([await proof()], { method: 'PUT' }), 'another method').toBe(401)
  })
})
