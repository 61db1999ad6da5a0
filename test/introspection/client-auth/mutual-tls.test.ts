/** tlsClientAuth over real TLS: oidc-provider sees the certificate that the `fetch` of ours brings, and nobody else's will do. */
import { createServer } from 'node:https'
import { Agent, fetch as undiciFetch } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearerAuth } from '../../../src/adapters/node.js'
import { bearerClientAuth, clientCredentials, IntrospectionProvider, tlsCertificate, tlsClientAuth } from '../../../src/index.js'
import { AUDIENCE } from '../../oauth-kit.js'
import { closing } from '../../closing.js'
import { recorder } from '../../recorder.js'
import { authority } from './certificates.js'
import { faultEndpoint } from '../fault-endpoint.js'
import { oidcKit } from '../oidc-kit.js'
import type { AddressInfo } from 'node:net'
import type { Server } from 'node:https'
import type { ClientAuth } from '../../../src/index.js'
import type { Certificate } from './certificates.js'
import type { OidcKit } from '../oidc-kit.js'

const tls = authority()
let idp: OidcKit
beforeAll(async () => {
  idp = await oidcKit({ tls })
})
afterAll(() => idp.close())

/** What a client gets that brings this certificate. */
function setUp(
  certificate: Certificate | undefined,
  { ca = tls.ca, clientAuth = tlsClientAuth('certified'), endpoint }: { ca?: string; clientAuth?: ClientAuth; endpoint?: string } = {},
) {
  const { events, observe } = recorder()
  const dispatcher = new Agent({ connect: { ca, ...certificate } })
  closing({ close: () => dispatcher.destroy() })
  const provider = closing(
    new IntrospectionProvider({
      issuer: idp.issuer,
      endpoint,
      audience: AUDIENCE,
      clientAuth,
      cache: false,
      timeout: 10,
      observe,
      fetch: (url, init) => undiciFetch(url, { ...init, dispatcher }),
    }),
  )
  return { provider, events }
}

describe('tlsClientAuth', () => {
  test('is who its certificate says', async () => {
    const { provider, events } = setUp(tls.issue('notes-server'))
    const token = await idp.token()
    expect(await provider.verifyToken(token), JSON.stringify(events)).toMatchObject({ subject: 'agent', scopes: ['notes:read'] })
    await idp.revoke(token)
    expect(await provider.verifyToken(token)).toBeNull()
  })

  test.each([
    ['no certificate', () => undefined],
    ['a certificate of another name', () => tls.issue('payroll-server')],
    ['a certificate of another authority', () => authority('others').issue('notes-server')],
  ])('with %s is nobody: unavailable, and loud', async (_, certificate) => {
    const { provider, events } = setUp(certificate())
    await expect(provider.verifyToken(await idp.token())).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE', fault: 'credentials' })
    expect(events).toContainEqual(expect.objectContaining({ type: 'credentials_refused', method: 'tls_client_auth' }))
  })

  test('is known by the certificate itself where that was registered, and nobody vouches for it (self_signed_tls_client_auth)', async () => {
    const clientAuth = tlsClientAuth('self-signed')
    const { provider, events } = setUp(idp.selfSigned, { clientAuth })
    expect(await provider.verifyToken(await idp.token()), JSON.stringify(events)).toMatchObject({ subject: 'agent' })
    await expect(setUp(authority('somebody').issue('whoever'), { clientAuth }).provider.verifyToken(await idp.token())).rejects.toMatchObject({ fault: 'credentials' })
  })

  test('does not talk to a server that another authority vouches for, and says which error that was', async () => {
    const { provider, events } = setUp(tls.issue('notes-server'), { ca: authority('others').ca })
    await expect(provider.verifyToken(await idp.token())).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'endpoint_unavailable',
        message: expect.stringMatching(/\(SELF_SIGNED_CERT_IN_CHAIN\)|\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/),
      }),
    )
  })

  test('gets a token of its own by its certificate, for an endpoint that wants one', async () => {
    const endpoint = closing(await faultEndpoint())
    endpoint.answer({ active: true, aud: AUDIENCE, sub: 'ada', exp: Date.now() / 1000 + 60 })
    const clientAuth = bearerClientAuth(clientCredentials({ clientAuth: tlsClientAuth('certified'), tokenEndpoint: `${idp.issuer}/token`, scope: 'notes:read', parameters: { resource: AUDIENCE } }))
    const { provider } = setUp(tls.issue('notes-server'), { clientAuth, endpoint: endpoint.endpoint })
    expect(await provider.verifyToken('opaque')).toMatchObject({ subject: 'ada' })
    const [, own = ''] = endpoint.questions[0]?.headers.authorization?.split(' ') ?? []
    expect(await setUp(tls.issue('notes-server')).provider.verifyToken(own)).toMatchObject({ clientId: 'certified' })
  })

  test('shows a token of its own that is bound to its certificate, at an endpoint that looks at both', async () => {
    const { origin, events } = await guardedEndpoint()
    const clientAuth = bearerClientAuth(clientCredentials({ clientAuth: tlsClientAuth('bound'), tokenEndpoint: `${idp.issuer}/token`, scope: 'notes:read', parameters: { resource: AUDIENCE } }))
    const certificate = tls.issue('notes-server')
    expect(await setUp(certificate, { clientAuth, endpoint: `${origin}/introspect` }).provider.verifyToken('opaque'), JSON.stringify(events)).toMatchObject({ subject: 'ada' })
    // The token is kept, and now goes with another certificate: as a thief would show it.
    await expect(setUp(tls.issue('notes-server'), { clientAuth, endpoint: `${origin}/introspect` }).provider.verifyToken('opaque')).rejects.toMatchObject({ fault: 'credentials' })
    expect(events.map((event) => (event.type === 'proof_refused' ? event.check : event.type))).toEqual(['proof_accepted', 'certificate'])
  })
})

/** An introspection endpoint on TLS behind our own gate, which wants a certificate for tokens that are bound to one. */
async function guardedEndpoint() {
  const { events, observe } = recorder()
  const server = createServer({ ...tls.issue('endpoint'), ca: tls.ca, requestCert: true, rejectUnauthorized: false })
  const origin = `https://127.0.0.1:${await listening(server)}`
  const guard = bearerAuth(setUp(tls.issue('notes-server')).provider, { resource: `${origin}/introspect`, proof: { certificate: tlsCertificate(), observe } })
  const answer = JSON.stringify({ active: true, aud: AUDIENCE, sub: 'ada', exp: Date.now() / 1000 + 60 })
  server.on('request', guard((_request, response) => void response.setHeader('Content-Type', 'application/json').end(answer)))
  return { origin, events }
}

async function listening(server: Server): Promise<number> {
  closing({ close: () => (server.closeAllConnections(), server.close()) })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port // listening on TCP
}
