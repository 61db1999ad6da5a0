// The issuers that every runtime asks: one that signs, one that is asked about opaque tokens, and one that is broken.
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { once } from 'node:events'
import { createServer } from 'node:http'

const AUDIENCE = 'https://mcp.example.com/mcp'
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA']
const now = () => Math.floor(Date.now() / 1000)

export async function startIssuers() {
  const pairs = Object.fromEntries(await Promise.all(ALGORITHMS.map(async (alg) => [alg, await generateKeyPair(alg)])))
  const keys = await Promise.all(ALGORITHMS.map(async (alg) => ({ ...(await exportJWK(pairs[alg].publicKey)), kid: alg, alg, use: 'sig' })))
  const stranger = await generateKeyPair('RS256')
  const opaque = new Map()
  const server = createServer(async (req, res) => {
    const send = (status, value) => res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
    const name = ['signed', 'opaque'].find((one) => req.url.includes(one))
    if (name === undefined) return send(500, {}) // whatever the broken one is asked
    const issuer = `http://${req.headers.host}/${name}`
    if (req.url.includes('/.well-known/')) return send(200, { issuer, jwks_uri: `${issuer}/keys`, introspection_endpoint: `${issuer}/introspect`, introspection_endpoint_auth_methods_supported: ['client_secret_basic'] })
    if (req.url === '/signed/keys') return send(200, { keys })
    if (!req.headers.authorization?.startsWith('Basic ')) return send(401, {})
    let form = ''
    for await (const chunk of req) form += chunk
    const claims = opaque.get(new URLSearchParams(form).get('token'))
    return send(200, claims === undefined ? { active: false } : { active: true, iss: issuer, aud: AUDIENCE, exp: now() + 600, ...claims })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${server.address().port}`

  const sign = (claims, { alg = 'RS256', key = pairs[alg].privateKey, issuer = 'signed', lifetime = 600 } = {}) =>
    new SignJWT({ iss: `${origin}/${issuer}`, aud: AUDIENCE, iat: now() - 60, exp: now() + lifetime, scope: 'notes:read', ...claims })
      .setProtectedHeader({ alg, kid: alg, typ: 'at+jwt' })
      .sign(key)
  return {
    origin,
    sign,
    forge: (claims) => sign(claims, { key: stranger.privateKey }),
    issueOpaque: (token, claims) => opaque.set(token, claims),
    close: () => (server.closeAllConnections(), server.close()),
  }
}
