/** Makes what several of these files take for granted. `Equal` takes `any` for nothing but `any`: see `equal.test-d.ts`. */
import type { AccessToken, BearerAuthProvider, Claims, ClientAuth, GateOptions } from '../../src/index.js'

export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
export declare function holds<T extends true>(): void
/** The token that a provider of this kind gives. */
export type Answered<P extends BearerAuthProvider> = NonNullable<Awaited<ReturnType<P['verifyToken']>>>

export declare const claims: Claims
export declare const token: AccessToken
export declare const jwks: { keys: [] }
export declare const clientAuth: ClientAuth
export declare const provider: BearerAuthProvider
/** A provider by its shape, and of no class. */
export declare const structural: { verifyToken(presented: string): Promise<AccessToken | null> }
export const issuer = 'https://id.example.com'
export const audience = 'https://mcp.example.com/mcp'
export const grant = { claims: { sub: 'ci' } }
export const options: GateOptions = {
  resource: audience,
  requiredScopes: ['notes:read'],
  protect: ['/mcp'],
  exclude: ['/health', { path: '/orders', methods: ['GET'] }],
  optional: false,
  profile: 'mcp-use',
}
