/** What a client is told: schemes, nonces, metadata. RFC 9449 sections 7.1, 8, 9; RFC 9728 section 2. */
import { beforeAll, describe, expect, test } from 'vitest'
import { extractWWWAuthenticateParams } from '@modelcontextprotocol/sdk/client/auth.js'
import { parseChallenges } from '../../adapters/challenge-parser.js'
import { START } from '../../oauth-kit.js'
import { headers } from '../headers.js'
import { holder, provider, TOKEN, world } from './proof-kit.js'
import { gate } from '../../../src/index.js'
import type { ProofOptions } from '../../../src/index.js'
import type { Holder } from './proof-kit.js'

const METADATA = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp'
let ada: Holder

beforeAll(async () => {
  ada = await holder()
})

const bound = (proof: Partial<ProofOptions> = {}) => world({ cnf: { jkt: ada.jkt } }, proof)

describe('a challenge', () => {
  test('names both schemes where both are taken, Bearer first, each with the metadata', async () => {
    const { challenge } = await bound().ask({ authorization: '' })
    expect(parseChallenges(challenge)).toMatchObject([
      { scheme: 'Bearer', parameters: { resource_metadata: METADATA } },
      { scheme: 'DPoP', parameters: { resource_metadata: METADATA, algs: expect.stringContaining('ES256') } },
    ])
    const response = new Response(null, { status: 401, headers: { 'WWW-Authenticate': challenge } })
    expect(extractWWWAuthenticateParams(response).resourceMetadataUrl?.href, 'a client of SDK 1.x').toBe(METADATA)
  })

  test('names DPoP alone where it is required', async () => {
    const { challenge } = await bound({ dpop: 'required' }).ask({ authorization: '' })
    expect(parseChallenges(challenge)).toMatchObject([{ scheme: 'DPoP', parameters: { resource_metadata: METADATA } }])
  })

  test('is of the scheme that was used, with a bad token and a missing scope too', async () => {
    const { ask } = world({ cnf: { jkt: ada.jkt } }, {}, { requiredScopes: ['notes:write'] })
    expect(await ask({ proofs: [await ada.prove()] })).toMatchObject({ status: 403, challenge: expect.stringMatching(/^DPoP error="insufficient_scope"/) })
    const none = gate({ verifyToken: async () => null }, { resource: 'https://mcp.example.com/mcp', proof: { dpop: 'accepted' } })
    const asked = (scheme: string) => none({ method: 'POST', path: '/mcp', header: headers({ authorization: [`${scheme} ${TOKEN}`] }) })
    expect(await asked('DPoP')).toMatchObject({ answer: { status: 401, headers: { 'WWW-Authenticate': expect.stringMatching(/^DPoP error="invalid_token"/) } } })
    expect(await asked('Bearer')).toMatchObject({ answer: { status: 401, headers: { 'WWW-Authenticate': expect.stringMatching(/^Bearer error="invalid_token".*, DPoP /) } } })
  })

  test('says the same of all that can be wrong with a proof', async () => {
    const bodies = await Promise.all(
      [{ htm: 'GET' }, { iat: START - 999 }, { ath: 'x' }, { htu: 'https://evil.example/' }].map(async (claims) => {
        const { decision } = await bound().ask({ proofs: [await ada.prove(claims)] })
        return decision.pass ? 'passed' : JSON.stringify(decision.answer)
      }),
    )
    expect(new Set(bodies).size).toBe(1)
  })

  test('two tokens, one for each scheme, are malformed', async () => {
    for (const authorization of [`DPoP ${TOKEN}, Bearer ${TOKEN}`, `Basic abc, DPoP ${TOKEN}`, `DPoP  ${TOKEN}`]) {
      expect((await bound().ask({ authorization, proofs: [await ada.prove()] })).status, authorization).toBe(400)
    }
    expect((await bound().ask({ authorization: 'DPoP', proofs: [] })).status, 'an empty credential is none').toBe(401)
  })
})

