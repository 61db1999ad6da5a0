/** Tests that docs/events.md is what the types say, and that a stranger finds the cause of twelve wrong settings in the log. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ChainProvider, JwksProvider, StaticProvider } from '../../src/index.js'
import { AUDIENCE, clock, ISSUER, signer, START } from '../oauth-kit.js'
import { EVERY_EVENT, eventsPage } from './events-page.js'
import type { AuthEvent, JwksProviderOptions } from '../../src/index.js'

const PATH = 'docs/events.md'
const key = await signer()
const jwks = { keys: [key.publicJwk] }
const json = (body: unknown, status = 200) => async () => Response.json(body, { status })

/** What is wrong, the options, the claims, the header or the whole token. */
const WRONG: readonly (readonly [string, object, object, object, string?])[] = [
  ['issuer without its slash', { issuer: `${ISSUER}/` }, {}, {}],
  ['audience with a slash too many', { audience: `${AUDIENCE}/` }, {}, {}],
  ['no API named: an opaque token', {}, {}, {}, 'an-opaque-token'],
  ['an ID token', {}, { at_hash: 'x' }, {}],
  ['a shared secret', {}, {}, {}, 'eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUuY29tIn0.AAAA'],
  ['no aud, but client_id', {}, { aud: undefined, client_id: 'app' }, {}],
  ['audienceMode too strict', { audienceMode: 'exclusive' }, { aud: [AUDIENCE, 'account'] }, {}],
  ['a clock that is behind', {}, { nbf: START + 20 }, {}],
  ['issuer by its name in a compose file', { issuer: 'http://keycloak:8080/realms/x' }, { iss: 'http://localhost:8080/realms/x' }, {}],
  ['a key for encryption', { jwks: undefined, jwksUri: `${ISSUER}/keys`, fetch: json({ keys: [{ ...key.publicJwk, use: 'enc' }, (await signer('ES256', 'key-2')).publicJwk] }) }, {}, {}],
  ['a typo in jwksUri', { jwks: undefined, jwksUri: `${ISSUER}/typo`, fetch: json({}, 404) }, {}, {}],
  ['jwksUri at the discovery document', { jwks: undefined, jwksUri: `${ISSUER}/.well-known/openid-configuration`, fetch: json({ jwks_uri: `${ISSUER}/keys` }) }, {}, {}],
]

async function lineOf([what, options, claims, header, token]: (typeof WRONG)[number]): Promise<string> {
  const events: AuthEvent[] = []
  const people = new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, jwks, now: clock().now, ...options } as JwksProviderOptions)
  const chain = new ChainProvider([people, new StaticProvider({ 'a-long-enough-key': { claims: { sub: 'ci' } } })], { observe: (event) => events.push(event) })
  await chain.verifyToken(token ?? (await key.sign({ ...claims }, { ...header }))).catch(() => null)
  const told = events.find(({ type }) => type === 'rejected' || type === 'unavailable')
  const said = told?.type === 'rejected' ? `${told.provider} ${told.reason}${told.claim ? ` (${told.claim})` : ''}: ${told.hint ?? ''}` : told?.type === 'unavailable' ? `${told.provider} unavailable: ${told.message}` : ''
  return `${what.padEnd(38)} ${said}`
}

test('the page is what the types say; WRITE=1 writes it anew', async () => {
  const page = eventsPage(await Promise.all(WRONG.map(lineOf)))
  if (process.env.WRITE === '1') writeFileSync(PATH, page)
  expect(readFileSync(PATH, 'utf8')).toBe(page)
})

test('every event has one row, with a level', () => {
  const rows = [...readFileSync(PATH, 'utf8').matchAll(/^\| `(\w+)` \| .* \| (?:debug|info|warn|error) \|/gm)].map(([, type]) => type)
  expect(rows.toSorted()).toEqual(EVERY_EVENT.toSorted())
})

test('each of the twelve says what is wrong', async () => {
  for (const line of await Promise.all(WRONG.map(lineOf))) expect(line).toMatch(/: \S.{20,}$/)
})
