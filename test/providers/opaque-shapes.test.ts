/**
 * Answers in the shape of authorization servers that hand out opaque tokens, asked for by plain options: what each writes
 * about a good token, and about the one that is usually sent by mistake. Shapes by the vendors' public documentation and
 * RFC 7662; no vendor's software runs here.
 */
import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, test } from 'vitest'
import { anyAudience, bearerClientAuth, clientSecretBasic, clientSecretPost, IntrospectionProvider, noClientAuth, privateKeyJwt, UserInfoProvider } from '../../src/index.js'
import { closing } from '../closing.js'
import { faultEndpoint, json } from '../introspection/fault-endpoint.js'
import { AUDIENCE, START } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import type { IntrospectionProviderOptions, TokenInfo } from '../../src/index.js'

interface Shape {
  readonly options: Partial<IntrospectionProviderOptions>
  readonly token?: string
  readonly good: object
  readonly expected: { readonly subject?: string; readonly clientId?: string; readonly scopes: readonly string[] }
  readonly wrong: readonly (readonly [string, object])[]
}

const END = { iat: START - 60, exp: START + 3540 }
const basic = clientSecretBasic('notes-server', 'secret')
const { privateKey } = await generateKeyPair('ES256', { extractable: true })
const resourceServer = { ...(await exportJWK(privateKey)), alg: 'ES256' }

const SHAPES: Readonly<Record<string, Shape>> = {
  'Zitadel: the roles are the keys of an object, the audience has the project beside the client': {
    options: { clientAuth: privateKeyJwt('notes-server', resourceServer), audience: '2190' },
    good: { active: true, ...END, scope: 'openid profile', client_id: '77@notes', token_type: 'Bearer', nbf: START - 60, aud: ['77@notes', '2190'], sub: '163', username: 'ada@acme', 'urn:zitadel:iam:org:project:2190:roles': { admin: { 1: 'acme' } } },
    expected: { subject: '163', clientId: '77@notes', scopes: ['openid', 'profile'] },
    wrong: [['a token for another project', { aud: ['77@notes', '2191'] }]],
  },
  'Ory Hydra: no client authentication, a prefix, its own token_use': {
    options: { clientAuth: noClientAuth('notes-server'), prefix: 'ory_at_', issuer: undefined } as never,
    token: 'ory_at_abc',
    good: { active: true, ...END, scope: 'notes:read offline', client_id: 'agent', sub: 'ada', nbf: START - 60, aud: [AUDIENCE], iss: 'https://hydra.example/', token_type: 'Bearer', token_use: 'access_token', ext: {} },
    expected: { subject: 'ada', clientId: 'agent', scopes: ['notes:read', 'offline'] },
    wrong: [['a refresh token', { token_use: 'refresh_token' }], ['no audience', { aud: [] }]],
  },
  'Ory Network: the same, with a key of the project': {
    options: { clientAuth: bearerClientAuth(() => 'ory_pat_key'), prefix: 'ory_at_' },
    token: 'ory_at_abc',
    good: { active: true, ...END, scope: 'notes:read', client_id: 'agent', sub: 'ada', aud: [AUDIENCE], token_type: 'Bearer', token_use: 'access_token' },
    expected: { subject: 'ada', scopes: ['notes:read'] },
    wrong: [['an answer that was meant for another issuer', { iss: 'https://other.example' }]],
  },
  'Authelia: the audience is empty unless one was asked for': {
    options: { clientAuth: basic, audience: 'agent', audienceClaims: 'client_id' },
    good: { active: true, ...END, client_id: 'agent', scope: 'openid groups', sub: 'f0919359', username: 'ada', aud: [] },
    expected: { subject: 'f0919359', clientId: 'agent', scopes: ['openid', 'groups'] },
    wrong: [['another client', { client_id: 'somebody' }]],
  },
  'Okta, organization server: uid beside sub, and its own URL as the audience': {
    options: { clientAuth: clientSecretPost('notes-server', 'secret'), audience: 'https://acme.okta.example' },
    good: { active: true, ...END, scope: 'openid profile', username: 'ada@acme', token_type: 'Bearer', sub: 'ada@acme', client_id: '0oa1', device_id: 'q1', jti: 'AT.1', aud: 'https://acme.okta.example', uid: '00u1' },
    expected: { subject: 'ada@acme', clientId: '0oa1', scopes: ['openid', 'profile'] },
    wrong: [['an ID token', { token_type: 'id_token' }]],
  },
  'GitLab: neither an audience nor a subject, the client under client_id': {
    options: { clientAuth: basic, audience: 'app-1', audienceClaims: 'client_id' },
    good: { active: true, ...END, scope: 'read_api read_user', client_id: 'app-1', token_type: 'Bearer' },
    expected: { subject: 'app-1', clientId: 'app-1', scopes: ['read_api', 'read_user'] },
    wrong: [['another application', { client_id: 'app-2' }], ['no end', { exp: null }]],
  },
  'PropelAuth and PingFederate: scope and client, an audience where one was set': {
    options: { clientAuth: basic },
    good: { active: true, exp: END.exp, scope: 'notes:read', client_id: 'agent', token_type: 'Bearer', sub: 'ada', aud: AUDIENCE, OrgName: 'acme' },
    expected: { subject: 'ada', clientId: 'agent', scopes: ['notes:read'] },
    wrong: [['no audience', { aud: undefined }]],
  },
  'Duende: the scope of the API that asks, claims in lists': {
    options: { clientAuth: clientSecretBasic('notes-api', 'secret'), audience: 'notes-api' },
    good: { active: true, ...END, iss: undefined, aud: ['notes-api', 'other-api'], client_id: 'agent', sub: '88421113', amr: ['pwd'], role: ['admin', 'user'], scope: 'notes.read' },
    expected: { subject: '88421113', clientId: 'agent', scopes: ['notes.read'] },
    wrong: [['another API only', { aud: ['other-api'] }]],
  },
  'OneLogin: text where numbers are to be is refused, and milliseconds are': {
    options: { clientAuth: basic, audience: anyAudience },
    good: { active: true, ...END, sub: '17', client_id: 'agent', scope: 'openid', token_type: 'access_token' },
    expected: { subject: '17', clientId: 'agent', scopes: ['openid'] },
    wrong: [['an end as text', { exp: String(END.exp) }], ['an end in milliseconds', { exp: END.exp * 1000 }]],
  },
}

