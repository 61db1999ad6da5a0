/** Whatever breaks, and however it is printed: no token, secret or claim in an error, an event, a warning or an object of ours. */
import { gzipSync } from 'node:zlib'
import { inspect } from 'node:util'
import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, test, vi } from 'vitest'
import {
  bearerClientAuth,
  clientCredentials,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
  discordTokenInfo,
  googleTokenInfo,
  IntrospectionProvider,
  JwksProvider,
  privateKeyJwt,
  UserInfoProvider,
} from '../../src/index.js'
import { closing } from '../closing.js'
import { AUDIENCE, signer, START } from '../oauth-kit.js'
import { faultEndpoint, json, raw } from './fault-endpoint.js'
import type { BearerAuthProvider, ClientAuth } from '../../src/index.js'
import type { FaultEndpoint, Respond } from './fault-endpoint.js'

const TOKEN = 'ya29.token-marker'
const SECRET = 'secret-marker:with%odd chars, and long enough'
const OWN = 'own-marker'
const privateJwk = { ...(await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)), kid: 'k', alg: 'ES256' }

/** Everything that must not be seen, in each spelling that it travels in. */
const SPELLINGS = [
  ...[TOKEN, encodeURIComponent(TOKEN), SECRET, encodeURIComponent(SECRET), String(new URLSearchParams({ '': SECRET })).slice(1), OWN],
  ...[Buffer.from(`notes:${String(new URLSearchParams({ '': SECRET })).slice(1)}`).toString('base64'), Buffer.from(SECRET).toString('base64url')],
  ...[String(privateJwk.d), 'claim-marker', 'body-marker', 'header-marker', 'parameter-marker', 'location-marker', 'eyJ'],
]

/** Claims as they should be, and one that is not. */
const claims = (wrong: object = {}): object => ({ active: true, aud: AUDIENCE, sub: 'claim-marker-sub', client_id: 'claim-marker-client', username: 'claim-marker-user', scope: 'claim-marker', exp: START + 300, ...wrong })

const FAULTS: readonly (readonly [string, Respond | object])[] = [
  ['no fault', claims()],
  ['inactive', { active: false, sub: 'claim-marker' }],
  ...Object.entries({
    aud: 'claim-marker',
    iss: 'https://claim-marker.example',
    exp: 'claim-marker',
    nbf: 'claim-marker',
    iat: ['claim-marker'],
    token_type: 'claim-marker',
    sub: { a: 'claim-marker' },
    client_id: ['claim-marker'],
    active: 'claim-marker',
    at_hash: 'claim-marker',
  }).map(([name, value]) => [`a wrong ${name}`, claims({ [name]: value })] as const),
  ...[400, 401, 403, 404, 429, 500, 503].map((status) => [`${status}`, json({ error: 'body-marker', error_description: `body-marker ${TOKEN}` }, status, { 'WWW-Authenticate': 'Bearer realm="body-marker"' })] as const),
  ['400 invalid_client', json({ error: 'invalid_client', error_description: 'body-marker' }, 400)],
  ['400 unsupported_token_type', json({ error: 'unsupported_token_type', error_description: 'body-marker' }, 400)],
  ['a redirect', (response) => void response.writeHead(302, { Location: `https://location-marker.example/?token=${TOKEN}` }).end()],
  ['HTML', raw('<p>body-marker', 'text/html')],
  ['HTML as JSON', raw('<p>body-marker', 'application/json')],
  ['half an answer', raw(JSON.stringify(claims()).slice(0, 60), 'application/json')],
  ['a body that breaks off', (response) => void response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '999' }).write('{"sub":"claim-marker"', () => response.destroy())],
  ['a huge body', raw(`${JSON.stringify(claims())}${' '.repeat(70_000)}`, 'application/json')],
  ['a gzip bomb', raw(gzipSync(JSON.stringify(claims()) + ' '.repeat(1e6)), 'application/json', 200, { 'Content-Encoding': 'gzip' })],
  ['no UTF-8', raw(Buffer.concat([Buffer.from('body-marker'), Buffer.from([0xff])]), 'application/json')],
  ['a list', raw('["body-marker"]', 'application/json')],
  ['another content type', raw(JSON.stringify(claims()), 'text/body-marker')],
  ['a cut connection', (response) => void response.socket?.destroy()],
  ['no HTTP', (response) => void response.socket?.end('220 body-marker ESMTP\r\n')],
  ['silence', () => undefined],
]

type Observe = (event: object) => void

/** What is printed while a provider looks at a token twice, and of it. Others may be at it at the same time. */
async function printed(make: (observe: Observe) => BearerAuthProvider, token: string): Promise<string> {
  const seen: string[] = []
  const note: Observe = (value) => void seen.push(...formsOf(value))
  const provider = closing(make(note))
  for (let round = 0; round < 2; round += 1) await provider.verifyToken(token).catch(note)
  note(provider)
  return seen.join('\n')
}

