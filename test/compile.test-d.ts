/**
 * What must compile, and what must not. Nothing here runs: `test/compile.test.ts` compiles it. Every directive names
 * the compiler's code, so that a slip in the line below cannot stand for the error that is meant; then the reason.
 */
import { Router } from '@koa/router'
import { requireBearerAuth as requireBearerAuth1 } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { requireBearerAuth as requireBearerAuth2 } from '@modelcontextprotocol/express'
import { Catch, type INestApplication } from '@nestjs/common'
import { type } from 'arktype'
import express from 'express'
import Fastify from 'fastify'
import { FastMCP } from 'fastmcp'
import { Hono } from 'hono'
import { Redis } from 'ioredis'
import Koa from 'koa'
import { createServer } from 'node:http'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import * as v from 'valibot'
import * as z from 'zod'
import { Agent, fetch as undiciFetch } from 'undici'
import { bearerAuth as expressAuth } from '../src/adapters/express.js'
import { authenticateWith } from '../src/adapters/fastmcp.js'
import { bearerAuth as fastifyAuth } from '../src/adapters/fastify.js'
import { bearerAuth as fetchAuth } from '../src/adapters/fetch.js'
import { bearerAuth as honoAuth } from '../src/adapters/hono.js'
import { bearerAuth as koaAuth } from '../src/adapters/koa.js'
import { authInfo, tokenVerifier } from '../src/adapters/mcp.js'
import { authErrors, authGuard, bearerAuth as nestAuth } from '../src/adapters/nest.js'
import { bearerAuth as nodeAuth } from '../src/adapters/node.js'
import {
  accept,
  accessToken,
  allowInsecureHttp,
  always,
  anyApp,
  anyAudience,
  AuthenticationError,
  AuthUnavailableError,
  BearerAuthProvider,
  ChainProvider,
  byRequest,
  defineScopes,
  explainScopes,
  firstOf,
  fromClaim,
  gate,
  generateToken,
  getAccessToken,
  googleTokenInfo,
  GitHubProvider,
  hashToken,
  InsufficientScopeError,
  IntrospectionProvider,
  JwksProvider,
  reject,
  requireAuth,
  sharedKeys,
  standardScopes,
  StandardProvider,
  StaticProvider,
  UserInfoProvider,
  when,
  withAccessToken,
} from '../src/index.js'
import { awsAlb, entra, githubActions, gitlab, gitlabCi, googleServiceAccount, keycloak, kubernetes, spiffe, zitadelOpaque } from '../providers/presets/index.js'
import { bearerClientAuth, clientCredentials, clientSecretBasic, clientSecretJwt, noClientAuth, privateKeyJwt, requireFreshAuth, tlsClientAuth } from '../src/index.js'
import { redisRevocationLog, redisStore } from '../src/redis/index.js'
import type { AuthInfo as AuthInfo1 } from '@modelcontextprotocol/sdk/server/auth/types.js'
import type { AuthInfo as AuthInfo2 } from '@modelcontextprotocol/server'
import type { RedisClientType } from 'redis'
import type { AuthInfo } from '../src/adapters/mcp.js'
import type { Revocation } from '../src/revocations/revocation.js'
import type {
  Accepted,
  AccessToken,
  Algorithm,
  Answer,
  AuthContext,
  AuthEvent,
  Claims,
  ClientAuth,
  Decision,
  GateOptions,
  Gate,
  KeyStore,
  Mismatch,
  Recognition,
  Rejected,
  RejectReason,
  RevocationLog,
  ScopeMapper,
  ScopesExplained,
  SharedStore,
  Verdict,
} from '../src/index.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function holds<T extends true>(): void
/** The token that a provider of this kind gives. */
type Answered<P extends BearerAuthProvider> = NonNullable<Awaited<ReturnType<P['verifyToken']>>>

// `Equal` itself: if it took `any` for anything, every assertion below would be hollow.
holds<Equal<string, string>>()
// @ts-expect-error TS2344 Equal must tell two types apart
holds<Equal<string, number>>()
// @ts-expect-error TS2344 Equal must tell any from a type
holds<Equal<string, any>>()
// @ts-expect-error TS2344 Equal must tell an optional member from one that may be undefined
holds<Equal<{ a?: string }, { a: string | undefined }>>()
// @ts-expect-error TS2344 Equal must tell a member that can be written from one that cannot
holds<Equal<{ a: string }, { readonly a: string }>>()

declare const claims: Claims
declare const token: AccessToken
declare const jwks: { keys: [] }
const issuer = 'https://id.example.com'
const audience = 'https://mcp.example.com/mcp'
const grant = { claims: { sub: 'ci' } }

/* ---- Nothing that a user gets is `any` ------------------------------------------------------------------------- */