describe('a nonce', () => {
  const asking = { nonce: { secret: 'a secret of more than 32 characters' } }

  test('is asked for, given out, and good for the next proof', async () => {
    const { ask } = bound(asking)
    const first = await ask({ proofs: [await ada.prove()] })
    expect(first).toMatchObject({ status: 401, check: 'nonce', challenge: expect.stringMatching(/^DPoP error="use_dpop_nonce"/), nonce: expect.stringMatching(/^[\w-]{32}$/) })
    const second = await ask({ proofs: [await ada.prove({ nonce: first.nonce })] })
    expect(second).toMatchObject({ status: 200, nonce: first.nonce })
  })

  test('is in the first challenge too, and can be read by pages on other origins', async () => {
    const { decision, nonce } = await bound(asking).ask({ authorization: '' })
    expect(decision).toMatchObject({ answer: { headers: { 'DPoP-Nonce': nonce, 'Access-Control-Expose-Headers': 'WWW-Authenticate, Retry-After, DPoP-Nonce' } } })
    expect(await bound(asking).ask({ proofs: [await ada.prove({ nonce })] })).toMatchObject({ status: 200 })
  })

  test('of one replica is good at any other with the same secret, and at none with another', async () => {
    const { nonce } = await bound(asking).ask({ authorization: '' })
    const proofs = async () => [await ada.prove({ nonce })]
    expect(await bound(asking).ask({ proofs: await proofs() })).toMatchObject({ status: 200 })
    expect(await bound({ nonce: { secret: ['another secret of 32 characters!', asking.nonce.secret] } }).ask({ proofs: await proofs() }), 'in a rotation').toMatchObject({ status: 200 })
    expect(await bound({ nonce: { secret: 'another secret of 32 characters!' } }).ask({ proofs: await proofs() })).toMatchObject({ check: 'nonce' })
    expect(await bound({ nonce: true }).ask({ proofs: await proofs() })).toMatchObject({ check: 'nonce' })
  })

  test('of one gate is good at each other of the process, where none has a secret', async () => {
    const { nonce } = await bound({ nonce: true }).ask({ authorization: '' })
    expect(await bound({ nonce: true }).ask({ proofs: [await ada.prove({ nonce })] })).toMatchObject({ status: 200 })
  })

  test('goes stale within minutes, and a newer one is given out before that', async () => {
    const { ask, forward } = bound(asking)
    const { nonce } = await ask({ authorization: '' })
    forward(120)
    const later = await ask({ proofs: [await ada.prove({ nonce, iat: START + 120 })] })
    expect(later).toMatchObject({ status: 200 })
    expect(later.nonce).not.toBe(nonce)
    forward(120)
    expect(await ask({ proofs: [await ada.prove({ nonce, iat: START + 240 })] })).toMatchObject({ check: 'nonce' })
    expect(await ask({ proofs: [await ada.prove({ nonce: later.nonce, iat: START + 240 })] })).toMatchObject({ status: 200 })
  })

  test.each([undefined, '', 'made-up', 1, null, ['a']])('that is %j is none', async (nonce) => {
    expect(await bound(asking).ask({ proofs: [await ada.prove({ nonce })] })).toMatchObject({ status: 401, check: 'nonce' })
  })

  test('is not told to whoever cannot sign', async () => {
    const mallory = await holder()
    const { check, challenge } = await bound(asking).ask({ proofs: [await mallory.prove({}, { jwk: ada.publicJwk })] })
    expect([check, parseChallenges(challenge)[0]?.parameters.error]).toEqual(['signature', 'invalid_dpop_proof'])
  })
})

describe('the metadata', () => {
  const published = async (proof: ProofOptions): Promise<object> => {
    const own = gate(provider({}), { resource: 'https://mcp.example.com/mcp', proof })
    const decision = await own({ method: 'GET', path: '/.well-known/oauth-protected-resource/mcp', header: headers({}) })
    return decision.pass ? {} : (JSON.parse(decision.answer.body) as object)
  }

  test('says by itself what is taken and what is required', async () => {
    const accepted = await published({ dpop: 'accepted' })
    expect(accepted).toMatchObject({ dpop_signing_alg_values_supported: expect.arrayContaining(['ES256', 'EdDSA']) })
    expect(accepted).not.toHaveProperty('dpop_bound_access_tokens_required')
    expect(await published({ dpop: 'required' })).toMatchObject({ dpop_bound_access_tokens_required: true })
    expect(await published({ certificate: () => undefined })).toMatchObject({ tls_client_certificate_bound_access_tokens: true })
    expect(JSON.stringify(await published({ dpop: 'required' }))).not.toMatch(/none|HS256/)
  })
})
