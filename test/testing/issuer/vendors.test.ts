/** A test issuer that is like a vendor is taken by the preset of that vendor, by the vendor's own URLs. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterEach, describe, expect, test } from 'vitest'
import * as presets from '../../../providers/presets/index.js'
import { anyAudience, fromClaim, JwksProvider } from '../../../src/index.js'
import { createTestIssuer, vendorNames } from '../../../src/testing/index.js'
import { OPAQUE } from '../../providers/presets/opaque.js'
import { PEOPLE } from '../../providers/presets/people.js'
import { WORKLOADS } from '../../providers/presets/workloads.js'
import type { JwksProviderOptions } from '../../../src/index.js'
import type { TestIssuer, VendorName } from '../../../src/testing/index.js'

const open: JwksProvider[] = []
afterEach(() => Promise.all(open.splice(0).map((provider) => provider.close())))

/** One for each vendor: RSA keys take their time. */
const issuers = new Map(vendorNames.map((like) => [like, createTestIssuer({ like })]))

function issuerLike(like: VendorName): TestIssuer {
  const issuer = issuers.get(like)
  if (issuer === undefined) throw new Error(`no issuer like ${like}`)
  return issuer
}

function trusting(options: JwksProviderOptions): JwksProvider {
  const provider = new JwksProvider(options)
  open.push(provider)
  return provider
}

describe.each(vendorNames)('an issuer like %s', (like) => {
  test('makes tokens that its preset takes, and tokens that it refuses', async () => {
    const issuer = issuerLike(like)
    const provider = trusting(issuer.options)
    const token = await issuer.mint()
    expect(await provider.verifyToken(token)).toMatchObject({ subject: expect.any(String), provider: provider.name })
    for (const wrong of [{ expiresIn: -60 }, { signedBy: 'stranger' }, { audience: 'https://elsewhere.example' }, { audience: null }, { alg: 'none' }] as const) {
      expect(await provider.verifyToken(await issuer.mint(wrong)), JSON.stringify(wrong)).toBeNull()
    }
  })

  test('makes tokens with the members of documented ones', async () => {
    const documented = [...PEOPLE, ...WORKLOADS].filter(({ preset }) => preset === like)
    const token = await issuerLike(like).mint({ scopes: ['a'], roles: ['r'], groups: ['g'], permissions: ['p'] })
    const strict = token.split('.').map((part) => part.replace(/=+$/, '')).join('.')
    const [header, claims] = [decodeProtectedHeader(strict), decodeJwt(strict)]
    const places = ['aud', 'azp', 'client_id', 'cid', 'scope', 'scp', 'roles', 'role', 'groups', 'permissions', 'tid', 'token_use', 'typ', 'tfp']
    const shapesOf = ({ claims: its }: { readonly claims: object }): string => places.filter((name) => Object.hasOwn(its, name)).map((name) => `${name} ${kind((its as Record<string, unknown>)[name])}`).join(', ')
    const missing = documented.map((one) => shapesOf(one).split(', ').filter((place) => place !== '' && !shapesOf({ claims }).includes(place)))
    expect(missing).toContainEqual([])
    expect(documented.map(({ header: its }) => its?.typ ?? header.typ)).toContain(header.typ)
  })
})

function kind(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value
}