holds<Equal<ReturnType<typeof getAccessToken>, AccessToken | null>>()
holds<Equal<ReturnType<typeof requireAuth>, AccessToken>>()
holds<Equal<Parameters<typeof requireAuth>, string[]>>()
holds<Equal<ReturnType<typeof accessToken>, AccessToken>>()
holds<Equal<ReturnType<typeof accept>, Accepted>>()
holds<Equal<ReturnType<typeof reject>, Rejected>>()
holds<Equal<ReturnType<typeof gate>, Gate>>()
holds<Equal<ReturnType<typeof byRequest>, Gate>>()
holds<Equal<ReturnType<Gate>, Promise<Decision>>>()
holds<Equal<ReturnType<typeof fromClaim>, ScopeMapper>>()
holds<Equal<typeof standardScopes, ScopeMapper>>()
holds<Equal<ReturnType<ScopeMapper>, readonly string[]>>()
holds<Equal<Parameters<ScopeMapper>, [claims: Claims]>>()
holds<Equal<ReturnType<BearerAuthProvider['verifyToken']>, Promise<AccessToken | null>>>()
holds<Equal<ReturnType<JwksProvider['verifyToken']>, Promise<AccessToken | null>>>()
holds<Equal<ReturnType<StaticProvider['verifyToken']>, Promise<AccessToken | null>>>()
holds<Equal<ReturnType<ChainProvider['verifyToken']>, Promise<AccessToken | null>>>()
holds<Equal<ReturnType<ChainProvider['recognizes']>, Recognition>>()
holds<Equal<ChainProvider['issuers'], readonly string[]>>()
holds<Equal<Recognition, 'mine' | 'maybe' | 'foreign'>>()
holds<Equal<Verdict, Accepted | Rejected>>()
holds<Equal<Rejected['reason'], RejectReason>>()
holds<Equal<Mismatch['actual'], unknown>>()
holds<Equal<AccessToken['claims'], Claims>>()
holds<Equal<AccessToken['scopes'], readonly string[]>>()
holds<Equal<AccessToken['expiresAt'], number | undefined>>()
holds<Equal<AccessToken['subject'], string | undefined>>()
holds<Equal<Claims['sub'], string | undefined>>()
holds<Equal<Claims['aud'], string | readonly string[] | undefined>>()
holds<Equal<Claims['realm_access'], unknown>>()
holds<Equal<AuthContext['token'], AccessToken | null>>()
holds<Equal<AuthUnavailableError['retryAfter'], number | undefined>>()
holds<Equal<InsufficientScopeError['requiredScopes'], readonly string[]>>()
holds<Equal<AuthenticationError['answer'], Answer>>()
holds<Equal<AuthUnavailableError['code'] | InsufficientScopeError['code'] | AuthenticationError['code'], Code>>()
type Code = 'ERR_AUTH_UNAVAILABLE' | 'ERR_INSUFFICIENT_SCOPE' | 'ERR_AUTHENTICATION_REQUIRED'
holds<Equal<AuthEvent['provider'], string>>()
holds<Equal<GateOptions['profile'], 'mcp-use' | undefined>>()
holds<Equal<Extract<Algorithm, `HS${string}` | 'none'>, never>>()

// A verdict and a decision are told apart by one member.
declare const verdict: Verdict
if (verdict.accepted) holds<Equal<typeof verdict, Accepted>>()
else holds<Equal<typeof verdict, Rejected>>()
declare const decision: Decision
if (decision.pass) holds<Equal<typeof decision.context, AuthContext>>()
else holds<Equal<typeof decision.answer, Answer>>()

// `withAccessToken` gives what the code gives.
const seven = withAccessToken(token, () => 7)
holds<Equal<typeof seven, number>>()
const later = withAccessToken(null, async () => 'done' as const)
holds<Equal<typeof later, Promise<'done'>>>()

/* ---- JwksProvider ----------------------------------------------------------------------------------------------- */

new JwksProvider({ issuer, audience })
new JwksProvider({ issuer, audience: anyAudience })
new JwksProvider({ issuer, audience: [audience, 'another'] })
new JwksProvider({ issuer, audience: [audience] as const })
new JwksProvider({ issuer, audience, algorithms: ['RS256', 'EdDSA'] })
new JwksProvider({ issuer, audience, jwksUri: 'https://id.example.com/keys' })
new JwksProvider({ issuer, audience, jwks })
new JwksProvider({ issuer, audience, fetch, timeout: 1, now: () => 0, observe: console.log, name: 'idp', cache: false, clockTolerance: 0 })
new JwksProvider({ issuer, audience, scopes: [standardScopes, fromClaim('realm_access.roles', { admin: ['notes:*'], viewer: 'notes:read' })] })
new JwksProvider({ issuer: 'http://id.internal', audience, [allowInsecureHttp]: true })

