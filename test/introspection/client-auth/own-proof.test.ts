/** A token of our own that is bound to a key: oidc-provider issues it, and the endpoint that wants its proofs is behind our own gate. */
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearerAuth } from '../../../src/adapters/node.js'
import { bearerClientAuth, clientCredentials, clientSecretBasic, clientSecretPost, IntrospectionProvider } from '../../../src/index.js'
import { closing } from '../../closing.js'
import { AUDIENCE, START } from '../../oauth-kit.js'
import { recorder } from '../../recorder.js'
import { faultEndpoint, json } from '../fault-endpoint.js'
import { CLIENT_SECRET, oidcKit } from '../oidc-kit.js'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Listener } from '../../../src/adapters/node.js'
import type { ClientCredentialsOptions } from '../../../src/index.js'
import type { Respond } from '../fault-endpoint.js'
import type { OidcKit } from '../oidc-kit.js'

let idp: OidcKit
beforeAll(async () => {
  idp = await oidcKit()
})
afterAll(() => idp.close())

const GOOD = { active: true, aud: AUDIENCE, sub: 'ada', exp: START + 9_999_999_999 }

/** An introspection endpoint on loopback that takes bound tokens of oidc-provider only, each with a proof and a nonce. */
async function guarded() {
  const { events, observe } = recorder()
  const seen: IncomingMessage['headers'][] = []
  let guard: Listener = () => undefined
  const server = createServer((request, response) => {
    seen.push(request.headers)
    void guard(request, response)
  })
  closing({ close: () => (server.closeAllConnections(), server.close()) })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/introspect` // listening on TCP
  const auth = closing(new IntrospectionProvider({ issuer: idp.issuer, audience: AUDIENCE, clientAuth: clientSecretPost('post', CLIENT_SECRET) }))
  guard = bearerAuth(auth, { resource: endpoint, proof: { dpop: 'required', nonce: true, observe } })((_request, response) => {
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(GOOD))
  })
  const refused = (): readonly string[] => events.flatMap((event) => (event.type === 'proof_refused' ? [event.check] : []))
  return { endpoint, seen, refused }
}

function asking(endpoint: string, dpop: ClientCredentialsOptions['dpop'], tokenEndpoint = `${idp.issuer}/token`, timeout = 10) {
  const source = { clientAuth: clientSecretBasic('basic', CLIENT_SECRET), tokenEndpoint, scope: 'notes:read', parameters: { resource: AUDIENCE }, dpop }
  const clientAuth = bearerClientAuth(clientCredentials(source))
  const { events, observe } = recorder()
  return { events, provider: closing(new IntrospectionProvider({ endpoint, audience: AUDIENCE, clientAuth, cache: false, timeout, observe })) }
}

describe('a token of our own, bound to a key', () => {
  test.each<[string, () => Promise<ClientCredentialsOptions['dpop']>]>([
    ['of this process', async () => true],
    ['of ours, by another algorithm', () => crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']) as Promise<CryptoKeyPair>],
  ])('%s is granted, and shown with a proof each time; the nonce comes by one retry, and is kept', async (_, dpop) => {
    const { endpoint, seen, refused } = await guarded()
    const { provider, events } = asking(endpoint, await dpop())
    for (const token of ['a', 'b', 'c']) expect(await provider.verifyToken(token), JSON.stringify(events)).toMatchObject({ subject: 'ada' })
    expect(refused()).toEqual(['nonce'])
    expect(seen).toHaveLength(4)
    expect(new Set(seen.map(({ dpop: proof }) => proof)).size).toBe(4)
  })

  test('is worth nothing to whoever catches it, with its proof and without', async () => {
    const { endpoint, seen, refused } = await guarded()
    await asking(endpoint, true).provider.verifyToken('a')
    const { authorization = '', dpop = '' } = seen.at(-1) ?? {}
    const stolen = async (headers: Record<string, string>): Promise<number> => (await fetch(endpoint, { method: 'POST', headers, body: 'token=a' })).status
    expect(await stolen({ Authorization: authorization, DPoP: String(dpop) })).toBe(401)
    expect(await stolen({ Authorization: authorization })).toBe(401)
    expect(await stolen({ Authorization: authorization.replace('DPoP', 'Bearer') })).toBe(401)
    expect(refused()).toEqual(['nonce', 'replay', 'one_header', 'scheme'])
  })

  test('at an endpoint that wants none, nobody gets in, and it is loud', async () => {
    const { endpoint } = await guarded()
    const { provider, events } = asking(endpoint, undefined)
    await expect(provider.verifyToken('a')).rejects.toMatchObject({ fault: 'credentials' })
    expect(events).toContainEqual(expect.objectContaining({ type: 'credentials_refused', method: 'bearer' }))
  })
})

const NONCE: Respond = (response) => void response.writeHead(401, { 'WWW-Authenticate': 'DPoP error="use_dpop_nonce"', 'DPoP-Nonce': crypto.randomUUID() }).end()

/** An authorization server of the tests' own, which grants what it is told. */
async function granting(grant: object = { access_token: 'own', token_type: 'DPoP', expires_in: 100 }, dpop = true) {
  const server = closing(await faultEndpoint())
  server.at('/token', grant)
  server.answer(GOOD)
  return { server, ...asking(server.endpoint, dpop, `${server.issuer}/token`) }
}

const nonceOf = (proof: unknown): unknown => JSON.parse(Buffer.from(String(proof).split('.')[1] ?? '', 'base64url').toString()).nonce

describe('an endpoint that wants a nonce', () => {
  test('each time anew is asked twice, and then nobody knows', async () => {
    const { server, provider, events } = await granting()
    server.answer(NONCE)
    await expect(provider.verifyToken('a')).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE', fault: 'own proof' })
    expect(server.questions).toHaveLength(2)
    expect(server.others, 'the token is kept: it is not what was wrong').toEqual(['/token'])
    expect(JSON.stringify(events)).not.toMatch(/own"|eyJ/)
  })

  test('and sends it with good answers is never asked twice', async () => {
    const { server, provider } = await granting()
    server.answer(json(GOOD, 200, { 'DPoP-Nonce': 'the-next' }))
    for (const token of ['a', 'b']) await provider.verifyToken(token)
    expect(server.questions.map(({ headers }) => nonceOf(headers.dpop))).toEqual([undefined, 'the-next'])
  })

  test.each([['without end', 'n'.repeat(1_025)], ['with a quote', 'a"b'], ['with a blank', 'a b']])('%s gets none', async (_, nonce) => {
    const { server, provider } = await granting()
    server.answer(json(GOOD, 200, { 'DPoP-Nonce': nonce }))
    for (const token of ['a', 'b']) await provider.verifyToken(token)
    expect(server.questions.map(({ headers }) => nonceOf(headers.dpop))).toEqual([undefined, undefined])
  })

  test('of somebody who makes no proofs is not understood', async () => {
    const { server, provider } = await granting({ access_token: 'own', token_type: 'Bearer' }, false)
    server.answer(NONCE)
    await expect(provider.verifyToken('a')).rejects.toMatchObject({ fault: 'credentials' })
    expect(server.questions).toHaveLength(1)
  })

  test('is told from one that does not take the token, for which a new one is granted', async () => {
    const { server, provider } = await granting()
    server.answer((response) => void response.writeHead(401, { 'WWW-Authenticate': 'DPoP error="invalid_token"' }).end())
    for (const token of ['a', 'b']) await expect(provider.verifyToken(token)).rejects.toMatchObject({ fault: 'credentials' })
    expect(server.questions).toHaveLength(2)
    expect(server.others).toEqual(['/token', '/token'])
  })
})

describe('a grant', () => {
  test.each([
    ['unbound', { access_token: 'own', token_type: 'Bearer', expires_in: 100 }],
    ['of another kind', { access_token: 'own', token_type: 'mac' }],
  ])('that is %s is not used', async (_, grant) => {
    const { server, provider } = await granting(grant)
    await expect(provider.verifyToken('a')).rejects.toMatchObject({ fault: 'own proof', message: expect.stringContaining('granted no token') })
    expect(server.questions).toEqual([])
  })
})

describe('the option', () => {
  test.each<[string, unknown]>([
    ['a word', 'yes'],
    ['a public key alone', { publicKey: {} }],
    ['nothing', null],
  ])('with %s is a TypeError that says what to write', (_, dpop) => {
    const credentials = (): unknown => clientCredentials({ clientAuth: clientSecretBasic('a', 'b'), dpop: dpop as true })
    expect(credentials).toThrow(/"dpop" of clientCredentials must be true/)
  })

  test('takes no pair whose public key cannot be sent', async () => {
    const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    expect(() => clientCredentials({ clientAuth: clientSecretBasic('a', 'b'), dpop: { privateKey, publicKey: privateKey } })).toThrow(TypeError)
  })
})
