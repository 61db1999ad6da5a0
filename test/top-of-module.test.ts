/** Workers refuse input, output, timers and randomness at the top of a module, where servers are made; and workerd did an AbortController. */
import { afterEach, expect, test, vi } from 'vitest'
import { bearerAuth } from '../src/adapters/fetch.js'
import {
  boundSessions,
  ChainProvider,
  clientSecretBasic,
  gate,
  GitHubProvider,
  googleTokenInfo,
  IntrospectionProvider,
  issuerKeys,
  IssuerRouter,
  JwksProvider,
  Revocations,
  StaticProvider,
  UserInfoProvider,
} from '../src/index.js'
import { AUDIENCE, ISSUER } from './oauth-kit.js'

const client = { audience: AUDIENCE, clientAuth: clientSecretBasic('notes', 'a secret') }
const jwks = (): JwksProvider => new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, enrich: () => ({}) })
const keyed = (): StaticProvider => new StaticProvider({ 'a-key-0123456789abcdef': { claims: { sub: 'ci' } } })

afterEach(() => vi.unstubAllGlobals())

test.each<[string, () => unknown]>([
  ['JwksProvider', jwks],
  ['JwksProvider of shared keys', () => new JwksProvider({ issuer: ISSUER, audience: AUDIENCE, keys: issuerKeys({ issuer: ISSUER }) })],
  ['IntrospectionProvider', () => new IntrospectionProvider({ issuer: ISSUER, ...client })],
  ['UserInfoProvider', () => new UserInfoProvider({ tokenInfo: googleTokenInfo, audience: 'an-app' })],
  ['StaticProvider', keyed],
  ['GitHubProvider', () => new GitHubProvider({ app: { clientId: 'app', clientSecret: '0123456789abcdef0123456789abcdef01234567' } })],
  ['ChainProvider', () => new ChainProvider([jwks(), keyed()])],
  ['IssuerRouter', () => new IssuerRouter({ issuers: { [ISSUER]: { audience: AUDIENCE } } })],
  ['Revocations', () => new Revocations()],
  ['a gate with sessions', () => gate(jwks(), { resource: AUDIENCE, sessions: boundSessions({ secret: 'a secret of thirty-two characters' }), maxAuthAge: 300 })],
  ['a gate with proofs', () => gate(jwks(), { resource: AUDIENCE, proof: { dpop: 'accepted' } })],
  ['bearerAuth around a handler', () => bearerAuth(jwks(), { resource: AUDIENCE })(() => new Response('in'))],
])('%s can be made there', (_, make) => {
  const forbidden = (): never => {
    throw new Error('Disallowed operation called within global scope')
  }
  for (const name of ['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'AbortController']) vi.stubGlobal(name, forbidden)
  vi.stubGlobal('crypto', { subtle: crypto.subtle, getRandomValues: forbidden, randomUUID: forbidden })
  expect(make).not.toThrow()
})