// @ts-expect-error TS2345 without an audience, every token of the issuer would open this server
new JwksProvider({ issuer })
// @ts-expect-error TS2322 null is no audience; anyAudience is the only way out
new JwksProvider({ issuer, audience: null })
// @ts-expect-error TS2322 undefined is no audience
new JwksProvider({ issuer, audience: undefined })
// @ts-expect-error TS2322 a variable that may be missing must not switch the check off
new JwksProvider({ issuer, audience: process.env.AUDIENCE })
// @ts-expect-error TS2322 no audience out of none
new JwksProvider({ issuer, audience: [] })
// @ts-expect-error TS2322 a list that may be empty
new JwksProvider({ issuer, audience: 'a b'.split(' ') })
// @ts-expect-error TS2322 any symbol of one's own is not the opt-out
new JwksProvider({ issuer, audience: Symbol('any') })
// @ts-expect-error TS2322 false is not the opt-out
new JwksProvider({ issuer, audience: false })
// @ts-expect-error TS2345 without an issuer, whose keys?
new JwksProvider({ audience })
// @ts-expect-error TS2322 a variable that may be missing is no issuer
new JwksProvider({ issuer: process.env.ISSUER, audience })
// @ts-expect-error TS2322 a list that may be empty
new JwksProvider({ issuer: 'a b'.split(' '), audience })
// @ts-expect-error TS2345 two places for the keys, and which one counts?
new JwksProvider({ issuer, audience, jwksUri: 'https://id.example.com/keys', jwks })
// @ts-expect-error TS2820 a shared secret: whoever verifies can sign
new JwksProvider({ issuer, audience, algorithms: ['HS256'] })
// @ts-expect-error TS2322 no algorithm at all
new JwksProvider({ issuer, audience, algorithms: ['none'] })
// @ts-expect-error TS2322 a list that takes nothing
new JwksProvider({ issuer, audience, algorithms: [] })
// @ts-expect-error TS2561 an option that does not exist: a slip of the pen must not go unseen
new JwksProvider({ issuer, audience, clockTolerence: 5 })
// @ts-expect-error TS2418 the opt-out is a decision, not a switch
new JwksProvider({ issuer, audience, [allowInsecureHttp]: false })
// @ts-expect-error TS2322 times are numbers of seconds
new JwksProvider({ issuer, audience, timeout: '2s' })
// @ts-expect-error TS2554 no options
new JwksProvider()

/* ---- Presets ---------------------------------------------------------------------------------------------------- */

new JwksProvider(entra({ tenant: 'guid', audience }))
new JwksProvider({ ...entra({ tenant: ['guid', 'another'], audience, roles: { admin: 'notes:write' } }), cache: { ttl: 60 }, scopes: [standardScopes], name: 'people' })
new JwksProvider({ ...entra({ tenant: 'guid', audience }), jwksUri: undefined, jwks })
new JwksProvider({ ...keycloak({ url: issuer, realm: 'acme', clients: 'a', client: 'a', clientRoles: {} }), tokenType: 'at+jwt' })
new JwksProvider(githubActions({ audience, repositoryOwnerId: '1', repositoryId: ['2', '3'] }))
new JwksProvider(kubernetes({ issuer, audience }))
new JwksProvider(spiffe({ trustDomain: 'example.org', audience, bundle: jwks }))
new IntrospectionProvider(zitadelOpaque({ domain: 'acme.zitadel.cloud', audience, clientAuth: clientSecretBasic('a', 'b') }))
new UserInfoProvider({ ...gitlab({ applications: 'a' }), cache: false })

// @ts-expect-error TS2741 without an audience, every token of the tenant would open this server
entra({ tenant: 'guid' })
// @ts-expect-error TS2322 a variable that may be missing is no tenant
entra({ tenant: process.env.TENANT, audience })
// @ts-expect-error TS2345 any workflow of anybody can have a token for any audience
githubActions({ audience })
// @ts-expect-error TS2345 a branch pins nobody
githubActions({ audience, ref: 'refs/heads/main' })
// @ts-expect-error TS2345 any job of anybody can have a token for any audience
gitlabCi({ audience })
// @ts-expect-error TS2741 anybody at Google can have a token for any audience
googleServiceAccount({ audience })
// @ts-expect-error TS2345 by audience or by clients, and which one counts?
keycloak({ url: issuer, realm: 'acme', audience, clients: 'a' })
// @ts-expect-error TS2345 roles of which client?
keycloak({ url: issuer, realm: 'acme', audience, clientRoles: {} })
// @ts-expect-error TS2741 all load balancers of a region sign with the same keys
awsAlb({ clients: 'a', issuer })
// @ts-expect-error TS2345 keys from two places
kubernetes({ issuer, audience, inCluster: true, jwks })
// @ts-expect-error TS2345 a trust domain without its keys
spiffe({ trustDomain: 'example.org', audience })
// @ts-expect-error TS2741 who asks?
zitadelOpaque({ domain: 'acme.zitadel.cloud', audience })
// @ts-expect-error TS2379 opaque tokens are for another provider
new JwksProvider(zitadelOpaque({ domain: 'acme.zitadel.cloud', audience, clientAuth: clientSecretBasic('a', 'b') }))

/* ---- StaticProvider --------------------------------------------------------------------------------------------- */

new StaticProvider({ 'ci-0123456789abcdef': grant })
new StaticProvider({ 'ci-0123456789abcdef': { ...grant, scopes: ['deploy'], expiresAt: 1_900_000_000 } }, { name: 'ci' })

new StaticProvider({ [hashToken(generateToken({ prefix: 'acme' }))]: { ...grant, name: 'ci 2026', notBefore: 1_800_000_000 } }, { prefix: 'acme' })
StaticProvider.fromEnv('MCP_TOKENS') satisfies StaticProvider
StaticProvider.fromEnv('MCP_TOKEN', { grant, env: process.env, name: 'ci' })
holds<Equal<ReturnType<typeof StaticProvider.fromFile>, Promise<StaticProvider>>>()
void StaticProvider.fromFile('tokens.json', { checkEvery: 5, prefix: 'acme' })

