/** Tokens that say what becomes of them, and a small app that says who called. */
import { accessToken, AuthUnavailableError, getAccessToken, requireAuth } from '../../src/index.js'
import { ISSUER } from '../oauth-kit.js'
import type { AccessToken, BearerAuthProvider } from '../../src/index.js'
import type { Handle } from './servers.js'

/** Good tokens, by name of the caller. */
export const GOOD = { ada: 'good-token.of-ada_0123456789', bob: 'good-token.of-bob_0123456789', signedIn: 'good-token.of-ada-who-signed-in-well' } as const

/** What a provider must never do, by the token that makes it do so. */
export const BUGS: Readonly<Record<string, () => unknown>> = {
  'throws-an-error': () => Promise.reject(new TypeError('undefined is not a function')),
  'throws-at-once': () => {
    throw new TypeError('undefined is not a function')
  },
  'rejects-with-nothing': () => Promise.reject(undefined),
  'rejects-with-null': () => Promise.reject(null),
  'rejects-with-route': () => Promise.reject('route'),
  'rejects-with-router': () => Promise.reject('router'),
  'rejects-with-an-object': () => Promise.reject(Object.create(null)),
  'answers-undefined': () => undefined,
  'answers-true': () => true,
  'answers-a-string': () => 'ada',
  'answers-half-a-token': () => ({ claims: { sub: 'ada' } }),
  'answers-scopes-in-one-string': (token?: string) => ({ token, claims: {}, scopes: 'notes:read' }),
  'answers-an-end-in-milliseconds': (token?: string) => ({ token, claims: {}, scopes: [], expiresAt: 1_800_000_000_000 }),
}

/** Says what the token says. Every call is written down. */
export function callers(): BearerAuthProvider & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    issuers: [ISSUER],
    async verifyToken(token): Promise<AccessToken | null> {
      asked.push(token)
      // A turn of the event loop, as a provider that asks somebody takes one.
      await new Promise((resolve) => setImmediate(resolve))
      if (token === GOOD.ada) return tokenOf('ada', token, ['notes:read'])
      if (token === GOOD.bob) return tokenOf('bob', token, ['notes:read', 'notes:write'])
      if (token === GOOD.signedIn) return accessToken({ token, claims: { sub: 'ada', acr: 'phr', auth_time: Math.floor(Date.now() / 1000) }, scopes: ['notes:read'] })
      if (token === 'bound-to-a-key') return accessToken({ token, claims: { sub: 'ada', cnf: { jkt: 'x' } }, scopes: ['notes:read'] })
      if (token === 'nobody-knows') throw new AuthUnavailableError('nobody answers', { retryAfter: 7 })
      if (token === 'asks-too-often') throw new AuthUnavailableError('asked too often', { retryAfter: 9, tooManyRequests: true })
      if (token === 'one-of-too-many') throw new AuthUnavailableError('too many unknown tokens', { retryAfter: 11, overloaded: true })
      if (token === 'nobody-knows-how-long') throw new AuthUnavailableError('nobody answers')
      const bug = BUGS[token]
      return bug === undefined ? null : ((await bug()) as AccessToken | null) // the wrong kind, on purpose
    },
  }
}

export interface Caller {
  readonly sub: string | null
  readonly scopes: readonly string[]
}

/** The caller as the context knows him. */
export function whoCalls(): Caller {
  const token = getAccessToken()
  return { sub: token?.claims.sub ?? null, scopes: token?.scopes ?? [] }
}

export const NOBODY: Caller = { sub: null, scopes: [] }
export const ADA: Caller = { sub: 'ada', scopes: ['notes:read'] }
export const BOB: Caller = { sub: 'bob', scopes: ['notes:read', 'notes:write'] }

/** The app: what runs at each path, and a list of what ran. */
export function smallApp(): { readonly ran: string[]; readonly handlers: Readonly<Record<string, Handle>> } {
  const ran: string[] = []
  const saysWho = ['/mcp', '/mcp/messages', '/mcpx', '/open', '/health', '/docs', '/docs/api', '/docs-secret', '/inspector/x', '/openmcp.json', '/api/notes']
  const handlers: Record<string, Handle> = {
    ...Object.fromEntries(saysWho.map((path) => [path, whoCalls])),
    '/open/caller': () => requireAuth() && whoCalls(),
    '/open/caller-later': async () => {
      await Promise.resolve()
      return requireAuth() && whoCalls()
    },
    '/open/outage': () => {
      throw new AuthUnavailableError('nobody answers')
    },
    '/open/outage-later': async () => {
      await Promise.resolve()
      throw new AuthUnavailableError('nobody answers')
    },
    '/open/too-often': () => {
      throw new AuthUnavailableError('asked too often', { retryAfter: 9, tooManyRequests: true })
    },
    '/mcp/write': () => requireAuth('notes:write') && whoCalls(),
    '/mcp/write-later': async () => {
      await Promise.resolve()
      return requireAuth('notes:write') && whoCalls()
    },
    '/mcp/sign-in': () => requireAuth({ acr: ['phr'], maxAuthAge: 300 }) && whoCalls(),
    '/mcp/sign-in-later': async () => {
      await Promise.resolve()
      return requireAuth({ acr: ['phr'], maxAuthAge: 300 }) && whoCalls()
    },
    '/mcp/slow': async () => {
      const before = whoCalls()
      await new Promise((resolve) => setImmediate(resolve))
      const between = await Promise.resolve().then(whoCalls)
      await new Promise((resolve) => queueMicrotask(() => resolve(undefined)))
      return [before, between, whoCalls()]
    },
    '/mcp/echo': (body) => ({ caller: whoCalls(), body }),
    '/mcp/auth': (_body, auth) => ({ auth: auth ?? null }),
    '/open/auth': (_body, auth) => ({ auth: auth ?? null }),
  }
  const noted = Object.entries(handlers).map(([path, handle]): [string, Handle] => [
    path,
    (body, auth) => {
      ran.push(path)
      return handle(body, auth)
    },
  ])
  return { ran, handlers: Object.fromEntries(noted) }
}

function tokenOf(sub: string, token: string, scopes: readonly string[]): AccessToken {
  return accessToken({
    token,
    claims: { sub, iss: ISSUER, client_id: `app-of-${sub}`, aud: 'https://mcp.example.com/mcp' },
    scopes,
    expiresAt: 4_000_000_000,
  })
}
