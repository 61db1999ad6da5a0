/** Every preset against an authorization server as its documents describe it: what it takes, what it refuses, and what it says then. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as presets from '../../providers/presets/index.js'
import { anyAudience, IntrospectionProvider, JwksProvider, UserInfoProvider } from '../../src/index.js'
import { handSigner } from '../jwt/token-kit.js'
import { START } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import { OPAQUE } from './presets/opaque.js'
import { paddedJwt } from './presets/padded-jwt.js'
import { PEOPLE } from './presets/people.js'
import { WORKLOADS } from './presets/workloads.js'
import type { AuthEvent, IntrospectionProviderOptions, JwksProviderOptions } from '../../src/index.js'
import type { HandSigner } from '../jwt/token-kit.js'
import type { JwtFixture, OpaqueFixture, Wrong } from './presets/fixture.js'

const signers = { RS256: handSigner('RS256', 'key-1'), ES256: handSigner('ES256', 'key-1'), ES384: handSigner('ES384', 'key-1'), EdDSA: handSigner('EdDSA', 'key-1') }

type Made = Readonly<Record<string, unknown>>
type Preset = (options: object) => Made

const presetOf = (name: string): Preset => (presets as unknown as Readonly<Record<string, Preset>>)[name] as Preset // the table has no other names

/** Gives what is at these URLs, and nothing at any other. */
function serves(urls: Readonly<Record<string, () => Response>>) {
  const asked: string[] = []
  const fetch = async (input: string | URL | Request): Promise<Response> => {
    const url = String(input)
    asked.push(url)
    return urls[url]?.() ?? new Response('no such place', { status: 404 })
  }
  return { asked, fetch: fetch as typeof globalThis.fetch }
}

function signerOf({ alg = 'RS256', kid }: JwtFixture): HandSigner {
  const signer = signers[alg as keyof typeof signers]
  return kid === undefined ? signer : { ...signer, kid }
}

function setUp(fixture: JwtFixture, extra: object = {}) {
  const signer = signerOf(fixture)
  const { kid, publicJwk, publicKey } = signer
  const use = fixture.preset === 'spiffe' ? 'jwt-svid' : 'sig'
  const answers = { keys: () => Response.json({ keys: [{ ...publicJwk, kid, use }] }), pem: () => new Response(publicKey.export({ type: 'spki', format: 'pem' })) }
  const served = serves(
    Object.fromEntries(Object.entries(fixture.urls).map(([url, what]) => [url, typeof what === 'string' ? answers[what] : () => Response.json(what)])),
  )
  const { events, observe } = recorder()
  const options = { ...presetOf(fixture.preset)(fixture.options), fetch: served.fetch, now: () => START, observe, ...extra }
  const provider = new JwksProvider(options as unknown as JwksProviderOptions)
  const token = ({ header = {}, claims = {} }: Pick<Wrong, 'header' | 'claims'> = {}): string => {
    const isAlb = fixture.preset === 'awsAlb'
    const all = { alg: signer.alg, kid, ...(isAlb && { exp: START + 300 }), ...fixture.header, ...header }
    const payload = { iat: START, ...(!isAlb && { exp: START + 300 }), ...fixture.claims, ...claims }
    return isAlb ? paddedJwt(signer, all, payload) : signer.write(all, payload)
  }
  return { provider, events, token, asked: served.asked }
}

function lastRefusal(events: readonly AuthEvent[]) {
  const last = events.findLast(({ type }) => type === 'rejected')
  return last?.type === 'rejected' ? { reason: last.reason, hint: last.hint ?? '' } : 'no refusal'
}

describe.each([...PEOPLE, ...WORKLOADS].map((fixture) => [fixture.preset, fixture.source, fixture] as const))('%s, by %s', (name, _, fixture) => {
  test.each(['auto', 'jose'])('a token of its shape is taken, with its scopes, by the documented URLs (%s)', async (engine) => {
    const { provider, token, asked } = setUp(fixture, { engine })
    const taken = await provider.verifyToken(token())
    expect(taken?.scopes.toSorted()).toEqual(fixture.scopes.toSorted())
    expect(taken).toMatchObject({ subject: fixture.claims.sub, provider: provider.name })
    expect(asked.toSorted()).toEqual(Object.keys(fixture.urls).toSorted())
    expect(provider.recognizes(token())).toBe('mine')
  })

  test.each(fixture.wrong.map((wrong) => [wrong.what, wrong] as const))('%s is refused', async (_what, wrong) => {
    const { provider, events, token } = setUp(fixture)
    const refused = wrong.token ?? token(wrong)
    expect(await provider.verifyToken(refused)).toBeNull()
    expect(lastRefusal(events)).toEqual({ reason: wrong.reason, hint: expect.stringMatching(wrong.hint) })
    // A person who asks is told the same.
    const reports = await provider.explain(refused)
    expect(reports.some(({ passed, reason, hint = '' }) => !passed && reason === wrong.reason && wrong.hint.test(hint))).toBe(true)
  })

  test('a token for nobody in particular is refused, in the words of the authorization server', async () => {
    const { provider, events, token } = setUp(fixture)
    const gone = { [fixture.audienceClaim ?? 'aud']: undefined }
    expect(await provider.verifyToken(token({ claims: gone, header: gone }))).toBeNull()
    const hints = presetOf(name)(fixture.options).hints as Readonly<Record<string, string>>
    expect(lastRefusal(events)).toEqual({ reason: 'wrong_audience', hint: hints.wrong_audience })
  })

  test('a token that is signed with a secret, or by somebody else, is refused', async () => {
    const { provider, events, token } = setUp(fixture)
    expect(await provider.verifyToken(token({ header: { alg: 'HS256' } }))).toBeNull()
    expect(lastRefusal(events)).toMatchObject({ reason: 'unsupported_algorithm', hint: expect.stringMatching(/./) })
    const [header, , signature] = token().split('.')
    const [, payload] = token({ claims: { sub: 'somebody-else' } }).split('.')
    expect(await provider.verifyToken(`${header}.${payload}.${signature}`)).toBeNull()
  })

  test('an end is looked at', async () => {
    const { provider, token } = setUp(fixture, { now: () => START + 400 })
    expect(await provider.verifyToken(token())).toBeNull()
  })
})