// @ts-expect-error TS2741 a file is read first: await it
new ChainProvider([StaticProvider.fromFile('tokens.json')])
// @ts-expect-error TS2353 a variable does not change while the process runs
StaticProvider.fromEnv('MCP_TOKENS', { checkEvery: 5 })
// @ts-expect-error TS2353 what tokens may do, not where they are
StaticProvider.fromEnv('MCP_TOKENS', { grant: { sub: 'ci' } })
// @ts-expect-error TS2322 seconds and no date
new StaticProvider({ 'ci-0123456789abcdef': { ...grant, notBefore: new Date() } })
// @ts-expect-error TS2559 options have names
generateToken('acme')
// @ts-expect-error TS2741 whose token is it?
new StaticProvider({ 'ci-0123456789abcdef': { scopes: ['deploy'] } })
// @ts-expect-error TS2322 one scope per entry: a string would be read letter by letter
new StaticProvider({ 'ci-0123456789abcdef': { ...grant, scopes: 'deploy' } })
// @ts-expect-error TS2353 nothing is remembered, so there is nothing to set
new StaticProvider({ 'ci-0123456789abcdef': grant }, { cache: { ttl: 5 } })
// @ts-expect-error TS2322 a list of tokens says nothing about their holders
new StaticProvider(['ci-0123456789abcdef'])
// @ts-expect-error TS2464 a variable that may be missing is no token
new StaticProvider({ [process.env.CI_KEY]: grant })

/* ---- ChainProvider ---------------------------------------------------------------------------------------------- */

const structural = { verifyToken: async (presented: string): Promise<AccessToken | null> => (presented === 'x' ? token : null) }
const chain = new ChainProvider([new JwksProvider({ issuer, audience }), structural])
new ChainProvider([chain, new ChainProvider([chain])])

// @ts-expect-error TS2345 an empty chain refuses everybody
new ChainProvider([])
// @ts-expect-error TS2345 a list that may be empty
new ChainProvider([structural].filter(Boolean))
// @ts-expect-error TS2353 no provider: it verifies nothing
new ChainProvider([{ verify: async () => null }])
// @ts-expect-error TS2741 a class is not yet a provider
new ChainProvider([JwksProvider])
// @ts-expect-error TS2345 a list, not one after the other
new ChainProvider(structural, structural)

/* ---- A provider of one's own ------------------------------------------------------------------------------------ */

const provider: BearerAuthProvider = structural
holds<Equal<typeof provider.recognizes, ((token: string) => Recognition) | undefined>>()

export class Own extends BearerAuthProvider {
  override async verifyToken(presented: string): Promise<AccessToken | null> {
    return presented === 'x' ? accessToken({ token: presented, claims: { sub: 'ada' }, scopes: [] }) : null
  }
}
export class Checking extends StandardProvider {
  protected override async check(presented: string): Promise<Verdict> {
    return presented === 'x' ? accept({ sub: 'ada' }, 1_900_000_000) : reject('unknown_token')
  }
}
new ChainProvider([new Own(), new Checking({ scopes: fromClaim('permissions'), cache: { ttl: 5 } })])

// @ts-expect-error TS2511 the interface alone verifies nothing
new BearerAuthProvider()
// @ts-expect-error TS2511 without check there is nothing to remember
new StandardProvider()
// @ts-expect-error TS2515 who does not verify is no provider
export class Idle extends BearerAuthProvider {}
// @ts-expect-error TS2515 who does not check has no verdict
export class Unchecked extends StandardProvider {}
export class SaysTrue extends BearerAuthProvider {
  // @ts-expect-error TS2416 true says neither who nor what for
  override async verifyToken(): Promise<boolean> {
    return true
  }
}
export class Synchronous extends BearerAuthProvider {
  // @ts-expect-error TS2416 an answer is awaited
  override verifyToken(): null {
    return null
  }
}
export class ChecksTrue extends StandardProvider {
  // @ts-expect-error TS2416 true is no verdict
  protected override async check(): Promise<boolean> {
    return true
  }
}
export class LoudMouth extends BearerAuthProvider {
  override verifyToken = async (): Promise<null> => null
  // @ts-expect-error TS2416 recognition never leaves the process, so it has nothing to wait for
  override recognizes = async (): Promise<Recognition> => 'mine'
}
// @ts-expect-error TS2322 true says neither who nor what for
export const saysTrue: BearerAuthProvider = { verifyToken: async () => true }
// @ts-expect-error TS2322 undefined is no answer: null is no
export const saysUndefined: BearerAuthProvider = { verifyToken: async () => undefined }
// @ts-expect-error TS2322 an opinion that does not exist
export const saysOurs: BearerAuthProvider = { ...structural, recognizes: () => 'ours' }
// @ts-expect-error TS2345 a reason that does not exist
reject('because')
// @ts-expect-error TS2554 a yes without claims
accept()
// @ts-expect-error TS2345 seconds since the epoch, not a Date
accept({ sub: 'ada' }, new Date())
// @ts-expect-error TS2741 a token without scopes says so: []
accessToken({ token: 'x', claims })
// @ts-expect-error TS2322 one scope per entry
accessToken({ token: 'x', claims, scopes: 'notes:read' })
// @ts-expect-error TS2445 check alone neither remembers nor maps: outside there is verifyToken
new Checking().check('x')

