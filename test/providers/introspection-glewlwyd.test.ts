/** IntrospectionProvider against Glewlwyd, with its oddities. Skipped, loudly, where it is not installed: apt-get install glewlwyd. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isUnavailable } from '../../src/errors.js'
import { anyAudience, clientSecretBasic, clientSecretPost, gate, IntrospectionProvider, JwksProvider } from '../../src/index.js'
import { athOf, holder, RESOURCE } from '../gate/dpop/proof-kit.js'
import { headers } from '../gate/headers.js'
import { glewlwyd, HAS_GLEWLWYD, SECRET } from '../introspection/glewlwyd-kit.js'
import { recorder } from '../recorder.js'
import type { Glewlwyd } from '../introspection/glewlwyd-kit.js'
import type { IntrospectionProviderOptions } from '../../src/index.js'

if (!HAS_GLEWLWYD) console.warn('SKIPPED: the tests against Glewlwyd, which is not installed; apt-get install glewlwyd')

describe.skipIf(!HAS_GLEWLWYD)('Glewlwyd', () => {
  let idp: Glewlwyd
  beforeAll(async () => {
    idp = await glewlwyd()
  })
  afterAll(() => idp?.close())

  function provider(options: Partial<IntrospectionProviderOptions> = {}) {
    const { events, observe } = recorder()
    const made = new IntrospectionProvider({
      ...{ issuer: idp.issuer, audience: 'notes', clientAuth: clientSecretBasic('agent', SECRET), cache: false, timeout: 10 },
      ...{ observe },
      ...options,
    } as IntrospectionProviderOptions)
    return { made, events }
  }

  test('a token is its own by issuer, accepted, revoked, and refused', async () => {
    const { made } = provider()
    const token = await idp.token()
    expect(made.recognizes(token)).toBe('mine')
    // No `sub` and no `iss` in the answer: the client speaks for itself.
    expect(await made.verifyToken(token)).toMatchObject({ subject: 'agent', clientId: 'agent', scopes: ['notes'] })
    await idp.revoke(token)
    expect(await made.verifyToken(token)).toBeNull()
  })

  test.each(['by introspection', 'by its keys'])('a token that it binds to a key (cnf.jkt) opens a gate with its proof, and to nobody else (%s)', async (how) => {
    const ada = await holder()
    const now = (): number => Math.floor(Date.now() / 1000)
    const token = await idp.bound((url) => ada.prove({ htu: url, iat: now(), ath: undefined }))
    const { events, observe } = recorder()
    const keys = { issuer: idp.issuer, jwksUri: `${idp.issuer}/jwks`, audience: 'notes' }
    const auth = how === 'by its keys' ? new JwksProvider({ ...keys, observe }) : provider().made
    const guard = gate(auth, { resource: RESOURCE, proof: { dpop: 'accepted', observe } })
    const ask = async (authorization: string, ...dpop: readonly string[]) =>
      (await guard({ method: 'POST', path: '/mcp', header: headers({ authorization: [authorization], dpop }) })).pass
    const one = await ada.prove({ iat: now(), ath: athOf(token) })
    expect(await ask(`DPoP ${token}`, one), JSON.stringify(events)).toBe(true)
    expect([await ask(`DPoP ${token}`, one), await ask(`Bearer ${token}`), await ask(`DPoP ${token}`, await (await holder()).prove({ iat: now(), ath: athOf(token) }))]).toEqual([false, false, false])
    expect(events.flatMap((event) => (event.type === 'proof_refused' ? [event.check] : []))).toEqual(['replay', 'scheme', 'binding'])
  })

  test('the scope stands in aud, and the refusal says so', async () => {
    const { made, events } = provider({ audience: 'https://mcp.example.com/mcp' })
    expect(await made.verifyToken(await idp.token())).toBeNull()
    expect(events.at(-1)).toMatchObject({ reason: 'wrong_audience', hint: expect.stringContaining('audienceClaims') })
    const { made: told } = provider({ audience: 'agent', audienceClaims: 'client_id' })
    expect(await told.verifyToken(await idp.token())).not.toBeNull()
  })

  test('a signed answer is for the audience of the token, and is taken where that is told', async () => {
    const { made, events } = provider({ signed: {} } as never)
    const token = await idp.token()
    await expect(made.verifyToken(token)).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE', fault: 'unreadable' })
    expect(events.find(({ type }) => type === 'endpoint_unavailable')).toMatchObject({ message: expect.stringContaining('signed.audience') })
    const { made: told } = provider({ signed: { audience: 'notes' } } as never)
    expect(await told.verifyToken(token)).toMatchObject({ subject: 'agent', issuer: idp.issuer })
    const { made: any } = provider({ signed: { audience: anyAudience } } as never)
    expect(await any.verifyToken(token)).toMatchObject({ subject: 'agent' })
    // It signs no refusals: 400, and not a word. That is no yes, and it does not shut out the others.
    await idp.revoke(token)
    await expect(any.verifyToken(token)).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE', fault: 'status' })
  })

  test('a token is active only for the client that got it, and the refusal says what it may be', async () => {
    const { made, events } = provider({ clientAuth: clientSecretBasic('notes-server', SECRET) })
    expect(await made.verifyToken(await idp.token())).toBeNull()
    expect(events.at(-1)).toMatchObject({ claim: 'active', hint: expect.stringContaining('not for this client') })
  })

  test.each([
    ['a wrong secret', () => clientSecretBasic('agent', 'wrong')],
    ['a method that it does not take for introspection', () => clientSecretPost('agent', SECRET)],
  ])('%s is unavailable and loud', async (_, clientAuth) => {
    const { made, events } = provider({ clientAuth: clientAuth() })
    const answer = await made.verifyToken(await idp.token()).catch((error: unknown) => error)
    expect(isUnavailable(answer)).toBe(true)
    expect(events.map(({ type }) => type)).toContain('credentials_refused')
  })

  test('garbage is refused', async () => {
    expect(await provider().made.verifyToken('never-issued')).toBeNull()
  })
})
