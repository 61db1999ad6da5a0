/** Holds how static tokens are listed. */
import { ChainProvider, generateToken, hashToken, StaticProvider } from '../../src/index.js'
import { grant, holds } from './given.js'
import type { Equal } from './given.js'

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
