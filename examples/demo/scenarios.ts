/** What a client tries, and what it must get. In this order: the last two switch the authorization server off. */
import { callAsHolder, Holder } from './bound-token.js'
import { DANCE } from './dance.js'
import { TOKEN_LIFETIME } from './identity-provider.js'
import { addNote, bearer, callTool, greet, nothing, signIn } from './mcp-client.js'
import { requestToken, revokeToken } from './token-request.js'
import { SOMEBODY_ELSES_APP } from './world.js'
import type { Scenario } from './scenario.js'

export const SCENARIOS: readonly Scenario[] = [
  {
    tried: 'no token',
    expected: { status: 401, answer: 'unauthorized: Authentication required' },
    run: ({ url }) => callTool(url, greet, nothing),
  },
  {
    tried: 'an expired token, good a moment ago',
    expected: { status: 401, answer: 'invalid_token: Token is invalid or expired' },
    async run({ token, startInstance }) {
      let ahead = TOKEN_LIFETIME - 15
      const url = await startInstance(() => Date.now() / 1000 + ahead)
      const before = await callTool(url, greet, bearer(token))
      if (before.status !== 200) return before
      // A yes is remembered for 30 seconds, and 25 have passed: only the token's own end can end it.
      ahead += 25
      return callTool(url, greet, bearer(token))
    },
  },
  {
    tried: 'a token for another server',
    expected: { status: 401, answer: 'invalid_token: Token is invalid or expired' },
    async run({ identityProvider, url }) {
      const token = await requestToken(identityProvider, 'https://payroll.example.com/mcp')
      return callTool(url, greet, bearer(token))
    },
  },
  ...DANCE,
  {
    tried: 'a program that signs in for itself',
    expected: { status: 200, answer: 'Hello Ada, you may: notes:read' },
    run: ({ identityProvider, url }) => callTool(url, greet, signIn(identityProvider)),
  },
  {
    tried: 'a tool that needs more scope',
    expected: { status: 403, answer: 'insufficient_scope: notes:read notes:write' },
    run: ({ url, token }) => callTool(url, addNote, bearer(token)),
  },
  {
    tried: 'the same tool with a static key',
    expected: { status: 200, answer: 'Noted for Robot: buy milk' },
    run: ({ url, robotKey }) => callTool(url, addNote, bearer(robotKey)),
  },
  {
    tried: 'an opaque token',
    expected: { status: 200, answer: 'Hello Ada, you may: notes:read' },
    async run({ identityProvider, url }) {
      return callTool(url, greet, bearer(await requestToken(identityProvider, url, identityProvider.olderClient)))
    },
  },
  {
    tried: 'the same, revoked 30 seconds ago',
    expected: { status: 401, answer: 'invalid_token: Token is invalid or expired' },
    async run({ identityProvider, url: resource, startInstance }) {
      const { olderClient } = identityProvider
      const token = await requestToken(identityProvider, resource, olderClient)
      let ahead = 0
      const url = await startInstance(() => Date.now() / 1000 + ahead)
      const before = await callTool(url, greet, bearer(token))
      if (before.status !== 200) return before
      await revokeToken(identityProvider, token, olderClient)
      // A yes is remembered for 30 seconds: then the authorization server is asked again.
      ahead += 30
      return callTool(url, greet, bearer(token))
    },
  },
  {
    tried: 'a bound token, by its holder',
    expected: { status: 200, answer: 'Hello Ada, you may: notes:read' },
    run: ({ identityProvider, url }) => callAsHolder(url, greet, new Holder(identityProvider)),
  },
  {
    tried: 'the same token, stolen',
    expected: { status: 401, answer: 'invalid_token: Token is invalid or expired' },
    async run({ identityProvider, url }) {
      const holder = new Holder(identityProvider)
      const before = await callAsHolder(url, greet, holder)
      return before.status === 200 ? callTool(url, greet, bearer(holder.token)) : before
    },
  },
  {
    tried: 'a GitHub token',
    expected: { status: 200, answer: 'Hello The Octocat, you may: notes:read' },
    run: ({ github, url }) => callTool(url, greet, bearer(github.issue({ scopes: ['read:user'] }))),
  },
  {
    tried: 'a GitHub token of another app',
    expected: {
      status: 401,
      answer: 'invalid_token: Token is invalid or expired',
      log: ['github: unknown_token', 'GitHub knows no such token of this app: it is another app\u2019s, revoked, or expired'],
    },
    async run({ github, url, log }) {
      const token = github.issue({ app: SOMEBODY_ELSES_APP.clientId, scopes: ['read:user'] })
      return { ...(await callTool(url, greet, bearer(token))), log: [...log] }
    },
  },
  {
    tried: 'issuer down, a new token',
    expected: { status: 200, answer: 'Hello Ada, you may: notes:read' },
    async run({ identityProvider, url }) {
      const unseen = await requestToken(identityProvider, url)
      await identityProvider.close()
      return callTool(url, greet, bearer(unseen))
    },
  },
  {
    tried: 'issuer down, a new server',
    expected: { status: 503, answer: 'temporarily_unavailable: retry after 5 s' },
    async run({ identityProvider, token, startInstance }) {
      await identityProvider.close()
      return callTool(await startInstance(), greet, bearer(token))
    },
  },
]
