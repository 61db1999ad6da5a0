/** The demo's authorization server does what a client needs that knows nothing of it, and nothing for a stranger. */
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startIdentityProvider } from '../../examples/demo/identity-provider.js'
import { no, Person, yes } from '../../examples/demo/person.js'
import { Watch } from '../../examples/demo/watch.js'
import type { AddressInfo } from 'node:net'
import type { IdentityProvider } from '../../examples/demo/identity-provider.js'

const CALLBACK = 'http://127.0.0.1:33418/callback'
const RESOURCE = 'https://mcp.example.com/mcp'

let provider: IdentityProvider
beforeAll(async () => void (provider = await startIdentityProvider()))
afterAll(() => provider.close())

describe('what a stranger may register', () => {
  it.each([
    ['http://127.0.0.1:33418/callback'],
    ['http://localhost:3334/oauth/callback'],
    ['http://[::1]:1/'],
    ['https://client.example.com/callback'],
  ])('a public client at %s', async (uri) => {
    expect((await register({ redirect_uris: [uri] })).status).toBe(201)
  })

  it.each([
    ['a client with a secret', { token_endpoint_auth_method: 'client_secret_basic' }],
    ['one that does not say that it has none', { token_endpoint_auth_method: undefined }],
    ['an address elsewhere in plain text', { redirect_uris: ['http://client.example.com/callback'] }],
    ['one that only begins like this machine', { redirect_uris: ['http://127.0.0.1.example.com/'] }],
    ['a scheme of its own', { redirect_uris: ['javascript:alert(1)'] }],
    ['a good address and a bad one', { redirect_uris: [CALLBACK, 'http://client.example.com/'] }],
    ['no address', { redirect_uris: [] }],
    ['a text in place of a list', { redirect_uris: CALLBACK }],
    ['a client that signs in for itself', { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] }],
  ])('not %s', async (_, metadata) => {
    const response = await register(metadata)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: expect.stringMatching(/^invalid_/) })
  })

  it('not a URL that the provider would read at once', async () => {
    let connections = 0
    const inside = createServer((socket) => void ((connections += 1), socket.destroy()))
    await new Promise<void>((resolve) => void inside.listen(0, '127.0.0.1', resolve))
    const { port } = inside.address() as AddressInfo // a TCP server that listens has one
    for (const name of ['sector_identifier_uri', 'jwks_uri', 'initiate_login_uri']) await register({ [name]: `https://127.0.0.1:${port}/` })
    await new Promise((resolve) => void inside.close(resolve))
    expect(connections).toBe(0)
  })

  it('forgets the scopes of the registration, so that the client can ask for more', async () => {
    expect(await (await register({ scope: 'notes:read' })).json()).not.toHaveProperty('scope')
  })
})

describe('signing in', () => {
  it('is told by the same metadata at both well-known places', async () => {
    const [oauth, openid] = await Promise.all(['oauth-authorization-server', 'openid-configuration'].map((name) => json(`/.well-known/${name}`)))
    expect(oauth).toEqual(openid)
    expect(oauth).toMatchObject({
      issuer: provider.issuer,
      registration_endpoint: `${provider.issuer}/reg`,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    })
  })

  it.each([
    ['without PKCE', { code_challenge: '', code_challenge_method: '' }],
    ['with a challenge in plain', { code_challenge_method: 'plain' }],
  ])('is refused %s', async (_, parameters) => {
    const response = await fetch(await question(parameters), { redirect: 'manual' })
    expect(new URL(response.headers.get('Location') ?? '').searchParams.get('error')).toBe('invalid_request')
  })

  it.each([
    ['a code', yes, 'code'],
    ['a refusal', no, 'error'],
  ])('gives %s with the state and the issuer', async (_, answer, member) => {
    const { searchParams } = await new Person(new Watch(RESOURCE)).visit(await question(), CALLBACK, answer)
    expect(Object.fromEntries(searchParams)).toMatchObject({ [member]: expect.any(String), state: 'of-the-client', iss: provider.issuer })
  })

  it('asks once, and for the scopes that there are, whatever else the client names', async () => {
    const watch = new Watch(RESOURCE)
    await new Person(watch).visit(await question({ scope: 'openid email notes:read admin' }), CALLBACK, yes)
    expect(watch.way).toEqual([['browser', '303 /auth', '200 /interaction', '\u201CSign in as Ada and allow: notes:read\u201D', '303 /interaction', '303 /auth']])
  })

  it('shows the name of a client as text, and in no frame of another page', async () => {
    const { page, headers } = await pageFor({ client_name: '<button>Sign in</button>' })
    expect(page).toContain('&#60;button&#62;')
    expect(page.match(/<button/g)).toHaveLength(2)
    expect(headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'")
  })

  it.each(['GET', 'POST'])('takes a %s only from the browser that it sent to the page', async (method) => {
    const { url } = await pageFor({})
    expect((await fetch(url, { method })).status).toBe(400)
  })
})

function register(metadata: object): Promise<Response> {
  const body = JSON.stringify({ redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none', ...metadata })
  return fetch(`${provider.issuer}/reg`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
}

async function json(path: string): Promise<unknown> {
  return (await fetch(`${provider.issuer}${path}`)).json()
}

/** Where a client that registered like this sends the browser. */
async function question(parameters: Readonly<Record<string, string>> = {}, metadata = {}): Promise<URL> {
  const { client_id } = (await (await register(metadata)).json()) as { client_id: string }
  const url = new URL('/auth', provider.issuer)
  const all = {
    ...{ response_type: 'code', client_id, redirect_uri: CALLBACK, scope: 'notes:read', resource: RESOURCE, state: 'of-the-client' },
    ...{ code_challenge: 'a'.repeat(43), code_challenge_method: 'S256', ...parameters },
  }
  for (const [name, value] of Object.entries(all)) if (value !== '') url.searchParams.set(name, value)
  return url
}

/** The page that asks for consent, in a browser that was sent there. */
async function pageFor(metadata: object): Promise<{ readonly url: URL; readonly page: string; readonly headers: Headers }> {
  const { headers: sent } = await fetch(await question({}, metadata), { redirect: 'manual' })
  const url = new URL(sent.get('Location') ?? '', provider.issuer)
  const cookie = sent.getSetCookie().map((header) => header.split(';', 1)[0]).join('; ')
  const response = await fetch(url, { headers: { cookie } })
  return { url, page: await response.text(), headers: response.headers }
}
