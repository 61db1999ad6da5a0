/** Holds that claims have the type that a schema gives them. */
import { type } from 'arktype'
import * as v from 'valibot'
import * as z from 'zod'
import { BearerAuthProvider, ChainProvider, googleTokenInfo, JwksProvider, StaticProvider, UserInfoProvider } from '../../src/index.js'
import { audience, grant, holds, issuer } from './given.js'
import type { AccessToken, Claims } from '../../src/index.js'
import type { Answered, Equal } from './given.js'

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
