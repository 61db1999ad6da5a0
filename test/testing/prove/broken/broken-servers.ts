/**
 * Lists servers with one hole each, and the check that must find it. Each is the whole server of this folder but for one
 * part, or the smallest app of a framework that has the hole by itself.
 */
import express from 'express'
import { Hono } from 'hono'
import { createServer } from 'node:http'
import { inAuthorization, referenceServer, whole } from './reference-server.js'
import { proofs } from './reference-proofs.js'
import { verifier } from './reference-verifier.js'
import { bearerAuth } from '../../../../src/adapters/fetch.js'
import { anyAudience, JwksProvider } from '../../../../src/index.js'
import type { GateOptions } from '../../../../src/index.js'
import type { TestIssuer } from '../../../../src/testing/index.js'
import type { ProofRule } from './reference-proofs.js'
import type { Asked, Message, Parts } from './reference-server.js'
import type { Claims, Weakness } from './reference-verifier.js'

export interface BrokenServer {
  /** What is wrong with it. */
  readonly hole: string
  /** The check that must find it. */
  readonly check: string
  /** The app, which trusts this issuer by this clock. */
  readonly app: (issuer: TestIssuer, now: () => number) => unknown
}

/** The whole server with one part broken. */
const part = (check: string, hole: string, broken: (issuer: TestIssuer) => Partial<Parts>): BrokenServer => ({
  hole,
  check,
  app: (issuer) => referenceServer(issuer, broken(issuer)),
})

/** The whole server with a verifier that is weak. */
const weak = (check: string, hole: string, weakness: Weakness): BrokenServer => ({
  hole,
  check,
  app: (issuer, now) => referenceServer(issuer, { verify: verifier(issuer, { now, ...weakness }) }),
})

/** The whole server without one rule about proofs. */
const unproved = (check: string, hole: string, rule: ProofRule): BrokenServer =>
  part(check, hole, (issuer) => ({ proves: proofs(issuer, { without: [rule] }) }))

const ANYBODY: Claims = { sub: 'somebody', scope: 'notes:read' }

/** A guard that forgets some requests. */
const forgets = (check: string, hole: string, forgotten: (asked: Asked) => boolean, more: Partial<Parts> = {}): BrokenServer =>
  part(check, hole, () => ({ guards: (asked) => !forgotten(asked), ...more }))

/** As `new URL` reads a path: dots are gone. */
const resolved = (path: string): string => new URL(path.replace(/^\/+/, '/'), 'http://host').pathname
const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

const GATE: GateOptions = { requiredScopes: ['notes:read'] }

/** Our own gate before two routes. */
const ours = (check: string, hole: string, options: GateOptions): BrokenServer => ({
  hole,
  check,
  app: (issuer) => behind(bearerAuth(new JwksProvider(issuer.options), options)),
})

function behind(guard: ReturnType<typeof bearerAuth>): unknown {
  return guard((request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/notes' && request.method === 'GET') return Response.json(['a note'])
    if (pathname === '/mcp' && request.method === 'POST') return Response.json({ jsonrpc: '2.0', id: 1, result: {} })
    return new Response(null, { status: 404 })
  })
}