/* ---- Nobody promotes anybody: what was verified cannot be changed ------------------------------------------------- */

// @ts-expect-error TS2540 scopes are what the provider said
token.scopes = ['admin']
// @ts-expect-error TS2339 scopes are what the provider said
token.scopes.push('admin')
// @ts-expect-error TS2542 scopes are what the provider said
token.scopes[0] = 'admin'
// @ts-expect-error TS2540 claims are what the issuer said
token.claims = { sub: 'root' }
// @ts-expect-error TS2540 claims are what the issuer said
token.claims.sub = 'root'
// @ts-expect-error TS2542 claims are what the issuer said
token.claims.roles = ['admin']
// @ts-expect-error TS2540 the token is what was presented
token.token = 'another'
// @ts-expect-error TS2540 a token ends when it ends
token.expiresAt = 0
// @ts-expect-error TS2540 the subject is the claim
token.subject = 'root'
// @ts-expect-error TS2540 a verdict stays
verdict.accepted = true
// @ts-expect-error TS2531 nobody may be there; requireAuth() insists
getAccessToken().scopes
// @ts-expect-error TS2345 one scope per argument
requireAuth(['notes:read', 'notes:write'])
// @ts-expect-error TS2571 a claim nobody vouches for is unknown until looked at
requireAuth().claims.realm_access.roles
// @ts-expect-error TS2345 no token is null, never undefined
withAccessToken(undefined, () => 7)

/* ---- Scopes from claims ----------------------------------------------------------------------------------------- */

fromClaim(['https://example.com/roles'], { admin: ['a', 'b'] })
// @ts-expect-error TS2322 a table grants scopes, not booleans
fromClaim('roles', { admin: true })
// @ts-expect-error TS2322 a mapper that may give nothing gives []
export const absentMinded: ScopeMapper = (given) => (given.sub ? ['a'] : undefined)
// @ts-expect-error TS2322 one scope per entry: a string would be read letter by letter
export const inOneString: ScopeMapper = () => 'a b'

fromClaim('resource_access.*.roles', { 'team-*': ['a'], 'notes-*': (rest) => `notes:${rest}` }, { ignoreCase: true })
fromClaim({ keysOf: ['a.b', 'c'] })
when({ email_verified: true }, fromClaim('roles', { admin: 'a' }), always('b'))
when((given) => given.email_verified === true, standardScopes)
new StaticProvider({ 'ci-0123456789abcdef': grant }, { scopes: firstOf(standardScopes, always('mcp')), implies: { a: ['b'], b: 'c' }, expandScopes: false })
holds<Equal<ReturnType<typeof explainScopes>, ScopesExplained>>()
// @ts-expect-error TS2353 keys of what is not said
fromClaim({ valuesOf: 'roles' })
// @ts-expect-error TS2353 an option that does not exist
fromClaim('roles', { admin: 'a' }, { caseInsensitive: true })
// @ts-expect-error TS2345 a condition that a promise would always meet
when(async () => true, standardScopes)
// @ts-expect-error TS2322 a variable that may not be set is no condition
when({ tid: process.env.TENANT }, standardScopes)
// @ts-expect-error TS2353 a table is no mapper
firstOf({ admin: 'a' })
// @ts-expect-error TS2322 a scope implies scopes
new StaticProvider({ 'ci-0123456789abcdef': grant }, { implies: { a: true } })

const notes = defineScopes(['notes:read', 'notes:write', 'admin'])
defineScopes(['notes:read'] as const).requireAuth('notes:read')
holds<Equal<(typeof notes.names)[number], 'notes:read' | 'notes:write' | 'admin'>>()
holds<Equal<ReturnType<typeof notes.requireAuth>, AccessToken>>()
notes.requireAuth('notes:read', 'admin')
notes.fromClaim('roles', { boss: ['notes:*', 'admin'], reader: 'notes:read', 'x-*': () => 'notes:read' })
notes.implies({ admin: 'notes:*', 'notes:write': ['notes:read'] })
gate(provider, { requiredScopes: notes.only('notes:read'), scopesSupported: notes.names })
new StaticProvider({ 'ci-0123456789abcdef': grant }, { implies: notes.implies({ admin: 'notes:*' }) })
defineScopes(['notes:drafts:read', 'a.b']).fromClaim('roles', { boss: ['notes:*', 'notes:drafts:*', 'a.*'] })
// @ts-expect-error TS2345 a typo is not a 403 at night
notes.requireAuth('notes:raed')
// @ts-expect-error TS2345 a wildcard is held and not asked for
notes.requireAuth('notes:*')
// @ts-expect-error TS2345 a typo again
void notes.requireFreshAuth(5, 'notes:raed')
// @ts-expect-error TS2345 a typo in a list
notes.only('notes:raed')
// @ts-expect-error TS2820 a typo in a table
notes.fromClaim('roles', { boss: 'notes:raed' })
// @ts-expect-error TS2322 a wildcard over nothing
notes.fromClaim('roles', { boss: 'mail:*' })
// @ts-expect-error TS2561 a typo in a hierarchy
notes.implies({ admni: 'notes:read' })
// @ts-expect-error TS2820 a typo in what is implied
notes.implies({ admin: 'notes:raed' })
// @ts-expect-error TS2345 no scopes to define
defineScopes([])

