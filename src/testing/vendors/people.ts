/** Authorization servers of people, whose access tokens (or ID tokens, where they have nothing better) are JWTs. */
import * as presets from '../../../providers/presets/index.js'
import { listIn } from './vendor-shape.js'
import type { VendorShape } from './vendor-shape.js'

const API = 'https://api.test'
const GUID = '11112222-3333-4444-5555-666677778888'
const TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad'

const scp = { scopes: listIn('scp') }
const scpText = { scopes: (scopes: readonly string[]) => ({ scp: scopes.join(' ') }) }
const none = { scopes: () => ({}) }
const roles = { roles: listIn('roles') }
const groups = { groups: listIn('groups') }
const permissions = { permissions: listIn('permissions') }
const clientId: Pick<VendorShape, 'claims'> = { claims: ({ clientId: client }) => ({ client_id: client }) }
const azp: Pick<VendorShape, 'claims'> = { claims: ({ clientId: client }) => ({ azp: client }) }

export const PEOPLE = {
  auth0: {
    preset: () => presets.auth0({ domain: 'acme.eu.auth0.com', audience: API }),
    sub: 'auth0|5f7c8ec7c33c6c004bbafe82',
    // The second audience is there where openid was asked for.
    claims: ({ clientId: azp, issuer, audience }) => ({ azp, aud: [...audience, `${issuer}userinfo`] }),
    ...permissions,
  },
  authelia: { preset: () => presets.authelia({ url: 'https://auth.example.com', audience: API }), typ: 'at+jwt', ...clientId, ...scp, audienceList: true },
  authentik: { preset: () => presets.authentik({ url: 'https://id.example.com', application: 'api', audience: 'test-client' }), ...azp, ...groups },
  betterAuth: { preset: () => presets.betterAuth({ url: 'https://app.example.com/api/auth', audience: API }), alg: 'EdDSA', ...azp, audienceList: true },
  clerk: {
    preset: () => presets.clerk({ domain: 'verb-noun-42.clerk.accounts.dev', clients: 'test-client' }),
    typ: 'at+jwt',
    sub: 'user_2a',
    roles: ([role]) => ({ org_role: role }),
    permissions: listIn('org_permissions'),
  },
  cognito: {
    preset: () => presets.cognito({ userPool: 'eu-west-1_AbCdEfGhI', clients: 'test-client' }),
    typ: null,
    claims: ({ sub }) => ({ token_use: 'access', version: 2, username: sub }),
    groups: listIn('cognito:groups'),
  },
  descope: { preset: () => presets.descope({ project: 'P2abcDEF', audience: API }), ...azp, ...roles, ...permissions, audienceList: true },
  duende: {
    preset: () => presets.duende({ url: 'https://id.example.com', audience: 'api' }),
    typ: 'at+jwt',
    ...clientId,
    scopes: listIn('scope'),
    roles: (names) => ({ role: names.length === 1 ? names[0] : names }),
  },
  entra: {
    preset: () => presets.entra({ tenant: TENANT, audience: GUID }),
    claims: ({ clientId: client }) => ({ azp: client, ver: '2.0' }),
    ...scpText,
    ...roles,
    ...groups,
  },
  entraB2c: {
    preset: () => presets.entraB2c({ domain: 'contoso', tenant: TENANT, policies: 'B2C_1_signin', audience: GUID }),
    claims: ({ clientId: azp }) => ({ azp, tfp: 'B2C_1_signin', ver: '1.0' }),
    ...scpText,
    ...roles,
    ...groups,
  },
  entraExternalId: {
    preset: () => presets.entraExternalId({ tenant: TENANT, domain: 'contoso', audience: GUID }),
    claims: ({ clientId: client, issuer }) => ({ azp: client, tid: new URL(issuer).pathname.split('/')[1], ver: '2.0' }),
    ...scpText,
    ...roles,
    ...groups,
  },
  firebase: {
    preset: () => presets.firebase({ project: 'notes-42' }),
    ...none,
    claims: ({ sub }) => ({ user_id: sub, email_verified: true, firebase: { identities: {}, sign_in_provider: 'password' } }),
    ...roles,
  },
  fusionAuth: {
    preset: () => presets.fusionAuth({ url: 'https://id.example.com', issuer: 'acme.com', audience: GUID }),
    claims: ({ audience: [applicationId] }) => ({ applicationId, authenticationType: 'PASSWORD', tid: TENANT }),
    ...roles,
  },
  google: {
    preset: () => presets.google({ audience: '123-abc.apps.googleusercontent.com' }),
    sub: '10769150350006150715113082367',
    ...none,
    claims: ({ audience: [client] }) => ({ azp: client, at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q', email_verified: true }),
  },
  hydra: { preset: () => presets.hydra({ issuer: 'https://acme.projects.oryapis.com', audience: API }), ...clientId, ...scp, roles: (names) => ({ ext: { roles: names } }), audienceList: true },
  keycloak: {
    preset: () => presets.keycloak({ url: 'https://id.example.com', realm: 'acme', audience: API }),
    claims: ({ clientId: client, audience }) => ({ typ: 'Bearer', azp: client, aud: audienceOf([...audience, 'account']) }),
    roles: (names) => ({ realm_access: { roles: names } }),
    ...groups,
  },
  kinde: {
    preset: () => presets.kinde({ domain: 'acme.kinde.com', audience: API }),
    ...azp,
    ...scp,
    roles: (names) => ({ roles: names.map((key) => ({ id: key, key, name: key })) }),
    ...permissions,
    audienceList: true,
  },
  logto: { preset: () => presets.logto({ url: 'https://acme.logto.app', audience: API }), alg: 'ES384', typ: 'at+jwt', ...clientId },
  okta: {
    preset: () => presets.okta({ domain: 'acme.okta.com', server: 'default', audience: 'api://default' }),
    typ: null,
    sub: 'ada@example.com',
    claims: ({ clientId: cid }) => ({ ver: 1, cid, uid: '00ujmkLgagxeRrAg20g3' }),
    ...scp,
    ...groups,
  },
  oneLogin: { preset: () => presets.oneLogin({ subdomain: 'acme', audience: API }), ...groups },
  pingOne: {
    preset: () => presets.pingOne({ environment: TENANT, audience: API }),
    claims: ({ clientId: client }) => ({ client_id: client, env: TENANT }),
    ...groups,
    audienceList: true,
  },
  scalekit: {
    preset: () => presets.scalekit({ domain: 'acme.scalekit.dev', resource: 'res_1234' }),
    ...clientId,
    ...roles,
    ...permissions,
    audienceList: true,
  },
  stytch: {
    preset: () => presets.stytch({ domain: 'acme.customers.stytch.dev', audience: 'project-live-1' }),
    ...clientId,
    roles: (names) => ({ 'https://stytch.com/session': { roles: names } }),
    audienceList: true,
  },
  supabase: {
    preset: () => presets.supabase({ project: 'abcdefghijklmnopqrst', audience: 'authenticated' }),
    alg: 'ES256',
    ...none,
    claims: () => ({ role: 'authenticated', is_anonymous: false, aal: 'aal1', app_metadata: { provider: 'email' } }),
    roles: (names) => ({ app_metadata: { provider: 'email', roles: names } }),
  },
  workos: {
    preset: () => presets.workos({ domain: 'acme-12.authkit.app', audience: API }),
    claims: () => ({ sid: 'session_01', org_id: 'org_01' }),
    roles: ([role]) => ({ role }),
    ...permissions,
  },
  zitadel: {
    preset: () => presets.zitadel({ domain: 'acme.zitadel.cloud', audience: '273412345' }),
    ...clientId,
    ...none,
    roles: (names) => ({ 'urn:zitadel:iam:org:project:roles': Object.fromEntries(names.map((name) => [name, { '165461338413139492': 'acme.example.com' }])) }),
    audienceList: true,
  },
} as const satisfies Readonly<Record<string, VendorShape>>

/** Each once, and one alone as a text: as Keycloak writes it. */
function audienceOf(names: readonly string[]): string | readonly string[] {
  const [first = '', ...others] = new Set(names)
  return others.length === 0 ? first : [first, ...others]
}
