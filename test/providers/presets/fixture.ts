/** How an authorization server looks from outside: its documented URLs, the shape of its tokens, and the tokens that people send by mistake. */
import type * as presets from '../../../providers/presets/index.js'
import type { RejectReason } from '../../../src/index.js'
import type { Algorithm } from '../../../src/jwt/signature/algorithms.js'

type PresetName = keyof typeof presets

type Members = Readonly<Record<string, unknown>>

/** A token, or an answer about one, that is refused. Members given replace those of the good one; undefined takes one away. */
export interface Wrong {
  readonly what: string
  readonly claims?: Members
  readonly header?: Members
  /** Instead of a JWT. */
  readonly token?: string
  readonly reason: RejectReason
  readonly hint: RegExp
}

interface Fixture {
  readonly preset: PresetName
  /** Where the shape of the token is from. */
  readonly source: string
  readonly options: object
  readonly claims: Members
  readonly scopes: readonly string[]
  readonly wrong: readonly Wrong[]
}

export interface JwtFixture extends Fixture {
  /** What is at each URL that the provider is documented to have: its keys, or a document. */
  readonly urls: Readonly<Record<string, 'keys' | 'pem' | object>>
  readonly alg?: Algorithm
  readonly kid?: string
  readonly header?: Members
  /** The claim that names the audience, where it is not `aud`. */
  readonly audienceClaim?: string
}

export interface OpaqueFixture extends Fixture {
  readonly token: string
  /** Where it is asked, and the document that says so, where there is one. */
  readonly endpoint: string
  readonly discovery?: Readonly<Record<string, object>>
}

/** OIDC discovery, and the keys where it says. */
export function discovered(issuer: string, jwksUri: string): JwtFixture['urls'] {
  return { [`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`]: { issuer, jwks_uri: jwksUri }, [jwksUri]: 'keys' }
}

export const SERVER = 'https://mcp.example.com/mcp'
export const TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad'
export const OTHER_TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47'
export const API = '11112222-3333-4444-5555-666677778888'
export const ROLES = { admin: ['notes:read', 'notes:write'], viewer: 'notes:read' }
