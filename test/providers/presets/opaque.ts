/** Authorization servers whose access tokens are opaque, by what they answer about them. */
import { clientSecretBasic } from '../../../src/index.js'
import { ROLES, SERVER } from './fixture.js'
import type { OpaqueFixture } from './fixture.js'

const clientAuth = clientSecretBasic('notes', 'secret-of-the-test')

function introspected(issuer: string, endpoint: string): Pick<OpaqueFixture, 'endpoint' | 'discovery'> {
  return { endpoint, discovery: { [`${issuer}/.well-known/openid-configuration`]: { issuer, introspection_endpoint: endpoint } } }
}

export const OPAQUE: readonly OpaqueFixture[] = [
  {
    preset: 'oktaOrgServer',
    source: 'https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/OrgAS/#tag/OrgAS/operation/introspect',
    options: { domain: 'acme.okta.com', clients: '0oa1', clientAuth },
    token: 'eyJraWQiOiJ4IiwiYWxnIjoiUlMyNTYifQ.eyJpc3MiOiJodHRwczovL2FjbWUub2t0YS5jb20ifQ.AAAA',
    endpoint: 'https://acme.okta.com/oauth2/v1/introspect',
    claims: { token_type: 'Bearer', scope: 'openid notes:read', client_id: '0oa1', username: 'ada@example.com', sub: 'ada@example.com', aud: 'https://acme.okta.com', iss: 'https://acme.okta.com', jti: 'AT.1', uid: '00u1' },
    scopes: ['openid', 'notes:read'],
    wrong: [
      { what: 'a token of another client', claims: { client_id: '0oa2' }, reason: 'wrong_audience', hint: /another client of the org/ },
      { what: 'a token of a custom server', token: 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2FjbWUub2t0YS5jb20vb2F1dGgyL2RlZmF1bHQifQ.AAAA', reason: 'wrong_issuer', hint: /use okta/ },
    ],
  },
  {
    preset: 'zitadelOpaque',
    source: 'https://zitadel.com/docs/apis/openidoauth/endpoints#introspection_endpoint',
    options: { domain: 'acme.zitadel.cloud', audience: '273412345', roles: ROLES, clientAuth },
    token: 'VjVxyCZmRmWYqd3_F5db9Pb9mHR5fqzhn-AIo_KK',
    ...introspected('https://acme.zitadel.cloud', 'https://acme.zitadel.cloud/oauth/v2/introspect'),
    claims: { scope: 'openid', client_id: '273499999@notes', token_type: 'Bearer', iss: 'https://acme.zitadel.cloud', aud: ['273499999@notes', '273412345'], sub: '17', 'urn:zitadel:iam:org:project:roles': [{ viewer: { '16': 'acme.example.com' } }] },
    scopes: ['openid', 'notes:read'],
    wrong: [{ what: 'a token for another project', claims: { aud: ['999'] }, reason: 'wrong_audience', hint: /:aud/ }],
  },
  {
    preset: 'autheliaOpaque',
    source: 'https://github.com/authelia/authelia (prefix and introspection of its tests)',
    options: { url: 'https://auth.example.com', audience: SERVER, groups: { staff: 'notes:write' }, clientAuth },
    token: 'authelia_at_mFwMCsXWWuBDld5t.Tm8u48NNZXK9',
    ...introspected('https://auth.example.com', 'https://auth.example.com/api/oidc/introspection'),
    claims: { client_id: 'c', scope: 'openid', sub: 'a', aud: [SERVER], iat: 1_799_999_000, groups: ['staff'] },
    scopes: ['openid', 'notes:write'],
    wrong: [{ what: 'a token for somebody else', claims: { aud: ['https://other.example.com'] }, reason: 'wrong_audience', hint: /"audience" of the client/ }],
  },
  {
    preset: 'hydraOpaque',
    source: 'https://www.ory.com/docs/reference/api#tag/oAuth2/operation/introspectOAuth2Token',
    options: { issuer: 'https://id.example.com/', admin: 'https://hydra-admin.example.com', audience: SERVER, roles: ROLES, clientAuth },
    token: 'ory_at_qDrT0Y.Tm8u48',
    endpoint: 'https://hydra-admin.example.com/admin/oauth2/introspect',
    claims: { scope: 'offline', client_id: 'c', sub: 'a', aud: [SERVER], iss: 'https://id.example.com/', token_type: 'Bearer', token_use: 'access_token', nbf: 1, ext: { roles: ['viewer'] } },
    scopes: ['offline', 'notes:read'],
    wrong: [
      { what: 'a refresh token', claims: { token_use: 'refresh_token' }, reason: 'wrong_type', hint: /access token/ },
      { what: 'a token to which no audience was granted', claims: { aud: [] }, reason: 'wrong_audience', hint: /consent/ },
    ],
  },
  {
    preset: 'clerkOpaque',
    source: 'https://clerk.com/docs/reference/frontend-api/tag/OAuth2-Identify-Provider#operation/getOAuthTokenInfo',
    options: { domain: 'verb-noun-42.clerk.accounts.dev', clients: 'client-1', clientAuth },
    token: 'oat_2Aq0hXeBVZbS',
    endpoint: 'https://verb-noun-42.clerk.accounts.dev/oauth/token_info',
    claims: { client_id: 'client-1', iat: 1_799_999_000, scope: 'email profile', sub: 'user_1' },
    scopes: ['email', 'profile'],
    wrong: [{ what: 'a token of another application', claims: { client_id: 'client-2' }, reason: 'wrong_audience', hint: /"clients"/ }],
  },
  {
    preset: 'pingFederate',
    source: 'https://docs.pingidentity.com/pingfederate/latest/developers_reference_guide/pf_introspection_endpoint.html',
    options: { issuer: 'https://sso.example.com', clients: 'c', clientAuth },
    token: '0001AbCdEfGh',
    ...introspected('https://sso.example.com', 'https://sso.example.com/as/introspect.oauth2'),
    claims: { scope: 'notes:read', token_type: 'Bearer', client_id: 'c', sub: 'a' },
    scopes: ['notes:read'],
    wrong: [{ what: 'a token of another client', claims: { client_id: 'd' }, reason: 'wrong_audience', hint: /"clients"/ }],
  },
  {
    preset: 'duendeOpaque',
    source: 'https://docs.duendesoftware.com/identityserver/tokens/reference/',
    options: { url: 'https://id.example.com', audience: 'notes', clientAuth },
    token: 'A1B2C3D4E5F6A7B8C9D0',
    ...introspected('https://id.example.com', 'https://id.example.com/connect/introspect'),
    claims: { iss: 'https://id.example.com', aud: 'notes', scope: 'notes.list', client_id: 'c', sub: '1' },
    scopes: ['notes.list'],
    wrong: [{ what: 'a token under ApiScopes alone', claims: { aud: undefined }, reason: 'wrong_audience', hint: /ApiResource/ }],
  },
  {
    preset: 'propelAuth',
    source: 'https://docs.propelauth.com/mcp-authentication/overview; endpoint as in fastmcp',
    options: { url: 'https://auth.example.com', audience: SERVER, clientAuth },
    token: 'pa_0123456789',
    endpoint: 'https://auth.example.com/oauth/2.1/introspect',
    claims: { scope: 'notes:read', client_id: 'c', sub: 'a', aud: SERVER },
    scopes: ['notes:read'],
    wrong: [{ what: 'a token without a resource', claims: { aud: undefined }, reason: 'wrong_audience', hint: /set the URL of this server as a resource/ }],
  },
]
