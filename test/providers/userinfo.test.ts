/** UserInfoProvider against a real endpoint that answers, refuses and breaks. */
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { isUnavailable } from '../../src/errors.js'
import { anyAudience, discordTokenInfo, googleTokenInfo, UserInfoProvider } from '../../src/index.js'
import { closing } from '../closing.js'
import { keepsTheContract } from '../contract.js'
import { faultEndpoint, json, raw } from '../introspection/fault-endpoint.js'
import { clock, signer, START } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import { memoryStore, SECRET, settled } from '../shared/shared-kit.js'
import type { TokenInfo, UserInfoProviderOptions } from '../../src/index.js'
import type { Respond } from '../introspection/fault-endpoint.js'

const APP = '123-abc.apps.googleusercontent.com'
/** As Google writes it, numbers as text. */
const GOOGLE = { azp: APP, aud: APP, sub: '1098', scope: 'openid notes:read', exp: String(START + 300), expires_in: '300', email: 'ada@example.com', email_verified: 'true' }
const DISCORD = { application: { id: '42', name: 'notes' }, scopes: ['identify', 'notes:read'], expires: new Date((START + 300) * 1000).toISOString(), user: { id: '7', username: 'ada' } }

async function setUp(tokenInfo: TokenInfo, answer: Respond | object, options: object = {}) {
  const idp = closing(await faultEndpoint())
  const path = new URL(tokenInfo.url).pathname
  const asked: { url: string; authorization: string | undefined }[] = []
  const serve = (respond: Respond | object): void =>
    idp.at(`${path}${tokenInfo.send === 'query' ? '?access_token=ya29.good' : ''}`, (response, question) => {
      asked.push({ url: question.path, authorization: question.headers.authorization })
      if (typeof respond === 'function') (respond as Respond)(response, question)
      else json(respond)(response, question)
    })
  serve(answer)
  const time = clock()
  const { events, observe } = recorder()
  const provider = closing(new UserInfoProvider({
    ...{ tokenInfo: { ...tokenInfo, url: `${idp.issuer}${path}` }, audience: [APP, '42'], now: time.now, cache: false },
    observe,
    ...options,
  } as UserInfoProviderOptions))
  const outcome = async (token = 'ya29.good'): Promise<string> => {
    try {
      return (await provider.verifyToken(token)) === null ? 'no' : 'yes'
    } catch (error) {
      if (!isUnavailable(error)) throw error
      expect(inspect(error, { depth: 9 }) + JSON.stringify(events)).not.toContain('ya29.good')
      return 'unavailable'
    }
  }
  return { idp, asked, time, events, provider, outcome, serve }
}

keepsTheContract('UserInfoProvider', async () => {
  const { idp, provider, events, time, serve } = await setUp(googleTokenInfo, { ...GOOGLE, sub: '10987654321' })
  for (const bad of ['ya29.bad', 'ya29.goodx', 'xya29.good', 'ya29xgood']) idp.at(`/tokeninfo?access_token=${bad}`, json({ error: 'invalid_token' }, 400))
  return {
    provider,
    events,
    good: 'ya29.good',
    refused: ['ya29.bad', 'gho_16C7e42F292c6912E7710c838347Ae178B4a', await (await signer()).sign()],
    outage: {
      begin: () => serve(json({}, 503)),
      end: () => {
        serve({ ...GOOGLE, sub: '10987654321' })
        time.forward(2)
      },
    },
  }
})

