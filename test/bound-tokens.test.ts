/** Bound tokens without a gate: refused by every provider, unless whoever asks says that he checks the proof; and no memory knows of it. */
import { describe, expect, test } from 'vitest'
import { boundSessions, ChainProvider, gate, IssuerRouter, JwksProvider, StandardProvider, withAccessToken } from '../src/index.js'
import { accept } from '../src/verdict.js'
import { holder, RESOURCE } from './gate/dpop/proof-kit.js'
import { headers } from './gate/headers.js'
import { AUDIENCE, clock, ISSUER, signer } from './oauth-kit.js'
import type { AuthEvent, BearerAuthProvider, Refusal } from '../src/index.js'

const CNF = { jkt: 'A'.repeat(43) }

class Opaque extends StandardProvider {
  asked = 0
  protected check() {
    this.asked += 1
    return accept({ sub: 'ada', cnf: CNF, exp: Math.floor(Date.now() / 1000) + 600 })
  }
}

async function jwks() {
  const { sign, publicJwk } = await signer()
  const provider = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [publicJwk] }, now: clock().now })
  return { provider, token: await sign({ cnf: CNF }), plain: await sign() }
}

async function all(): Promise<readonly (readonly [string, BearerAuthProvider, string])[]> {
  const { provider, token } = await jwks()
  const verifyToken: BearerAuthProvider['verifyToken'] = (text, options) => new Opaque().verifyToken(text, { ...options, proof: 'checked' })
  const own: BearerAuthProvider = { verifyToken, issuers: [ISSUER], recognizes: () => 'mine' }
  return [
    ['JwksProvider', provider, token],
    ['a provider on StandardProvider', new Opaque(), 'opaque'],
    ['a chain', new ChainProvider([provider, new Opaque()]), token],
    ['a chain, of a member that looks at no binding', new ChainProvider([own]), 'opaque'],
    ['a chain of those who may know it', new ChainProvider([new Opaque(), new Opaque()]), 'opaque'],
    ['a router', new IssuerRouter({ issuers: { [ISSUER]: provider } }), token],
    ['a router, of a member that looks at no binding', new IssuerRouter({ issuers: { [ISSUER]: own } }), token],
  ]
}

describe('without a gate', () => {
  test('a bound token is refused, with the reason, unless the caller says that it checks', async () => {
    for (const [name, provider, token] of await all()) {
      const refusals: Refusal[] = []
      expect(await provider.verifyToken(token, { refused: (refusal) => refusals.push(refusal) }), name).toBeNull()
      expect(refusals, name).toMatchObject([{ reason: 'unproven' }])
      expect(await provider.verifyToken(token, { proof: 'checked' }), name).toMatchObject({ subject: 'ada', boundTo: CNF })
      expect(await provider.verifyToken(token), `${name}, again`).toBeNull()
    }
  })

  test('whoever shows a stolen token as it is gets nobody refused', async () => {
    const provider = new Opaque()
    expect(await provider.verifyToken('opaque')).toBeNull()
    expect(await provider.verifyToken('opaque', { proof: 'checked' })).not.toBeNull()
    expect(await provider.verifyToken('opaque')).toBeNull()
    expect(provider.asked).toBe(1)
  })

  test('of a chain, no second member is shown a token that the first knows', async () => {
    const [first, second] = [new Opaque(), new Opaque()]
    expect(await new ChainProvider([first, second]).verifyToken('opaque')).toBeNull()
    expect([first.asked, second.asked]).toEqual([1, 0])
  })

  test('an explanation says what a token is bound to', async () => {
    const { provider, token } = await jwks()
    const steps = await new ChainProvider([provider]).explain(token)
    expect(steps.filter(({ passed }) => !passed)).toMatchObject([{ rule: 'proof', reason: 'unproven', expected: CNF, provider: 'jwks' }])
  })
})

describe('what others did without the proof', () => {
  test('does not shut out the holder: not through the memory, and not through the gate', async () => {
    const ada = await holder()
    class Own extends StandardProvider {
      protected check() {
        return accept({ sub: 'ada', cnf: { jkt: ada.jkt }, exp: Math.floor(Date.now() / 1000) + 600 })
      }
    }
    const events: AuthEvent[] = []
    const provider = new Own({ observe: (event) => events.push(event) })
    const guard = gate(provider, { resource: RESOURCE, proof: { dpop: 'accepted' } })
    const ask = async (values: Record<string, readonly string[]>) => (await guard({ method: 'POST', path: '/mcp', header: headers(values) })).pass
    expect(await ask({ authorization: ['Bearer bound-token'] })).toBe(false)
    expect(await ask({ authorization: ['DPoP bound-token'] })).toBe(false)
    expect(await ask({ authorization: ['DPoP bound-token'], dpop: [await ada.prove({ iat: Math.floor(Date.now() / 1000) })] })).toBe(true)
    expect(events.filter(({ type }) => type === 'rejected')).toEqual([])
  })
})

describe('a session', () => {
  test('stays with the key of its token', async () => {
    const { provider, token, plain } = await jwks()
    const [bound, unbound] = [await provider.verifyToken(token, { proof: 'checked' }), await provider.verifyToken(plain)]
    expect(unbound?.subject).toBe(bound?.subject)
    const sessions = boundSessions()
    const id = withAccessToken(bound, () => sessions.newId())
    expect(sessions.belongsTo(id, bound)).toBe(true)
    expect(sessions.belongsTo(id, unbound)).toBe(false)
  })
})