export const BROKEN: readonly BrokenServer[] = [
  // Tokens
  weak('alg-none', 'takes alg none, however it is spelled', { trusts: 'none' }),
  weak('signature', 'takes any signature', { trusts: 'any signature' }),
  weak('public-key-as-secret', 'takes HS256 with the public key as the secret', { trusts: 'public key as secret' }),
  weak('embedded-key', 'takes the key that the token brings along', { trusts: 'jwk' }),
  weak('fetches-from-token', 'fetches the URL of keys that the token names', { trusts: 'jku' }),
  weak('expired', 'does not look at exp', { without: ['expiry'] }),
  weak('no-expiry', 'takes tokens without exp', { without: ['has expiry'] }),
  weak('no-expiry', 'takes exp as text', {
    without: ['has expiry'],
    instead: { expiry: ({ claims: { exp } }) => (typeof exp === 'string' ? Number(exp) > 0 : typeof exp === 'number' && exp > Date.now() / 1000) },
  }),
  weak('not-yet-valid', 'does not look at nbf', { without: ['not before'] }),
  weak('past-expiry', 'remembers a verdict for longer than the token lives', { remembers: true }),
  weak('other-audience', 'does not look at aud', { without: ['audience'] }),
  weak('other-audience', 'looks for its name anywhere in aud', { instead: { audience: ({ claims: { aud } }) => JSON.stringify(aud).includes('https://api.test/mcp') } }),
  weak('other-issuer', 'does not look at iss, but at the key', { without: ['issuer'] }),
  weak('other-issuer', 'looks at the beginning of iss', { instead: { issuer: ({ claims: { iss } }) => String(iss).startsWith('https://issuer.test') } }),
  weak('other-type', 'takes other kinds of JWT for access tokens', { without: ['type'] }),
  weak('other-tenant', 'takes the tokens of all tenants of its issuer', { without: ['tenant'] }),
  weak('critical-header', 'overlooks crit', { without: ['critical'] }),
  weak('twins', 'reads base64url leniently', { without: ['encoding'] }),
  part('bound-token', 'takes a bound token without its proof', () => ({ proves: async () => true })),
  part('bound-token', 'takes a bound token as Bearer, with its proof', (issuer) => ({ proves: proofs(issuer, { without: ['scheme'] }) })),
  unproved('dpop-proof', 'takes proofs by any key', 'key'),
  unproved('dpop-proof', 'does not look at the signature of proofs', 'signature'),
  unproved('dpop-proof', 'takes any JWT of the holder for a proof', 'type'),
  unproved('dpop-proof', 'takes proofs for other methods', 'method'),
  unproved('dpop-proof', 'takes proofs for other URLs', 'url'),
  unproved('dpop-proof', 'takes old proofs', 'time'),
  unproved('dpop-proof', 'takes proofs for other tokens', 'token'),
  unproved('dpop-proof', 'takes proofs that cannot be told apart', 'jti'),
  unproved('dpop-proof', 'takes the first of two proofs', 'one'),
  unproved('dpop-replay', 'takes a proof twice', 'once'),
  weak('issuer-away', 'takes an outage of the issuer for a bad token', { outage: 'no' }),
  weak('issuer-away', 'lets everybody in while the issuer is away', { outage: 'yes' }),
  part('issuer-away', 'calls an outage an error of its own', (issuer) => ({ refusals: { ...whole(issuer).refusals, away: { status: 500 } } })),

  // Scopes
  part('missing-scope', 'does not look at scopes', () => ({ hasScope: () => true })),
  part('operations', 'asks for no scope where a tool needs one', (issuer) => ({
    hasScope: (claims, scope) => scope === 'notes:write' || whole(issuer).hasScope(claims, scope),
  })),
  part('operations', 'looks at the first message of a batch only', () => ({ messages: (body) => [JSON.parse(body) as Message | Message[]].flat().slice(0, 1) })),
  part('operations', 'reads the name of a tool with a pattern, which finds the first of two', () => ({
    messages: (body) => [...body.matchAll(/"method":"([^"]+)"(?:,"params":{"name":"([^"]+)")?/g)].map(([, method, name]) => ({ method, params: { name } })),
  })),
  part('missing-scope', 'answers a missing scope with 401', (issuer) => ({ refusals: { ...whole(issuer).refusals, scope: whole(issuer).refusals.invalid } })),
  part('missing-scope', 'looks for a scope anywhere in the text', () => ({ hasScope: ({ scope }, wanted) => typeof scope === 'string' && scope.includes(wanted) })),
  part('missing-scope', 'splits scopes at any white space and at commas', () => ({
    hasScope: ({ scope }, wanted) => typeof scope === 'string' && scope.split(/[\s,]+/).includes(wanted),
  })),

  // Where a token may be
  part('no-token', 'has a guard that is not switched on', () => ({ guards: () => false })),
  part('no-token', 'makes a guest of who has no token', () => ({ nobody: () => ANYBODY })),
  part('empty-token', 'takes a token that is empty', (issuer) => ({ verify: async (token) => (token === '' ? ANYBODY : whole(issuer).verify(token)), shown: leniently })),
  part('malformed-token', 'passes what is no JWT to the handler, as another guard might know it', (issuer) => ({
    verify: async (token) => (token.split('.').length === 3 ? whole(issuer).verify(token) : ANYBODY),
    shown: leniently,
  })),
  part('malformed-token', 'answers what is no JWT with 500', (issuer) => ({
    verify: (token) => (token.split('.').length === 3 ? whole(issuer).verify(token) : Promise.reject(new SyntaxError('no JWT'))),
  })),
  part('malformed-token', 'goes on after an exception', (issuer) => ({
    verify: (token) => (token.split('.').length === 3 ? whole(issuer).verify(token) : Promise.reject(new SyntaxError('no JWT'))),
    thrown: () => 'go on',
  })),
  part('other-scheme', 'takes every scheme for Bearer', () => ({ shown: (asked) => tokenOf(asked.header('authorization')[0]?.split(' ')[1]) ?? inAuthorization(asked) })),
  part('other-scheme', 'lets other schemes than Bearer pass, for the next guard', () => ({ nobody: ({ header }) => (header('authorization').length > 0 ? ANYBODY : null) })),
  part('two-headers', 'takes the last of two Authorization headers', () => ({ shown: (asked) => inAuthorization({ ...asked, header: (name) => asked.header(name).slice(-1) }) })),
  part('token-in-query', 'takes a token in the query', () => ({ shown: (asked) => tokenOf(asked.query.get('access_token')) ?? inAuthorization(asked) })),
  part('token-in-cookie', 'takes a token in a cookie, whichever page made the browser send it', () => ({
    shown: (asked) => tokenOf(/(?:^|; )token=([^;]+)/.exec(asked.header('cookie')[0] ?? '')?.[1]) ?? inAuthorization(asked),
  })),
  part('proxy-headers', 'believes a header that only its proxy should write', () => ({ nobody: ({ header }) => (header('x-forwarded-user').length > 0 ? ANYBODY : null) })),

  // What is guarded
  forgets('options', 'runs handlers for OPTIONS', () => false, { options: () => 'go on' }),
  part('options', 'lets OPTIONS through to the handler when it looks like a preflight', () => ({
    options: ({ header }) => (header('access-control-request-method').length > 0 ? 'go on' : { status: 204 }),
  })),
  forgets('odd-methods', 'guards GET and POST alone', ({ method }) => !['GET', 'POST'].includes(method)),
  forgets('odd-methods', 'forgets HEAD', ({ method }) => method === 'HEAD'),
  forgets('method-override', 'routes by a header, and guards by the request line', ({ method }) => method === 'TRACE', {
    method: ({ method, header }) => header('x-http-method-override')[0] ?? method,
    options: () => 'go on',
  }),
  forgets('odd-paths', 'guards /mcp to the letter, before a router that knows no case', ({ path }) => !['/mcp', '/notes'].includes(path), { routed: (path) => path.toLowerCase() }),
  forgets('odd-paths', 'guards /mcp without the slash that the router forgives', ({ path }) => !['/mcp', '/notes'].includes(path), { routed: (path) => path.replace(/(?<=.)\/$/, '') }),
  forgets('odd-paths', 'guards before the path is decoded', ({ path }) => !['/mcp', '/notes'].includes(path), { routed: decoded }),
  forgets('odd-paths', 'guards before two slashes become one', ({ path }) => !['/mcp', '/notes'].includes(path), { routed: (path) => path.replaceAll(/\/{2,}/g, '/') }),
  forgets('odd-paths', 'leaves open whatever begins with /health', ({ path }) => path.startsWith('/health'), { routed: resolved }),
  forgets('odd-paths', 'leaves open whatever begins with /.well-known', ({ path }) => path.startsWith('/.well-known'), { routed: resolved }),
  forgets('odd-paths', 'leaves open what has /docs in its URL, the query too', ({ target }) => target.includes('/docs')),
  forgets('unnamed-paths', 'guards what it was told, and has a page of metrics', ({ path }) => path === '/metrics', { more: { '/metrics': { calls: 7 } } }),
  forgets('unnamed-paths', 'guards /mcp alone', ({ path }) => path !== '/mcp' && path !== '/notes', { more: { '/admin': { keys: ['k'] } } }),
  forgets('no-token', 'guards one of two routes', ({ path }) => path === '/notes'),
  forgets('other-host', 'knows the gates of its hosts, and none for others', ({ header }) => header('host')[0] === 'somebody-else.test'),
  forgets('rewrite-headers', 'guards the path that a header names', ({ header }) => header('x-original-url')[0] === '/health'),
  forgets('batch', 'looks for a method that needs a token, and finds none in a list', ({ body, path }) => path === '/mcp' && body.startsWith('[')),
  forgets('batch', 'lets initialize and ping in, for clients that have no token yet', ({ body }) => body.includes('"ping"')),
  part('other-session', 'takes whoever knows the id of a session for its owner', () => ({ owns: () => true })),
  {
    hole: 'answers an upgrade before the guard sees it',
    check: 'upgrade',
    app(issuer) {
      const server = createServer(referenceServer(issuer))
      server.on('upgrade', (_req, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'))
      return server
    },
  },

  // What is answered
  part('challenge', 'refuses without a challenge', (issuer) => ({ refusals: { ...whole(issuer).refusals, none: { status: 401 } } })),
  part('no-token', 'refuses who has no token with 403', (issuer) => ({ refusals: { ...whole(issuer).refusals, none: { status: 403 } } })),
  part('no-token', 'sends who has no token to a page', (issuer) => ({ refusals: { ...whole(issuer).refusals, none: { status: 302, headers: { Location: '/login' } } } })),
  part('expired', 'refuses an expired token with 403, so that clients do not ask for another', (issuer) => ({
    refusals: { ...whole(issuer).refusals, invalid: { status: 403, headers: whole(issuer).refusals.invalid.headers ?? {} } },
  })),
  part('cors', 'gives every page what only its own may read, credentials too', () => ({
    cors: ({ header }) => ({ 'Access-Control-Allow-Origin': header('origin')[0] ?? '*', 'Access-Control-Allow-Credentials': 'true' }),
  })),
  part('metadata', 'names another resource than its own', () => ({ metadata: () => ({ resource: 'https://somebody-else.test/mcp', authorization_servers: ['https://issuer.test'] }) })),
  part('metadata', 'has its metadata behind a challenge that leads nowhere', (issuer) => ({ metadataUrl: () => new URL('/gone', issuer.audience).href })),
  part('forged-host', 'takes the address of its metadata from the request', () => ({
    metadataUrl: ({ header }) => `https://${header('x-forwarded-host')[0] ?? header('host')[0]}/.well-known/oauth-protected-resource`,
  })),
  part('leak', 'says in its error which token was bad', () => ({ saidOf: (token) => ({ error: `jwt ${token} is malformed` }) })),

  // Apps of frameworks, whose routers do more than their guards know
  {
    hole: 'guards /mcp to the letter, on Express',
    check: 'odd-paths',
    app(issuer) {
      const app = express()
      const verify = verifier(issuer)
      app.use(async (req, res, next) => {
        if (req.path !== '/mcp') return next()
        const claims = await verify(req.get('authorization')?.replace(/^bearer /i, '') ?? '')
        if (claims === null) return void res.status(401).set('WWW-Authenticate', 'Bearer').end()
        return next()
      })
      app.post('/mcp', (_req, res) => void res.json({ jsonrpc: '2.0', id: 1, result: {} }))
      return app
    },
  },
  {
    hole: 'puts its guard behind a route, on Express',
    check: 'no-token',
    app(issuer) {
      const app = express()
      const verify = verifier(issuer)
      app.get('/notes', (_req, res) => void res.json(['a note']))
      app.use(async (req, res, next) => {
        const claims = await verify(req.get('authorization')?.replace(/^bearer /i, '') ?? '')
        if (claims === null) return void res.status(401).set('WWW-Authenticate', 'Bearer').end()
        return next()
      })
      app.post('/mcp', (_req, res) => void res.json({ jsonrpc: '2.0', id: 1, result: {} }))
      return app
    },
  },
  {
    hole: 'guards by the pathname of the URL, on Hono, which decodes it',
    check: 'odd-paths',
    app(issuer) {
      const app = new Hono()
      const verify = verifier(issuer)
      app.use(async (c, next) => {
        if (!['/mcp', '/notes'].includes(new URL(c.req.url).pathname)) return next()
        const claims = await verify(c.req.header('authorization')?.replace(/^bearer /i, '') ?? '')
        return claims === null ? c.body(null, 401, { 'WWW-Authenticate': 'Bearer' }) : next()
      })
      app.post('/mcp', (c) => c.json({ jsonrpc: '2.0', id: 1, result: {} }))
      app.get('/notes', (c) => c.json(['a note']))
      return app
    },
  },

  // This library's own gate, told to be open
  ours('no-token', 'lets strangers in, as optional has it', { optional: true }),
  ours('no-token', 'guards another path than that of its routes', { protect: ['/other'] }),
  ours('no-token', 'excludes a route that is none of health', { exclude: ['/notes'] }),
  ours('missing-scope', 'asks for no scope', {}),
  {
    hole: 'takes tokens for anybody, as anyAudience has it',
    check: 'other-audience',
    app: (issuer) => behind(bearerAuth(new JwksProvider({ ...issuer.options, audience: anyAudience }), GATE)),
  },
]

function tokenOf(text: string | null | undefined): { readonly token: string } | undefined {
  return text === null || text === undefined || text === '' ? undefined : { token: text }
}

/** Whatever stands behind the scheme. */
function leniently({ header }: Asked): { readonly token: string } | 'none' {
  const [value] = header('authorization')
  return value === undefined ? 'none' : { token: value.replace(/^bearer */i, '') }
}