/* ---- Claims by a schema ----------------------------------------------------------------------------------------- */

const byZod = new JwksProvider({ issuer, audience, claims: z.object({ email: z.string() }), enrich: async ({ email }) => ({ roles: [email.length] }) })
const byValibot = new JwksProvider({ issuer, audience, claims: v.object({ email: v.string() }) })
const byArktype = new JwksProvider({ issuer, audience, claims: type({ email: 'string' }) })
holds<Equal<Answered<typeof byZod>['claims'], Claims & { email: string }>>()
holds<Equal<Answered<typeof byValibot>['claims'], Claims & { email: string }>>()
holds<Equal<Answered<typeof byArktype>['claims']['email'], string>>()
holds<Equal<Answered<JwksProvider>['claims'], Claims>>()
holds<Equal<Answered<typeof byZod>['claims']['sub'], string | undefined>>()
// What is typed is still a provider, a provider of its kind, and a token.
export const asProvider: readonly BearerAuthProvider[] = [byZod, new ChainProvider([byZod, byValibot])]
export const asItsKind: JwksProvider = byZod
export const asToken = async (): Promise<AccessToken | null> => byZod.verifyToken('x')
// What a schema transforms has the type of what it gives.
const transformed = new UserInfoProvider({ tokenInfo: googleTokenInfo, audience, claims: z.object({ level: z.coerce.number() }) })
holds<Equal<Answered<typeof transformed>['claims']['level'], number>>()

// @ts-expect-error TS2741 a list of names checks nothing
new JwksProvider({ issuer, audience, claims: ['email'] })
// @ts-expect-error TS2322 a function is no schema
new JwksProvider({ issuer, audience, claims: (given: Claims) => given.email !== undefined })
// @ts-expect-error TS2322 a text is no claims
new JwksProvider({ issuer, audience, enrich: async () => 'admin' })
// @ts-expect-error TS2322 milliseconds have no place here, nor has a text
new JwksProvider({ issuer, audience, enrich: async () => ({}), enrichTimeout: '2s' })
// @ts-expect-error TS2353 the claims of static tokens stand in their list
new StaticProvider({ 'ci-0123456789abcdef': grant }, { enrich: async () => ({}) })

/* ---- The gates -------------------------------------------------------------------------------------------------- */

const options: GateOptions = { resource: audience, requiredScopes: ['notes:read'], protect: ['/mcp'], exclude: ['/health', { path: '/orders', methods: ['GET'] }], optional: false, profile: 'mcp-use' }

const app = express()
app.use(expressAuth(provider, options))
app.use('/mcp', expressAuth(provider))
app.use(['/a', '/b'], expressAuth(provider), express.json())
app.post('/mcp', expressAuth(provider, options), (req, res) => {
  // The MCP SDK declares `req.auth`; we set it and declare nothing, so that the two do not quarrel.
  holds<Equal<typeof req.auth, AuthInfo1 | undefined>>()
  res.json(requireAuth('notes:read').claims)
})
app.all('/:id', expressAuth(provider), (req, res) => {
  holds<Equal<typeof req.params, { id: string }>>()
  res.end()
})
app.route('/x').get(expressAuth(provider), (_req, res) => void res.end())
express.Router().use(expressAuth(provider))

const hono = new Hono<{ Variables: { user: string } }>()
hono.use(honoAuth(provider, options))
hono.use('/mcp', honoAuth(provider))
hono.get('/mcp/:id', honoAuth(provider), (c) => {
  const id = c.req.param('id')
  holds<Equal<typeof id, string>>()
  return c.json(requireAuth('notes:read').claims as Record<string, string>)
})

const fastify = Fastify()
await fastify.register(fastifyAuth(provider, options))
fastify.register(async (scope) => void scope.register(fastifyAuth(provider)), { prefix: '/mcp' })
await Fastify({ http2: true }).register(fastifyAuth(provider))

const koa: Koa = new Koa().use(koaAuth(provider, options)).use((ctx) => void (ctx.body = requireAuth('notes:read').claims))
new Koa<{ user: string }>().use(koaAuth(provider)).use((ctx) => void (ctx.body = ctx.state.user))
koa.use(new Router().post('/mcp/:id', koaAuth(provider), (ctx) => void (ctx.body = ctx.params.id)).routes())

declare const nest: INestApplication
nest.use(nestAuth(provider, options)).useGlobalFilters(authErrors(Catch)).useGlobalGuards(authGuard('notes:read'))

new FastMCP({ name: 'notes', version: '1.0.0', authenticate: authenticateWith(provider, options) }).addTool({
  name: 'whoami',
  execute: async (_args, { session }) => session?.clientId ?? '',
})