describe('Google', () => {
  test('a token of our application says who and until when', async () => {
    const { provider, asked } = await setUp(googleTokenInfo, GOOGLE)
    const token = await provider.verifyToken('ya29.good')
    expect(token).toMatchObject({ subject: '1098', clientId: APP, expiresAt: START + 300, issuer: 'https://accounts.google.com', scopes: ['openid', 'notes:read'] })
    expect(token?.claims).toMatchObject({ email: 'ada@example.com', email_verified: true })
    expect(asked).toEqual([{ url: '/tokeninfo?access_token=ya29.good', authorization: undefined }])
    expect(provider.recognizes('opaque')).toBe('foreign')
  })

  test.each([
    ['true', true],
    [true, true],
    ['false', false],
    [false, false],
    ['yes', false],
  ])('an address of which Google says %j is verified: %s', async (said, verified) => {
    const { provider } = await setUp(googleTokenInfo, { ...GOOGLE, email_verified: said })
    expect((await provider.verifyToken('ya29.good'))?.claims.email_verified).toBe(verified)
  })

  test('servers of two applications share what was said, and each judges it by its own audience', async () => {
    const store = memoryStore(() => START)
    const cache = { shared: { store, secret: SECRET } }
    const { provider: ours, serve, idp } = await setUp(googleTokenInfo, GOOGLE, { cache, audience: APP })
    expect(await ours.verifyToken('ya29.good')).not.toBeNull()
    await settled(() => store.entries.size > 0)
    const theirs = new UserInfoProvider({ tokenInfo: { ...googleTokenInfo, url: `${idp.issuer}/tokeninfo` }, audience: 'another.apps.googleusercontent.com', now: () => START, cache })
    const again = new UserInfoProvider({ tokenInfo: { ...googleTokenInfo, url: `${idp.issuer}/tokeninfo` }, audience: APP, now: () => START, cache })
    closing(theirs)
    closing(again)
    serve(json({}, 503)) // nobody need ask again
    expect(await theirs.verifyToken('ya29.good')).toBeNull()
    expect(await again.verifyToken('ya29.good')).not.toBeNull()
  })

  const cases: readonly (readonly [string, Respond | object, string, object?])[] = [
    ['another application\u2019s token', { ...GOOGLE, aud: 'evil.apps.googleusercontent.com' }, 'no'],
    ['no audience', { ...GOOGLE, aud: undefined }, 'no'],
    ['a null audience', { ...GOOGLE, aud: null }, 'no'],
    ['any audience, by name', { ...GOOGLE, aud: 'x' }, 'yes', { audience: anyAudience }],
    ['no subject', { ...GOOGLE, sub: undefined }, 'no'],
    ['no end', { ...GOOGLE, exp: undefined }, 'no'],
    ['an end that is words', { ...GOOGLE, exp: 'soon' }, 'no'],
    ['an end long past', { ...GOOGLE, exp: String(START - 60) }, 'no'],
    ['an end in milliseconds', { ...GOOGLE, exp: String((START + 300) * 1000) }, 'no'],
    ['400: invalid', json({ ...GOOGLE, error: 'invalid_token' }, 400), 'no'],
    ['401: invalid', json(GOOGLE, 401), 'no'],
    ['403', json(GOOGLE, 403), 'unavailable'],
    ['404', json(GOOGLE, 404), 'unavailable'],
    ['429', json(GOOGLE, 429, { 'Retry-After': '3' }), 'unavailable'],
    ['500', json(GOOGLE, 500), 'unavailable'],
    ['a redirect', (response) => void response.writeHead(302, { Location: '/trap' }).end(), 'unavailable'],
    ['HTML', raw(JSON.stringify(GOOGLE), 'text/html'), 'unavailable'],
    ['JSON that is none', raw('{', 'application/json'), 'unavailable'],
    ['a list', json([GOOGLE]), 'unavailable'],
    ['a gzip bomb', raw(gzipSync(JSON.stringify(GOOGLE) + ' '.repeat(1e7)), 'application/json', 200, { 'Content-Encoding': 'gzip' }), 'unavailable'],
    ['too deep', raw(JSON.stringify(GOOGLE).replace('{', `{"x":${'['.repeat(9000)}${']'.repeat(9000)},`), 'application/json'), 'unavailable'],
    ['a cut connection', (response) => void response.socket?.destroy(), 'unavailable'],
    ['silence', () => undefined, 'unavailable', { timeout: 0.1 }],
  ]
  for (const [name, answer, expected, options] of cases) {
    test(`${name}: ${expected}`, async () => {
      const { outcome } = await setUp(googleTokenInfo, answer, options)
      expect(await outcome()).toBe(expected)
    })
  }

  test('a fetch of yours that follows a redirect is not believed, whichever place redirects', async () => {
    const follow: typeof fetch = (url, init) => fetch(url, { ...init, redirect: 'follow' })
    const { idp, outcome } = await setUp(googleTokenInfo, (response) => void response.writeHead(302, { Location: '/elsewhere' }).end(), { fetch: follow })
    idp.at('/elsewhere', GOOGLE)
    expect(await outcome()).toBe('unavailable')
    const { idp: other, outcome: otherOutcome } = await setUp(googleTokenInfo, GOOGLE, { fetch: follow })
    const both = closing(
      new UserInfoProvider({
        tokenInfo: { ...googleTokenInfo, url: `${other.issuer}/tokeninfo` },
        audience: APP,
        userInfoEndpoint: `${other.issuer}/userinfo`,
        fetch: follow,
        now: () => START,
        cache: false,
      }),
    )
    other.at('/userinfo', (response) => void response.writeHead(302, { Location: '/elsewhere' }).end())
    other.at('/elsewhere', { sub: '1098', email: 'eve@example.com' })
    expect(await otherOutcome()).toBe('yes')
    await expect(both.verifyToken('ya29.good')).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE', fault: 'redirect' })
  })

  test('no error shows the token that is in the URL', async () => {
    const { outcome } = await setUp(googleTokenInfo, GOOGLE, { fetch: (url: string) => Promise.reject(new Error(`no route to ${url}`)) })
    expect(await outcome()).toBe('unavailable')
  })
})

