/** A mistake in a preset is found where the server starts, with advice. */
import { expect, test } from 'vitest'
import * as presets from '../../providers/presets/index.js'
import { allowInsecureHttp, clientSecretBasic, JwksProvider } from '../../src/index.js'
import type { JwksProviderOptions } from '../../src/index.js'

const audience = 'https://mcp.example.com/mcp'
const clientAuth = clientSecretBasic('a', 'b')
const guid = '9188040d-6c67-4c5b-b112-36a304b66dad'
const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/notes/1'

const MISTAKES: readonly (readonly [keyof typeof presets, object | undefined, RegExp])[] = [
  ['auth0', undefined, /auth0 takes an object/],
  ['auth0', { domain: 'https://acme.eu.auth0.com/', audience }, /"domain" must be a host name/],
  ['auth0', { domain: 'acme.eu.auth0.com/evil', audience }, /"domain" must be a host name/],
  ['auth0', { domain: 'acme.eu.auth0.com', audience: undefined }, /"audience" of auth0 is undefined; is a variable not set/],
  ['auth0', { domain: 'acme.eu.auth0.com', audience, roles: {} }, /"roles" and "rolesClaim" go together/],
  ['okta', { domain: 'acme.okta.com', server: '../x', audience }, /"server" must be one word/],
  ['entra', { tenant: 'common', audience }, /"tenant" cannot be "common".*List.*IssuerRouter/],
  ['entra', { tenant: [guid, 'organizations'], audience }, /"tenant" cannot be "organizations"/],
  ['entra', { tenant: guid, audience, cloud: 'germany' }, /"cloud" must be/],
  ['entra', { tenant: guid, audience, signingKeyOf: 'notes' }, /"signingKeyOf" must be a GUID/],
  ['keycloak', { url: 'https://id.example.com/realms/acme', realm: 'acme', audience }, /"url" is what stands before \/realms\//],
  ['cognito', { userPool: 'eu-west-1_AbCdEfGhI', clients: 'a', issuerType: 'new' }, /"issuerType"/],
  ['entra', { tenant: 'contoso.onmicrosoft.com', audience }, /"tenant" must be a GUID/],
  ['entra', { tenant: [], audience }, /"tenant" must have at least one/],
  ['entra', { tenant: guid, audience, version: 'constructor' }, /"version" must be/],
  ['keycloak', { url: 'id.example.com', realm: 'acme', audience }, /"url" must be an absolute URL/],
  ['keycloak', { url: 'https://id.example.com', realm: 'a/b', audience }, /"realm" must be one word/],
  ['keycloak', { url: 'https://id.example.com', realm: 'acme' }, /give "audience", or "clients"/],
  ['keycloak', { url: 'https://id.example.com', realm: 'acme', audience, clients: 'a' }, /not both/],
  ['keycloak', { url: 'https://id.example.com', realm: 'acme', audience, clientRoles: {} }, /"clientRoles" and "client" go together/],
  ['cognito', { userPool: 'AbCdEf', clients: 'a' }, /such as eu-west-1_/],
  ['google', { audience, domains: [] }, /"hd" must be a text or several/],
  ['googleIap', { audience: 'https://notes.example.com' }, /Get JWT audience code/],
  ['googleServiceAccount', { audience, serviceAccounts: '' }, /anybody at Google/],
  ['googleServiceAccount', { audience }, /anybody at Google/],
  ['githubActions', { audience }, /any workflow can have a token/],
  ['githubActions', { audience, repositoryId: 7 }, /must be a text or several/],
  ['githubActions', { audience, repositoryId: '7', environment: undefined }, /"environment" of githubActions is undefined/],
  ['gitlabCi', { audience }, /any job can have a token/],
  ['kubernetes', { issuer: 'https://k.example', audience, serviceAccounts: 'notes-client' }, /namespace\/name/],
  ['kubernetes', { issuer: 'https://k.example', audience, serviceAccounts: undefined }, /"serviceAccounts" of kubernetes is undefined/],
  ['kubernetes', { issuer: 'https://k.example', audience, inCluster: true, jwks: { keys: [] } }, /not both/],
  ['spiffe', { trustDomain: 'spiffe://example.org', audience, bundleUrl: 'https://b.example' }, /"trustDomain" must be the name/],
  ['spiffe', { trustDomain: 'example.org', audience }, /give one of "bundleUrl"/],
  ['supabase', { audience: 'authenticated' }, /give "project", or "url"/],
  ['pingOne', { environment: guid, region: 'mars', audience }, /"region" must be one of/],
  ['cloudflareAccess', { team: 'acme', audience: 'a' }, /"team" must be a host name/],
  ['awsAlb', { loadBalancer: 'notes', clients: 'a', issuer: 'i' }, /must be its ARN/],
  ['awsAlb', { loadBalancer: [ARN, ARN.replace('eu-west-1', 'eu-west-2')], clients: 'a', issuer: 'i' }, /of one region/],
  ['keycloak', { url: 'http://id.internal', realm: 'acme', audience, [allowInsecureHttp]: true }, /symbols are for the provider/],
  ['hydraOpaque', { issuer: 'https://i.example', admin: 'localhost:4445', audience, clientAuth, nonsense: 1 }, /"nonsense" is not an option of hydraOpaque/],
]

test.each(MISTAKES)('%s(%o)', (name, options, advice) => {
  expect(() => (presets[name] as (options: unknown) => unknown)(options)).toThrow(advice)
})

test('http on this machine is fine, and elsewhere needs the symbol, as for any provider', () => {
  const at = (url: string) => new JwksProvider(presets.keycloak({ url, realm: 'acme', audience }))
  expect(at('http://localhost:8080').issuers).toEqual(['http://localhost:8080/realms/acme'])
  expect(() => at('http://id.internal')).toThrow(/must be an https URL/)
})

test('what a preset gave is not shared: changing it changes no other', () => {
  const first = presets.auth0({ domain: 'acme.eu.auth0.com', audience }) as { issuer: string; hints: object }
  expect(presets.auth0({ domain: 'acme.eu.auth0.com', audience }).hints).toEqual(first.hints)
  const made = new JwksProvider({ ...first, rules: [] } as unknown as JwksProviderOptions)
  expect(made.name).toBe('auth0')
})