/** What the process prints meanwhile: warnings, and whatever comes to the console. */
async function listening<T>(work: () => Promise<T>): Promise<readonly [T, string]> {
  const seen: string[] = []
  const note = (...values: readonly unknown[]): void => void values.forEach((value) => seen.push(...formsOf(value)))
  const spies = [
    vi.spyOn(process, 'emitWarning').mockImplementation(note),
    ...(['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => vi.spyOn(console, name).mockImplementation(note)),
  ]
  try {
    return [await work(), seen.join('\n')]
  } finally {
    spies.forEach((spy) => spy.mockRestore())
  }
}

function formsOf(value: unknown): readonly string[] {
  const forms = [
    String(value),
    inspect(value, { depth: 20, showHidden: true, getters: true, maxStringLength: null, maxArrayLength: null }),
    JSON.stringify(value) ?? '',
  ]
  return value instanceof Error ? [...forms, value.message, value.stack ?? '', ...(value.cause === undefined ? [] : formsOf(value.cause))] : forms
}

const found = (text: string): readonly string[] => SPELLINGS.filter((spelling) => text.includes(spelling))

/** A slow machine must get as far as the fault, and silence must not take long. */
const timeoutFor = (fault: string): number => (fault === 'silence' ? 0.1 : 5)

const grant = (): ClientAuth => bearerClientAuth(clientCredentials({ clientAuth: clientSecretBasic('notes', SECRET) }))
const WAYS = [
  () => clientSecretBasic('notes', SECRET),
  () => clientSecretPost('notes', SECRET),
  () => clientSecretJwt('notes', SECRET),
  () => privateKeyJwt('notes', privateJwk),
  grant,
]
const key = await signer()

/** Each place that can break, with what asks it. */
function scenarios(
  idp: FaultEndpoint,
  fault: string,
  answer: Respond | object,
): readonly (readonly [string, (observe: Observe) => BearerAuthProvider, string])[] {
  const common = { audience: AUDIENCE, timeout: timeoutFor(fault), now: () => START }
  const sent = { headers: { 'X-Key': 'header-marker' }, parameters: { key: 'parameter-marker' } }
  const at = (name: string, document: object): string => {
    idp.at(`/${name}/.well-known/openid-configuration`, typeof document === 'function' ? document : { issuer: `${idp.issuer}/${name}`, ...document })
    return `${idp.issuer}/${name}`
  }
  idp.answer(answer)
  idp.at('/token', { access_token: OWN, token_type: 'Bearer', expires_in: 100 })
  idp.at('/token-that-breaks', answer)
  idp.at('/userinfo', answer)
  idp.at(`/tokeninfo?access_token=${TOKEN}`, answer)
  const ways = WAYS.map(
    (clientAuth) =>
      [
        clientAuth().method,
        (observe: Observe) => new IntrospectionProvider({ ...common, ...sent, issuer: idp.issuer, clientAuth: clientAuth(), observe }),
        TOKEN,
      ] as const,
  )
  const noToken = at('a', { introspection_endpoint: idp.endpoint, token_endpoint: `${idp.issuer}/token-that-breaks` })
  const noDiscovery = at('b', typeof answer === 'function' ? answer : json(answer))
  return [
    ...ways,
    ['a token endpoint', (observe) => new IntrospectionProvider({ ...common, issuer: noToken, clientAuth: grant(), observe }), TOKEN],
    ['discovery', (observe) => new IntrospectionProvider({ ...common, issuer: noDiscovery, clientAuth: clientSecretBasic('notes', SECRET), observe }), TOKEN],
    [
      'tokeninfo, the token in the URL',
      (observe) => new UserInfoProvider({ ...common, tokenInfo: { ...googleTokenInfo, url: `${idp.issuer}/tokeninfo` }, observe }),
      TOKEN,
    ],
    [
      'tokeninfo, the token in the header',
      (observe) => new UserInfoProvider({ ...common, tokenInfo: { ...discordTokenInfo, url: `${idp.issuer}/userinfo` }, observe }),
      TOKEN,
    ],
  ]
}

test('the search finds what it looks for', () => {
  const error = new Error('a', { cause: { headers: { authorization: `Bearer ${OWN}` }, body: SECRET } })
  expect(found(formsOf(error).join())).toEqual(expect.arrayContaining([OWN, SECRET]))
})

test('no way to authenticate shows its secret', () => {
  for (const clientAuth of WAYS) {
    const text = formsOf(clientAuth()).join()
    expect(text).toContain(clientAuth().method)
    expect(found(text)).toEqual([])
  }
})

describe('nothing is shown', () => {
  test.each(FAULTS)('at %s', async (fault, answer) => {
    const idp = closing(await faultEndpoint())
    const token = await key.sign({ iss: idp.issuer, sub: 'claim-marker-sub' })
    const introspect = { clientAuth: clientSecretBasic('notes', SECRET), timeout: timeoutFor(fault) }
    const hybrid = (observe: Observe): BearerAuthProvider =>
      new JwksProvider({ issuer: idp.issuer, audience: AUDIENCE, jwks: { keys: [key.publicJwk] }, now: () => START, observe, introspect })
    const all = [...scenarios(idp, fault, answer), ['a JWT that is introspected', hybrid, token] as const]
    const [texts, console] = await listening(() => Promise.all(all.map(([, make, presented]) => printed(make, presented))))
    texts.forEach((text, index) => {
      expect(found(text), all[index]?.[0]).toEqual([])
      expect(text).toMatch(/type: '(accepted|rejected|unavailable)'/)
    })
    expect(found(console)).toEqual([])
  })
})
