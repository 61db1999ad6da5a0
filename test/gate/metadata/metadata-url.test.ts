/** Where the metadata is really served: below a prefix that a proxy takes away, and on a private network. */
import { describe, expect, test } from 'vitest'
import { allowInsecureHttp, gate, StaticProvider } from '../../../src/index.js'
import { tokenVerifier } from '../../../src/adapters/mcp.js'
import { headers } from '../headers.js'
import type { Answer, GateOptions } from '../../../src/index.js'

const auth = new StaticProvider({ 'a-key-0123456789abcdef': { claims: { sub: 'ada' } } })
const RESOURCE = 'https://example.com/team/notes/mcp'
const options: GateOptions = { resource: RESOURCE, metadataUrl: 'https://example.com/team/notes/.well-known/oauth-protected-resource/mcp', authorizationServers: ['https://id.example.com'] }

async function answerAt(path: string, method = 'GET', given: GateOptions = options): Promise<Answer> {
  const ahead = method === 'OPTIONS' ? { origin: ['https://page.example'], 'access-control-request-method': ['GET'] } : {}
  const decision = await gate(auth, given)({ method, path, header: headers(ahead) })
  if (decision.pass) throw new Error('passed')
  return decision.answer
}

describe('"metadataUrl"', () => {
  test('is where the challenge points', async () => {
    expect((await answerAt('/mcp', 'POST')).headers['WWW-Authenticate']).toBe(`Bearer resource_metadata="${options.metadataUrl}"`)
  })

  test.each(['/team/notes/.well-known/oauth-protected-resource/mcp', '/notes/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource/team/notes/mcp'])(
    '%s has the document of the public resource, for GET, HEAD and preflights',
    async (path) => {
      const found = await answerAt(path)
      expect(found.status).toBe(200)
      expect(JSON.parse(found.body)).toMatchObject({ resource: RESOURCE })
      expect((await answerAt(path, 'HEAD')).status).toBe(200)
      expect(await answerAt(path, 'OPTIONS')).toMatchObject({ status: 204, headers: { 'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS' } })
    },
  )

  test.each(['/other/.well-known/oauth-protected-resource/mcp', '/mcp', '/team/notes/mcp', '/oauth-protected-resource/mcp', '/'])('%s is no such path', async (path) => {
    expect((await answerAt(path)).status).toBe(401)
  })

  test('may be of another host, whose path has no prefix of ours', async () => {
    const given = { ...options, metadataUrl: 'https://meta.example.org/notes.json' }
    expect((await answerAt('/notes.json', 'GET', given)).status).toBe(200)
    expect((await answerAt('/mcp', 'POST', given)).headers['WWW-Authenticate']).toContain('resource_metadata="https://meta.example.org/notes.json"')
  })

  test('the resource itself stays guarded, wherever the metadata is said to be', async () => {
    const given = { resource: 'https://example.com/team/mcp', metadataUrl: 'https://example.com/team/mcp/meta' }
    expect((await answerAt('/meta', 'GET', given)).status).toBe(200)
    for (const path of ['/team/mcp', '/mcp', '/']) expect((await answerAt(path, 'GET', given)).status).toBe(401)
  })

  test.each<[string, GateOptions, RegExp]>([
    ['without a resource', { metadataUrl: 'https://example.com/x' }, /"metadataUrl" says where the metadata of "resource" is/],
    ['that is a path', { resource: RESOURCE, metadataUrl: '/x' }, /"metadataUrl" must be an absolute URL/],
    ['with a query', { resource: RESOURCE, metadataUrl: 'https://example.com/x?y=1' }, /"metadataUrl" must not have a query/],
    ['without a path', { resource: RESOURCE, metadataUrl: 'https://example.com/' }, /"metadataUrl" must have a path of its own/],
    ['on plain http', { resource: RESOURCE, metadataUrl: 'http://example.com/x' }, /"metadataUrl" must be an https URL; .*\[allowInsecureHttp\]: true/],
  ])('one %s is refused', (_, given, message) => {
    expect(() => gate(auth, given)).toThrow(message)
  })
})

describe('[allowInsecureHttp]', () => {
  const insecure: Record<string, GateOptions> = {
    resource: { resource: 'http://mcp:3000/mcp' },
    metadataUrl: { resource: 'https://example.com/mcp', metadataUrl: 'http://192.168.1.5/meta' },
    authorizationServers: { resource: 'https://example.com/mcp', authorizationServers: ['http://keycloak.default.svc.cluster.local/realms/x'] },
    mirror: { mirror: { issuer: 'http://keycloak:8080/realms/x' } },
    metadata: { resource: 'https://example.com/mcp', metadata: { resource_documentation: 'http://docs:8080/' } },
  }

  test.each(Object.entries(insecure))('is needed for "%s" on plain http, and enough', (name, given) => {
    expect(() => gate(auth, given)).toThrow(new RegExp(`"${name}.*" must be an https URL; .*\\[allowInsecureHttp\\]: true`))
    expect(() => gate(auth, { ...given, [allowInsecureHttp]: true })).not.toThrow()
  })

  test('allows http and nothing else', () => {
    expect(() => gate(auth, { resource: 'ftp://mcp/mcp', [allowInsecureHttp]: true })).toThrow(/https/)
  })

  test('has challenges and metadata say the URL as it is', async () => {
    const given: GateOptions = { resource: 'http://mcp:3000/mcp', [allowInsecureHttp]: true }
    expect((await answerAt('/mcp', 'POST', given)).headers['WWW-Authenticate']).toContain('resource_metadata="http://mcp:3000/.well-known/oauth-protected-resource/mcp"')
    expect(JSON.parse((await answerAt('/.well-known/oauth-protected-resource/mcp', 'GET', given)).body)).toMatchObject({ resource: 'http://mcp:3000/mcp' })
  })

  test("goes for the SDKs' own gates too", () => {
    expect(() => tokenVerifier(auth, { resource: 'http://mcp:3000/mcp' })).toThrow(/allowInsecureHttp/)
    expect(() => tokenVerifier(auth, { resource: 'http://mcp:3000/mcp', [allowInsecureHttp]: true })).not.toThrow()
  })
})