createServer(nodeAuth(provider, options)((req, res) => void res.end(req.url)))
createServer(nodeAuth(provider)(async (_req, res) => void res.end()))
createServer(app)

const guarded = fetchAuth(provider, options)(async (request: Request, env: { readonly KEY: string }) => new Response(env.KEY + request.url))
holds<Equal<Parameters<typeof guarded>, [request: Request, env: { readonly KEY: string }]>>()
holds<Equal<ReturnType<typeof guarded>, Promise<Response>>>()

// The SDKs' own gates take our verifier, and our AuthInfo is theirs.
app.use(requireBearerAuth1({ verifier: tokenVerifier(provider, { InvalidTokenError }), expectedResource: new URL(audience) }))
app.use(requireBearerAuth2({ verifier: tokenVerifier(provider, { resource: audience }), requiredScopes: ['notes:read'] }))
authInfo() satisfies AuthInfo1 | undefined
authInfo() satisfies AuthInfo2 | undefined
holds<Equal<ReturnType<typeof authInfo>, AuthInfo | undefined>>()

// @ts-expect-error TS2322 a wording that does not exist
gate(provider, { errors: 'nice' })
// @ts-expect-error TS2353 an option that does not exist
expressAuth(provider, { scopes: ['notes:read'] })
// @ts-expect-error TS2322 one scope per entry
honoAuth(provider, { requiredScopes: 'notes:read' })
// @ts-expect-error TS2322 one path per entry
fastifyAuth(provider, { protect: '/mcp' })
// @ts-expect-error TS2322 yes or no
nodeAuth(provider, { optional: 'no' })
// @ts-expect-error TS2322 a URL as clients write it, compared to the letter
fetchAuth(provider, { resource: new URL(audience) })
// @ts-expect-error TS2554 a gate without a provider
expressAuth()
// @ts-expect-error TS2353 no provider
expressAuth({ verify: async () => null })
// @ts-expect-error TS2353 the options of a gate are not those of a verifier
tokenVerifier(provider, { requiredScopes: ['notes:read'] })

// Both clients for Redis as they are, whatever their generics say; what is more than one server does not fit.
redisStore(createClient()) satisfies SharedStore
redisStore(createClient({ RESP: 2, disableOfflineQueue: true })) satisfies SharedStore
redisStore(createClient().withTypeMapping({})) satisfies SharedStore
redisStore(new Redis(), { prefix: 'staging:' }) satisfies SharedStore
redisStore(new Redis({ replyMapping: 'resp3' })) satisfies SharedStore
redisRevocationLog(createClient()) satisfies RevocationLog
redisRevocationLog(new Redis(6379)) satisfies RevocationLog
declare const someClient: RedisClientType
redisStore(someClient) satisfies SharedStore
sharedKeys({ store: redisStore(someClient), secret: ['a', 'b'] }) satisfies KeyStore
// @ts-expect-error TS2345 the client of a cluster, whose commands want a key of their own
redisStore(createCluster({ rootNodes: [] }))
// @ts-expect-error TS2345 the client of a sentinel, whose commands want to know whether they only read
redisStore(createSentinel({ name: 'a', sentinelRootNodes: [] }))
// @ts-expect-error TS2345 a pool has no connection to subscribe on
redisStore(createClientPool())
// @ts-expect-error TS2345 a client and no URL
redisStore('redis://localhost')
// @ts-expect-error TS2741 no secret, no sharing
sharedKeys({ store: redisStore(someClient) })

// What can be revoked: by one thing at a time.
void ([{ jti: 'j' }, { sub: 'ada', before: 1 }, { sid: 's', issuer: 'i' }, { clientId: 'c', before: 1, issuer: 'i' }, { token: 't', expiresAt: 2 }] satisfies Revocation[])

const revoke = (what: Revocation): Revocation => what
// @ts-expect-error TS2345 nothing to revoke
revoke({ issuer: 'i' })
// @ts-expect-error TS2345 two things at once
revoke({ sub: 'ada', jti: 'j' })
// @ts-expect-error TS2345 a session has no before
revoke({ sid: 's', before: 1 })
// @ts-expect-error TS2345 a token needs no issuer
revoke({ token: 't', issuer: 'i' })
// @ts-expect-error TS2322 seconds and no date
revoke({ sub: 'ada', before: new Date() })

/* ---- Introspection: no mixture of ways, no audience left out ---------------------------------------------------- */

