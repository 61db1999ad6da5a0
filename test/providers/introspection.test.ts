/** The sixty hard cases: what a real endpoint can answer, and what that says about the token. */
import { gzipSync } from 'node:zlib'
import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { isUnavailable } from '../../src/errors.js'
import { allowNoExpiry, anyAudience, clientSecretBasic, IntrospectionProvider } from '../../src/index.js'
import { keepsTheContract } from '../contract.js'
import { faultEndpoint, json, raw } from '../introspection/fault-endpoint.js'
import { AUDIENCE, clock, signer, START } from '../oauth-kit.js'
import type { AuthEvent, IntrospectionProviderOptions } from '../../src/index.js'
import type { FaultEndpoint, Respond } from '../introspection/fault-endpoint.js'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const GOOD = { active: true, aud: AUDIENCE, sub: 'ada', client_id: 'agent', scope: 'notes:read', iat: START, exp: START + 300, token_type: 'Bearer' }
const SECRET = 'a-secret:with%odd chars'

async function setUp(options: Partial<IntrospectionProviderOptions> = {}) {
  const idp = await faultEndpoint()
  idp.answer(GOOD)
  const time = clock()
  const events: AuthEvent[] = []
  const provider = new IntrospectionProvider({
    ...{ issuer: idp.issuer, audience: AUDIENCE, clientAuth: clientSecretBasic('notes-server', SECRET) },
    ...{ now: time.now, observe: (event: AuthEvent) => events.push(event), cache: false },
    ...options,
  } as IntrospectionProviderOptions)
  open.push(provider, idp)
  const outcome = async (token = 'opaque-token'): Promise<string> => {
    try {
      return (await provider.verifyToken(token)) === null ? 'no' : 'yes'
    } catch (error) {
      if (!isUnavailable(error)) throw error
      expect(`${inspect(error, { depth: 9, showHidden: true })}${JSON.stringify(events)}`).not.toMatch(/opaque-token|a-secret|secret-in-the-body/)
      return 'unavailable'
    }
  }
  return { idp, time, events, provider, outcome }
}