describe.each(Object.entries(SHAPES))('%s', (_, { options, token = 'opaque', good, expected, wrong }) => {
  async function outcome(answer: object) {
    const idp = closing(await faultEndpoint())
    idp.answer(answer)
    const { events, observe } = recorder()
    const where = 'issuer' in options ? { endpoint: idp.endpoint } : { issuer: idp.issuer }
    const provider = closing(
      new IntrospectionProvider({ ...where, audience: AUDIENCE, now: () => START, cache: false, observe, ...options } as IntrospectionProviderOptions),
    )
    return { token: await provider.verifyToken(token), events }
  }

  test('a good token is taken', async () => {
    const { token: access, events } = await outcome(good)
    expect(access, JSON.stringify(events)).toMatchObject(expected)
  })

  test.each(wrong)('%s is refused', async (__, difference) => {
    const { token: access, events } = await outcome({ ...good, ...difference })
    expect(access).toBeNull()
    expect(events.at(-1)).toMatchObject({ type: 'rejected' })
  })
})

describe('a place that says how long a token is good, and not until when', () => {
  /** GitLab's and Doorkeeper's token info. */
  const doorkeeper = (url: string): TokenInfo => ({
    ...{ url, send: 'header', refusedWith: [401] },
    claims: ({ resource_owner_id: owner, scope, expires_in: seconds, application }, now) => ({
      ...(typeof owner === 'number' && { sub: String(owner) }),
      ...(Array.isArray(scope) && { scope: scope.join(' ') }),
      ...(typeof seconds === 'number' && { exp: now + seconds }),
      ...{ aud: String((application as { uid?: unknown } | undefined)?.uid) },
    }),
  })

  test('is told the time, so that the end is known', async () => {
    const idp = closing(await faultEndpoint())
    const provider = closing(new UserInfoProvider({ tokenInfo: doorkeeper(`${idp.issuer}/oauth/token/info`), audience: 'app-1', now: () => START, cache: false }))
    idp.at('/oauth/token/info', { resource_owner_id: 17, scope: ['read_api'], expires_in: 7200, application: { uid: 'app-1' } })
    expect(await provider.verifyToken('opaque')).toMatchObject({ subject: '17', scopes: ['read_api'], expiresAt: START + 7200 })
    idp.at('/oauth/token/info', { resource_owner_id: 17, scope: ['read_api'], expires_in: 7200, application: { uid: 'app-2' } })
    expect(await provider.verifyToken('opaque')).toBeNull()
    idp.at('/oauth/token/info', json({ error: 'invalid_token' }, 401))
    expect(await provider.verifyToken('opaque')).toBeNull()
  })
})