declare const clientAuth: ClientAuth
new IntrospectionProvider({ issuer, audience, clientAuth, signed: {} })
new IntrospectionProvider({ endpoint: issuer, audience: anyAudience, clientAuth })
new UserInfoProvider({ tokenInfo: googleTokenInfo, audience })
new UserInfoProvider({ userInfoEndpoint: issuer, audience: anyAudience })
holds<Equal<ReturnType<IntrospectionProvider['verifyToken']>, Promise<AccessToken | null>>>()
const gitHubApp = { clientId: 'Iv23liNotes', clientSecret: 'secret' }
new GitHubProvider({ app: gitHubApp })
new GitHubProvider({ app: [gitHubApp, gitHubApp], kinds: ['ghu_'], organizations: true })
new GitHubProvider({ app: anyApp, kinds: ['gho_', 'ghp_', 'github_pat_', 'ghs_'] })
holds<Equal<ReturnType<GitHubProvider['revokeToken']>, Promise<void>>>()
// @ts-expect-error TS2345 nobody says whose tokens
new GitHubProvider({ organizations: true })
// @ts-expect-error TS2322 any app is no word
new GitHubProvider({ app: 'any' })
// @ts-expect-error TS2322 an app without its secret
new GitHubProvider({ app: { clientId: 'Iv23liNotes' } })
// @ts-expect-error TS2345 no app vouches for personal tokens
new GitHubProvider({ app: gitHubApp, kinds: ['ghp_'] })
// @ts-expect-error TS2322 refresh tokens are for GitHub
new GitHubProvider({ app: anyApp, kinds: ['ghr_'] })
// @ts-expect-error TS2345 no audience
new IntrospectionProvider({ issuer, clientAuth })
// @ts-expect-error TS2345 nobody says who asks
new IntrospectionProvider({ issuer, audience })
// @ts-expect-error TS2345 nobody to ask
new IntrospectionProvider({ audience, clientAuth })
// @ts-expect-error TS2345 signed answers of an issuer without a name
new IntrospectionProvider({ endpoint: issuer, audience, clientAuth, signed: {} })
// @ts-expect-error TS2345 userinfo does not say whose application a token is for
new UserInfoProvider({ userInfoEndpoint: issuer, audience })
// @ts-expect-error TS2345 nothing to ask
new UserInfoProvider({ audience: anyAudience })
// @ts-expect-error TS2322 two places for the keys of signed answers, and which one counts?
new IntrospectionProvider({ issuer, audience, clientAuth, signed: { jwks, jwksUri: issuer } })
// @ts-expect-error TS2322 false is not the opt-out
new IntrospectionProvider({ issuer, audience: false, clientAuth })
// @ts-expect-error TS2739 one way to authenticate, not several
new IntrospectionProvider({ issuer, audience, clientAuth: [clientAuth] })
// @ts-expect-error TS2739 a way to authenticate is made by its function, and by nothing else
new IntrospectionProvider({ issuer, audience, clientAuth: { method: 'none', clientId: 'a' } })

const jwk = { kty: 'EC', crv: 'P-256', x: 'a', y: 'b', d: 'c' }
void ([() => privateKeyJwt('a', jwk), () => privateKeyJwt('a', 'pem', { alg: 'ES256' }), () => privateKeyJwt('a', async (data) => data, { alg: 'ES256', kid: 'k' })] satisfies (() => ClientAuth)[])
bearerClientAuth(clientCredentials({ clientAuth: tlsClientAuth('a'), scope: 'introspect', parameters: { resource: 'b' } })) satisfies ClientAuth
bearerClientAuth(async () => 'token') satisfies ClientAuth
// @ts-expect-error TS2554 a secret of nobody
clientSecretBasic('secret')
// @ts-expect-error TS2345 a variable that may be missing is no secret
clientSecretBasic('a', process.env.SECRET)
// @ts-expect-error TS2353 an option that does not exist
clientSecretJwt('a', 'b', { algorithm: 'HS256' })
// @ts-expect-error TS2820 a shared secret is no private key
privateKeyJwt('a', jwk, { alg: 'HS256' })
// @ts-expect-error TS2345 a token that is fixed ends some day, and nobody renews it
bearerClientAuth('token')
// @ts-expect-error TS2741 a grant to nobody
clientCredentials({ scope: 'introspect' })
// @ts-expect-error TS2554 who proves nothing has nothing to prove it with
noClientAuth('a', 'secret')

// The global fetch, one around it, and undici's, whose types differ.
const dispatcher = new Agent()
new IntrospectionProvider({ issuer, audience, clientAuth, fetch })
new IntrospectionProvider({ issuer, audience, clientAuth, fetch: (url, init) => fetch(url, init) })
new IntrospectionProvider({ issuer, audience, clientAuth, fetch: (url, init) => undiciFetch(url, { ...init, dispatcher }) })
new JwksProvider({ issuer, audience, fetch: (url, init) => undiciFetch(url, { ...init, dispatcher }) })

new JwksProvider({ issuer, audience, introspect: { clientAuth } })
new JwksProvider({ issuer, audience, introspect: { clientAuth, checkEvery: 60, endpoint: issuer, signed: {}, fetch } })
// @ts-expect-error TS2322 nobody says who asks
new JwksProvider({ issuer, audience, introspect: { checkEvery: 60 } })
// @ts-expect-error TS2353 the audience is looked at in the token, which is what was signed
new JwksProvider({ issuer, audience, introspect: { clientAuth, audience } })
// @ts-expect-error TS2322 a switch does not say who asks
new JwksProvider({ issuer, audience, introspect: true })

void (async () => (await requireFreshAuth(30, 'notes:delete')).subject)
// @ts-expect-error TS2345 seconds are a number
void requireFreshAuth('30')
// @ts-expect-error TS2555 how fresh?
void requireFreshAuth()
// @ts-expect-error TS2322 seconds are a number
expressAuth(provider, { maxAge: '30' })
