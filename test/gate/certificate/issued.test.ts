/** Tokens that oidc-provider bound to a client's certificate (RFC 8705 section 3), opaque and JWT, at a server that ends TLS itself. */
import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:https'
import { Agent, fetch as undiciFetch } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearerAuth } from '../../../src/adapters/node.js'
import { clientSecretPost, IntrospectionProvider, JwksProvider, requireAuth, tlsCertificate } from '../../../src/index.js'
import { closing } from '../../closing.js'
import { authority } from '../../introspection/client-auth/certificates.js'
import { CLIENT_SECRET, oidcKit } from '../../introspection/oidc-kit.js'
import { AUDIENCE } from '../../oauth-kit.js'
import { recorder } from '../../recorder.js'
import type { AddressInfo } from 'node:net'
import type { Certificate } from '../../introspection/client-auth/certificates.js'
import type { OidcKit } from '../../introspection/oidc-kit.js'

const tls = authority()
const client = tls.issue('notes-server')
let idp: OidcKit
beforeAll(async () => {
  idp = await oidcKit({ tls })
})
afterAll(() => idp.close())

/** Sends with this certificate. */
function sending(shown?: Certificate): typeof undiciFetch {
  const dispatcher = new Agent({ connect: { ca: tls.ca, ...shown } })
  closing({ close: () => dispatcher.destroy() })
  return (url, init) => undiciFetch(url, { ...init, dispatcher })
}

async function granted(clientId: string): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, resource: AUDIENCE, scope: 'notes:read' })
  const response = await sending(client)(`${idp.issuer}/token`, { method: 'POST', body })
  return ((await response.json()) as { access_token: string }).access_token // by oidc-provider
}

describe.each([['opaque', 'bound'], ['JWT', 'bound-jwt']])('a bound token of oidc-provider (%s)', (kind, clientId) => {
  test('is good for whoever shows the certificate that it was issued to, and for nobody else', async () => {
    const fetch = sending()
    const common = { issuer: idp.issuer, audience: AUDIENCE, fetch }
    const auth = closing(kind === 'JWT' ? new JwksProvider(common) : new IntrospectionProvider({ ...common, clientAuth: clientSecretPost('post', CLIENT_SECRET) }))
    const { events, observe } = recorder()
    const guard = bearerAuth(auth, { proof: { certificate: { required: tlsCertificate() }, observe } })
    const handler = guard((_req, res) => void res.end(requireAuth().boundTo?.['x5t#S256']))
    const server = createServer({ ...tls.issue('notes'), ca: tls.ca, requestCert: true, rejectUnauthorized: false }, handler)
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    closing({ close: () => (server.closeAllConnections(), server.close()) })
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` // listening on TCP
    const ask = (token: string, shown?: Certificate) => sending(shown)(url, { headers: { Authorization: `Bearer ${token}` } })
    const token = await granted(clientId)
    const good = await ask(token, client)
    expect([good.status, await good.text()], JSON.stringify(events)).toEqual([200, thumbprint(client)])
    // Of the same name, by the same authority: another key.
    const refused = [await ask(token, tls.issue('notes-server')), await ask(token), await ask(await idp.token(kind === 'JWT' ? 'jwt' : 'opaque'), client)]
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401])
    expect(events.flatMap((event) => (event.type === 'proof_refused' ? [event.check] : []))).toEqual(['certificate', 'certificate', 'unbound'])
  })
})

function thumbprint({ cert }: Certificate): string {
  return Buffer.from(new X509Certificate(cert).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
}
