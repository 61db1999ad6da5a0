/** How the access tokens of one authorization server look, as far as its preset's options do not say so. */
import type { Algorithm } from '../../jwt/signature/algorithms.js'
import type { JwtOptions } from '../../jwt/jwt-options.js'

export type Members = Readonly<Record<string, unknown>>

/** What a preset gives, as far as an issuer can be made of it. */
export type PresetLike = Pick<JwtOptions, 'issuer' | 'audience' | 'audienceClaims'> & { readonly name?: string | undefined; readonly jwksUri?: string | undefined }

/** What a token is about, for the claims that differ from one authorization server to the next. @public since the shapes are typed by it */
export interface Subject {
  readonly sub: string
  readonly clientId: string
  readonly issuer: string
  readonly audience: readonly string[]
}

export interface VendorShape {
  /** The preset with settings such as its documents show. */
  readonly preset: () => PresetLike
  /** Default `RS256`. */
  readonly alg?: Algorithm
  /** The `typ` of the header. Default `JWT`; null for none. */
  readonly typ?: string | null
  /** A `sub` of the usual kind. */
  readonly sub?: string
  /** What every token has beside the registered claims; undefined takes one of those away. */
  readonly claims?: (about: Subject) => Members
  /** Where scopes are. Default: `scope`, with blanks between them (RFC 9068 section 2.2.3). */
  readonly scopes?: (scopes: readonly string[]) => Members
  /** Where roles, groups and permissions are, for those that have them. */
  readonly roles?: (names: readonly string[]) => Members
  readonly groups?: (names: readonly string[]) => Members
  readonly permissions?: (names: readonly string[]) => Members
  /** `aud` is a list even of one. */
  readonly audienceList?: true
  /** The `use` of its keys. Default `sig`. */
  readonly use?: string
  /** Load balancers of AWS: claims in the header, padding, and each key as PEM at a URL of its own. */
  readonly format?: 'alb'
}

/** RFC 9068, with nothing of any vendor's. */
export const PLAIN: Omit<VendorShape, 'preset'> = {
  alg: 'ES256',
  typ: 'at+jwt',
  claims: ({ clientId }) => ({ client_id: clientId }),
  roles: (roles) => ({ roles }),
  groups: (groups) => ({ groups }),
  permissions: (permissions) => ({ permissions }),
}

/** As a list in a claim of this name. */
export function listIn(claim: string): (names: readonly string[]) => Members {
  return (names) => ({ [claim]: names })
}