describe('Discord', () => {
  test('a token of our application says who and until when', async () => {
    const { provider, asked } = await setUp(discordTokenInfo, DISCORD)
    const token = await provider.verifyToken('discord-token')
    expect(token).toMatchObject({ subject: '7', clientId: '42', expiresAt: START + 300, scopes: ['identify', 'notes:read'] })
    expect(asked).toEqual([{ url: '/api/v10/oauth2/@me', authorization: 'Bearer discord-token' }])
  })

  test.each([
    ['another application', { ...DISCORD, application: { id: '43' } }],
    ['no application', { ...DISCORD, application: undefined }],
    ['no user: the application is not its own subject', { ...DISCORD, user: undefined }],
    ['no end', { ...DISCORD, expires: undefined }],
    ['an end long past', { ...DISCORD, expires: new Date((START - 60) * 1000).toISOString() }],
    ['an application that is a text', { ...DISCORD, application: '42' }],
  ])('%s is refused', async (_, answer) => {
    const { outcome } = await setUp(discordTokenInfo, answer)
    expect(await outcome('discord-token')).toBe('no')
  })
})

describe('userinfo', () => {
  test('adds claims, and has no say in whom the token is for', async () => {
    const { idp, provider } = await setUp(discordTokenInfo, DISCORD)
    const both = closing(
      new UserInfoProvider({
        tokenInfo: { ...discordTokenInfo, url: `${idp.issuer}/api/v10/oauth2/@me` },
        audience: '42',
        userInfoEndpoint: `${idp.issuer}/userinfo`,
        now: () => START,
        cache: false,
      }),
    )
    idp.at('/userinfo', { sub: '7', name: 'Ada', aud: 'evil', exp: 1, scope: 'admin', preferred_username: 'root' })
    const token = await both.verifyToken('t')
    expect(token?.claims).toMatchObject({ name: 'Ada', aud: '42', exp: START + 300, preferred_username: 'ada' })
    expect(token?.scopes).not.toContain('admin')
    idp.at('/userinfo', { sub: '8', name: 'Eve' })
    expect(await both.verifyToken('t')).toBeNull()
    expect(provider.issuers).toEqual([])
  })

  test('alone is taken only by name, and grants no scope', async () => {
    const idp = closing(await faultEndpoint())
    const provider = closing(new UserInfoProvider({ audience: anyAudience, userInfoEndpoint: `${idp.issuer}/userinfo`, cache: false }))
    idp.at('/userinfo', { sub: '7', name: 'Ada', scope: 'admin', aud: 'evil', iss: 'https://evil.example', client_id: 'evil', exp: 4e9, nbf: 1, iat: 1 })
    const token = await provider.verifyToken('t')
    expect(token).toMatchObject({ subject: '7', scopes: [] })
    expect(token?.claims).toEqual({ sub: '7', name: 'Ada' })
    idp.at('/userinfo', json({}, 401))
    expect(await provider.verifyToken('t')).toBeNull()
  })

  test.each([
    ['userinfo alone with an audience', { userInfoEndpoint: 'https://id.example.com/userinfo', audience: 'a' }, /whose application.*anyAudience/],
    ['nothing to ask', { audience: anyAudience }, /"tokenInfo".*or "userInfoEndpoint"/],
    ['no audience', { tokenInfo: googleTokenInfo }, /"audience"/],
    ['plain http', { tokenInfo: { ...googleTokenInfo, url: 'http://id.example.com' }, audience: 'a' }, /https/],
    ['a refusal that is an outage', { tokenInfo: { ...googleTokenInfo, refusedWith: [503] }, audience: 'a' }, /refusedWith/],
    ['another way to send', { tokenInfo: { ...googleTokenInfo, send: 'cookie' }, audience: 'a' }, /"tokenInfo.send"/],
    ['a misspelt option', { tokenInfo: googleTokenInfo, audience: 'a', userinfo: 'x' }, /"userinfo" is not an option/],
  ])('%s is refused at construction', (_, options, message) => {
    const construct = (): unknown => new UserInfoProvider(options as never)
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
  })
})