describe('roles, groups and permissions are where the preset looks for them', () => {
  const ROLES = { editor: 'notes:write' }

  test.each<[VendorName, 'roles' | 'groups' | 'permissions', object]>([
    ['entra', 'roles', presets.entra({ tenant: '9188040d-6c67-4c5b-b112-36a304b66dad', audience: '11112222-3333-4444-5555-666677778888', roles: ROLES })],
    ['entra', 'groups', presets.entra({ tenant: '9188040d-6c67-4c5b-b112-36a304b66dad', audience: '11112222-3333-4444-5555-666677778888', groups: ROLES })],
    ['auth0', 'permissions', presets.auth0({ domain: 'acme.eu.auth0.com', audience: 'https://api.test', permissions: ROLES })],
    ['okta', 'groups', presets.okta({ domain: 'acme.okta.com', server: 'default', audience: 'api://default', groups: ROLES })],
    ['cognito', 'groups', presets.cognito({ userPool: 'eu-west-1_AbCdEfGhI', clients: 'test-client', groups: ROLES })],
    ['keycloak', 'roles', presets.keycloak({ url: 'https://id.example.com', realm: 'acme', audience: 'https://api.test', roles: ROLES })],
    ['keycloak', 'groups', presets.keycloak({ url: 'https://id.example.com', realm: 'acme', audience: 'https://api.test', groups: ROLES })],
    ['kinde', 'roles', presets.kinde({ domain: 'acme.kinde.com', audience: 'https://api.test', roles: ROLES })],
    ['zitadel', 'roles', presets.zitadel({ domain: 'acme.zitadel.cloud', audience: '273412345', roles: ROLES })],
    ['hydra', 'roles', presets.hydra({ issuer: 'https://acme.projects.oryapis.com', audience: 'https://api.test', roles: ROLES })],
    ['stytch', 'roles', presets.stytch({ domain: 'acme.customers.stytch.dev', audience: 'project-live-1', roles: ROLES })],
    ['supabase', 'roles', presets.supabase({ project: 'abcdefghijklmnopqrst', audience: 'authenticated', roles: ROLES })],
    ['workos', 'roles', presets.workos({ domain: 'acme-12.authkit.app', audience: 'https://api.test', roles: ROLES })],
    ['clerk', 'roles', presets.clerk({ domain: 'verb-noun-42.clerk.accounts.dev', clients: 'test-client', roles: ROLES })],
    ['firebase', 'roles', presets.firebase({ project: 'notes-42', roles: ROLES })],
    ['fusionAuth', 'roles', presets.fusionAuth({ url: 'https://id.example.com', issuer: 'acme.com', audience: '11112222-3333-4444-5555-666677778888', roles: ROLES })],
    ['duende', 'roles', presets.duende({ url: 'https://id.example.com', audience: 'api', roles: ROLES })],
    ['descope', 'roles', presets.descope({ project: 'P2abcDEF', audience: 'https://api.test', roles: ROLES })],
    ['scalekit', 'roles', presets.scalekit({ domain: 'acme.scalekit.dev', resource: 'res_1234', roles: ROLES })],
    ['authentik', 'groups', presets.authentik({ url: 'https://id.example.com', application: 'api', audience: 'test-client', groups: ROLES })],
    ['oneLogin', 'groups', presets.oneLogin({ subdomain: 'acme', audience: 'https://api.test', groups: ROLES })],
    ['pingOne', 'groups', presets.pingOne({ environment: '9188040d-6c67-4c5b-b112-36a304b66dad', audience: 'https://api.test', groups: ROLES })],
    ['cloudflareAccess', 'groups', presets.cloudflareAccess({ team: 'acme.cloudflareaccess.com', audience: '32eafc7626e737136544df16', groups: ROLES })],
    ['awsAlb', 'groups', { ...issuerLike('awsAlb').options, scopes: [fromClaim('groups', ROLES)] }],
  ])('%s: %s', async (like, what, options) => {
    const issuer = issuerLike(like)
    const provider = trusting({ ...options, fetch: issuer.fetch } as unknown as JwksProviderOptions)
    expect((await provider.verifyToken(await issuer.mint({ [what]: ['editor'] })))?.scopes).toContain('notes:write')
    expect((await provider.verifyToken(await issuer.mint()))?.scopes).not.toContain('notes:write')
  })
})

describe('an issuer like a preset of your own', () => {
  test('has your tenant and your audience', async () => {
    const mine = presets.entra({ tenant: '72f988bf-86f1-41af-91ab-2d7cd011db47', audience: 'aaaaaaaa-0000-4444-5555-666677778888' })
    const issuer = createTestIssuer({ like: mine })
    const token = await issuer.mint({ scopes: ['notes.read'] })
    expect(decodeJwt(token)).toMatchObject({ iss: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0', tid: '72f988bf-86f1-41af-91ab-2d7cd011db47', aud: 'aaaaaaaa-0000-4444-5555-666677778888', scp: 'notes.read' })
    expect((await trusting({ ...mine, fetch: issuer.fetch }).verifyToken(token))?.scopes).toEqual(['notes.read'])
    const stock = createTestIssuer({ like: 'entra' })
    expect(await trusting({ ...mine, fetch: issuer.fetch }).verifyToken(await stock.mint())).toBeNull()
  })

  test('takes claims that your pins ask for', async () => {
    const mine = presets.githubActions({ audience: 'https://deploy.test', repositoryOwnerId: '77' })
    const issuer = createTestIssuer({ like: mine, claims: { repository_owner_id: '77' } })
    expect(await trusting({ ...mine, fetch: issuer.fetch }).verifyToken(await issuer.mint())).not.toBeNull()
    expect(await trusting({ ...mine, fetch: issuer.fetch }).verifyToken(await issuer.mint({ claims: { repository_owner_id: '65' } }))).toBeNull()
  })

  test('may have any audience', async () => {
    const mine = { ...presets.auth0({ domain: 'acme.eu.auth0.com', audience: 'a' }), audience: anyAudience } as const
    const issuer = createTestIssuer({ like: mine })
    expect(await trusting({ ...mine, fetch: issuer.fetch }).verifyToken(await issuer.mint())).not.toBeNull()
  })

  test('must be of a preset', () => {
    expect(() => createTestIssuer({ like: { issuer: 'https://id.example.com', audience: 'a', name: 'mine' } })).toThrow('"like" must be options of a preset')
    expect(() => createTestIssuer({ like: 'entar' as VendorName })).toThrow('"like" must be one of')
  })
})

test('there is a shape for every preset of JWTs', () => {
  const opaque = new Set<string>([...OPAQUE.map(({ preset }) => preset), 'gitlab', 'oktaOrgServer'])
  expect(Object.keys(presets).filter((name) => !opaque.has(name) && !(vendorNames as readonly string[]).includes(name))).toEqual([])
})

// Last, since the issuer moves.
test.each(vendorNames)('an issuer like %s can listen, and is found there', async (like) => {
  const issuer = await issuerLike(like).listen()
  const at = issuer.calls.length
  const provider = trusting(issuer.options)
  expect(await provider.verifyToken(await issuer.mint())).not.toBeNull()
  expect(issuer.calls.slice(at).map(({ endpoint }) => endpoint)).toContain('jwks')
  await issuer.close()
})