function setUpOpaque(fixture: OpaqueFixture, changed: Wrong['claims'] = {}) {
  const { preset, options, endpoint, discovery = {}, claims } = fixture
  const answer = { active: true, exp: START + 300, ...claims, ...changed }
  const served = serves({
    [endpoint]: () => Response.json(answer),
    ...Object.fromEntries(Object.entries(discovery).map(([url, document]) => [url, () => Response.json(document)])),
  })
  const { events, observe } = recorder()
  const all = { ...presetOf(preset)(options), fetch: served.fetch, now: () => START, observe }
  return { provider: new IntrospectionProvider(all as unknown as IntrospectionProviderOptions), events, asked: served.asked }
}

describe.each(OPAQUE.map((fixture) => [fixture.preset, fixture.source, fixture] as const))('%s, by %s', (_name, _source, fixture) => {
  test('a token is asked about at the documented URL, and taken with its scopes', async () => {
    const { provider, asked } = setUpOpaque(fixture)
    const taken = await provider.verifyToken(fixture.token)
    expect(taken?.scopes.toSorted()).toEqual(fixture.scopes.toSorted())
    expect(taken?.subject).toBe(fixture.claims.sub)
    expect(asked).toEqual([...Object.keys(fixture.discovery ?? {}), fixture.endpoint])
  })

  test.each(fixture.wrong.map((wrong) => [wrong.what, wrong] as const))('%s is refused', async (_what, wrong) => {
    const { provider, events } = setUpOpaque(fixture, wrong.claims)
    expect(await provider.verifyToken(wrong.token ?? fixture.token)).toBeNull()
    expect(lastRefusal(events)).toEqual({ reason: wrong.reason, hint: expect.stringMatching(wrong.hint) })
  })

  test('a token of somebody else is not shown to it', async () => {
    const { provider, asked } = setUpOpaque(fixture)
    expect(await provider.verifyToken('gho_16C7e42F292c6912E7710c838347Ae178B4a')).toBeNull()
    expect(asked).toEqual([])
  })
})

describe('gitlab', () => {
  // The shape is Doorkeeper's: https://docs.gitlab.com/api/oauth2/#retrieve-token-information
  const info = { resource_owner_id: 1, scope: ['api', 'read_user'], expires_in: 300, application: { uid: 'app-1' }, created_at: START - 6900 }
  const options = presets.gitlab({ applications: ['app-1'] })
  const ask = async (answer: object, status = 200) => {
    const { asked, fetch } = serves({ 'https://gitlab.com/oauth/token/info': () => Response.json(answer, { status }) })
    const taken = await new UserInfoProvider({ ...options, fetch, now: () => START }).verifyToken('de6780bc506a0446309bd9362820ba8aed28aa506c71eedbe1c5c4f9dd350e54')
    return { taken, asked }
  }

  test('a token is the user\u2019s who authorized the application', async () => {
    const { taken, asked } = await ask(info)
    expect(taken).toMatchObject({ subject: '1', clientId: 'app-1', scopes: ['api', 'read_user'], expiresAt: START + 300, issuer: 'https://gitlab.com', provider: 'gitlab' })
    expect(asked).toEqual(['https://gitlab.com/oauth/token/info'])
  })

  test.each([
    ['a token of another application', { application: { uid: 'app-2' } }, 200],
    ['a personal access token, which has no application', { application: { uid: null } }, 200],
    ['a token without an end', { expires_in: null }, 200],
    ['a token of nobody', { resource_owner_id: null }, 200],
    ['a token that has ended', { error: 'invalid_token' }, 401],
  ])('%s is refused', async (_, changed, status) => {
    expect((await ask({ ...info, ...changed }, status)).taken).toBeNull()
  })
})

describe('every preset', () => {
  const names = Object.keys(presets)

  test('is in the table of these tests', () => {
    const tested = new Set<string>([...PEOPLE, ...WORKLOADS, ...OPAQUE].map(({ preset }) => preset))
    expect(names.filter((name) => name !== 'gitlab' && !tested.has(name))).toEqual([])
  })

  test('is in the tables of the README and of its own page', () => {
    const [readme, page] = ['README.md', 'docs/presets.md'].map((path) => readFileSync(path, 'utf8'))
    expect(names.filter((name) => !readme?.includes(`\`${name}\``))).toEqual([])
    expect(names.filter((name) => !page?.includes(`| \`${name}({`))).toEqual([])
  })

  test('says that an option of the provider is one', () => {
    for (const { preset, options } of [...PEOPLE, ...WORKLOADS, ...OPAQUE]) {
      expect(() => presetOf(preset)({ ...options, clockTolerance: 5 })).toThrow(`"clockTolerance" is an option of the provider and not of ${preset}`)
      expect(() => presetOf(preset)({ ...options, nonsense: 1 })).toThrow(`"nonsense" is not an option of ${preset}`)
    }
  })

  test('can be added to and overridden', async () => {
    const options = { ...presets.auth0({ domain: 'acme.eu.auth0.com', audience: 'a' }), name: 'people', cache: { ttl: 60 }, audience: anyAudience } as const
    expect(new JwksProvider(options).name).toBe('people')
  })
})