keepsTheContract('IntrospectionProvider', async () => {
  const { idp, provider, events, time } = await setUp({ cache: {} })
  const good: Respond = (response, question) => json(question.body.get('token') === 'a-good-token' ? { ...GOOD, sub: 'ada-lovelace' } : { active: false })(response, question)
  idp.answer(good)
  return {
    provider,
    events,
    good: 'a-good-token',
    refused: ['a-revoked-token', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', await (await signer()).sign()],
    outage: {
      begin: () => idp.answer(json({}, 503)),
      end: () => {
        idp.answer(good)
        time.forward(2)
      },
    },
  }
})

type Case = readonly [name: string, answer: Respond | object, expected: 'yes' | 'no' | 'unavailable', options?: Partial<IntrospectionProviderOptions>]

const stall: Respond = () => undefined
const brief = { timeout: 0.15 }

const CASES: readonly Case[] = [
  // What an honest answer looks like.
  ['a good answer', GOOD, 'yes'],
  ['one audience of several', { ...GOOD, aud: ['https://elsewhere.example', AUDIENCE] }, 'yes'],
  ['null in every optional member', { ...GOOD, nbf: null, iss: null, username: null, token_type: null, scope: null, cnf: null, sub: null }, 'yes'],
  ['no sub: the client speaks for itself', { ...GOOD, sub: undefined }, 'yes'],
  ['a username only', { ...GOOD, sub: undefined, client_id: undefined, username: 'ada' }, 'yes'],
  ['the token_type of Glewlwyd and Salesforce', { ...GOOD, token_type: 'access_token' }, 'yes'],
  ['the token_use of Ory', { ...GOOD, token_use: 'access_token' }, 'yes'],
  ['an end four seconds ago, within the tolerance', { ...GOOD, exp: START - 4 }, 'yes'],
  ['a charset in the content type', raw(JSON.stringify(GOOD), 'application/json;charset=UTF-8'), 'yes'],
  ['members nobody knows, __proto__ among them', raw(JSON.stringify(GOOD).replace('{', '{"__proto__":{"admin":true},"x":[{}],'), 'application/json'), 'yes'],
  ['gzip that is none of a bomb', raw(gzipSync(JSON.stringify(GOOD)), 'application/json', 200, { 'Content-Encoding': 'gzip' }), 'yes'],
  ['no exp, where that is allowed by name', { ...GOOD, exp: undefined }, 'yes', { [allowNoExpiry]: true }],
  ['no aud, where any is taken', { ...GOOD, aud: undefined }, 'yes', { audience: anyAudience }],
  ['no aud, where the client is the audience', { ...GOOD, aud: undefined }, 'yes', { audience: 'agent', audienceClaims: 'client_id' }],
  ['DPoP with a key', { ...GOOD, token_type: 'DPoP', cnf: { jkt: 'x' } }, 'yes'],
  // What is a no.
  ['inactive', { active: false }, 'no'],
  ['inactive with all else fine', { ...GOOD, active: false }, 'no'],
  ['another audience', { ...GOOD, aud: 'https://elsewhere.example' }, 'no'],
  ['no audience', { ...GOOD, aud: undefined }, 'no'],
  ['a null audience', { ...GOOD, aud: null }, 'no'],
  ['an empty list of audiences', { ...GOOD, aud: [] }, 'no'],
  ['an audience that contains ours', { ...GOOD, aud: `${AUDIENCE}/x` }, 'no'],
  ['an audience that is an object', { ...GOOD, aud: { [AUDIENCE]: true } }, 'no'],
  ['the scope in aud', { ...GOOD, aud: 'notes:read' }, 'no'],
  ['an audience beside ours, where ours is to be the only one', { ...GOOD, aud: [AUDIENCE, 'x'] }, 'no', { audienceMode: 'exclusive' }],
  ['another issuer', { ...GOOD, iss: 'https://evil.example' }, 'no'],
  ['an issuer that is a list', { ...GOOD, iss: ['https://evil.example'] }, 'no'],
  ['an end long past', { ...GOOD, exp: START - 6 }, 'no'],
  ['no end', { ...GOOD, exp: undefined }, 'no'],
  ['an end as text', { ...GOOD, exp: String(START + 300) }, 'no'],
  ['an end in milliseconds', { ...GOOD, exp: (START + 300) * 1000 }, 'no'],
  ['an end before the epoch', { ...GOOD, exp: -1 }, 'no'],
  ['an end that is infinite', raw(JSON.stringify(GOOD).replace(/"exp":\d+/, '"exp":1e400'), 'application/json'), 'no'],
  ['an end that is true', { ...GOOD, exp: true }, 'no'],
  ['no end though that is allowed, but a past one', { ...GOOD, exp: START - 60 }, 'no', { [allowNoExpiry]: true }],
  ['a beginning in the future', { ...GOOD, nbf: START + 60 }, 'no'],
  ['a beginning as text', { ...GOOD, nbf: 'now' }, 'no'],
  ['an issue time as text', { ...GOOD, iat: 'now' }, 'no'],
  ['a token that is too old', { ...GOOD, iat: START - 90 }, 'no', { maxTokenAge: 60 }],
  ['a refresh token', { ...GOOD, token_type: 'refresh_token' }, 'no'],
  ['a refresh token of Keycloak', { ...GOOD, typ: 'Refresh' }, 'no'],
  ['a refresh token of Ory', { ...GOOD, token_use: 'refresh_token' }, 'no'],
  ['an ID token by its type', { ...GOOD, token_type: 'id_token' }, 'no'],
  ['an ID token by its at_hash', { ...GOOD, at_hash: 'x' }, 'no'],
  ['a MAC token', { ...GOOD, token_type: 'mac' }, 'no'],
  ['DPoP without a key', { ...GOOD, token_type: 'DPoP' }, 'no'],
  ['a token_type that is a list', { ...GOOD, token_type: ['Bearer'] }, 'no'],
  ['a subject that is an object', { ...GOOD, sub: { id: 1 } }, 'no'],
  ['a client that is a list', { ...GOOD, client_id: ['a'] }, 'no'],
  ['a required claim that is null', { ...GOOD, tenant: null }, 'no', { requiredClaims: ['tenant'] }],
  ['a claim that a rule of ours does not take', GOOD, 'no', { rules: [{ claim: 'sub', accepts: (value) => value === 'grace' }] }],
  ['400 unsupported_token_type: not theirs', json({ error: 'unsupported_token_type' }, 400), 'no'],
  // What says nothing about the token.
  ['active as text', { ...GOOD, active: 'true' }, 'unavailable'],
  ['active as a number', { ...GOOD, active: 1 }, 'unavailable'],
  ['active in a list', { ...GOOD, active: [true] }, 'unavailable'],
  ['no active', { ...GOOD, active: undefined }, 'unavailable'],
  ['active that is null', { ...GOOD, active: null }, 'unavailable'],
  ['active in another spelling', { ...GOOD, active: undefined, Active: true }, 'unavailable'],
  ['a list', [GOOD], 'unavailable'],
  ['JSON null', raw('null', 'application/json'), 'unavailable'],
  ['an answer deeper than any', raw(`{"active":true,"x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 'application/json'), 'unavailable'],
  ['401 for our credentials', json({ error: 'invalid_client' }, 401, { 'WWW-Authenticate': 'Basic' }), 'unavailable'],
  ['403 for our credentials', json({ error: 'access_denied' }, 403), 'unavailable'],
  ['400 invalid_client', json({ error: 'invalid_client' }, 400), 'unavailable'],
  ['400 invalid_request', json({ error: 'invalid_request' }, 400), 'unavailable'],
  ['400 without a word', raw('', 'text/plain', 400), 'unavailable'],
  ['404', raw('', 'text/plain', 404), 'unavailable'],
  ['429', json({}, 429, { 'Retry-After': '12' }), 'unavailable'],
  ['500', raw('oops', 'text/plain', 500), 'unavailable'],
  ['503', raw('', 'text/plain', 503, { 'Retry-After': '12' }), 'unavailable'],
  ['a good answer with 201', json(GOOD, 201), 'unavailable'],
  ['204', (response) => void response.writeHead(204).end(), 'unavailable'],
  ['a redirect', (response) => void response.writeHead(302, { Location: '/trap' }).end(), 'unavailable'],
  ['a redirect that keeps the body', (response) => void response.writeHead(307, { Location: '/trap' }).end(), 'unavailable'],
  ['HTML with 200', raw('<!doctype html>secret-in-the-body', 'text/html'), 'unavailable'],
  ['a good answer as text/html', raw(JSON.stringify(GOOD), 'text/html'), 'unavailable'],
  ['a good answer without a content type', (response) => void response.writeHead(200).end(JSON.stringify(GOOD)), 'unavailable'],
  ['HTML as application/json', raw('<p>secret-in-the-body', 'application/json'), 'unavailable'],
  ['an empty body', raw('', 'application/json'), 'unavailable'],
  ['half an answer', raw(JSON.stringify(GOOD).slice(0, 40), 'application/json'), 'unavailable'],
  ['a body that breaks off', (response) => void response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '999' }).write('{"active":true', () => response.destroy()), 'unavailable'],
  ['a huge body', raw(`${JSON.stringify(GOOD)}${' '.repeat(70_000)}`, 'application/json'), 'unavailable'],
  ['a gzip bomb', raw(gzipSync(JSON.stringify(GOOD) + ' '.repeat(1e7)), 'application/json', 200, { 'Content-Encoding': 'gzip' }), 'unavailable'],
  ['no UTF-8', raw(Buffer.from([0x7b, 0xff, 0x7d]), 'application/json'), 'unavailable'],
  ['a signed answer that nobody asked for', raw('e30.e30.AAAA', 'application/token-introspection+jwt'), 'unavailable'],
  ['a connection that is cut', (response) => void response.socket?.destroy(), 'unavailable'],
  ['no HTTP', (response) => void response.socket?.end('220 mail.example.com ESMTP\r\n'), 'unavailable'],
  ['silence', stall, 'unavailable', brief],
  ['headers and then silence', (response) => void response.writeHead(200, { 'Content-Type': 'application/json' }).write('{'), 'unavailable', brief],
  ['a slow drip', (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' })
    const drip = setInterval(() => void response.write(' '), 5)
    response.on('close', () => clearInterval(drip))
  }, 'unavailable', brief],
]

describe(`${CASES.length} hard cases`, () => {
  for (const [name, answer, expected, options] of CASES) {
    test(`${name}: ${expected}`, async () => {
      const { idp, outcome, events } = await setUp(options)
      idp.answer(answer)
      expect(await outcome(), JSON.stringify(events)).toBe(expected)
      expect(idp.others).toEqual(['/.well-known/openid-configuration'])
    })
  }
})
