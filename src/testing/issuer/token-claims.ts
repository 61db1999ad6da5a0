/** What a token says: the registered claims, those of the vendor, and whatever a test wants otherwise. */
import type { Algorithm } from '../../jwt/signature/algorithms.js'
import type { Facts } from './facts.js'
import type { Members } from '../vendors/vendor-shape.js'

/** What a token is to say. All that is left out is as the issuer's options have it, so that a token has one fault: the one that was asked for. */
export interface MintOptions {
  /** Who the token is about. `null`: no `sub`. */
  readonly sub?: string | null | undefined
  readonly scopes?: readonly string[] | undefined
  /** Written where the vendor of `like` has them; `roles` by default. */
  readonly roles?: readonly string[] | undefined
  readonly groups?: readonly string[] | undefined
  readonly permissions?: readonly string[] | undefined
  /** Default: the first of the issuer's `clients`, or the client that `like` lists. */
  readonly clientId?: string | undefined
  /** Whom the token is for. `null`: nobody in particular. */
  readonly audience?: string | readonly string[] | null | undefined
  /** Seconds until `exp`; below zero for a token that has expired. `null`: no `exp`. */
  readonly expiresIn?: number | null | undefined
  /** Claims on top of all others; `undefined` takes one away. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/** The same for a JWT, with its header and its key. */
export interface MintJwtOptions extends MintOptions {
  /** The signature algorithm; a key for it is published when it is first used. `'none'`: no signature (RFC 7519 section 6). */
  readonly alg?: Algorithm | 'none' | undefined
  /** `null`: no `typ`. */
  readonly typ?: string | null | undefined
  /** Members on top of all others; `undefined` takes one away. What signs stays the same. */
  readonly header?: Readonly<Record<string, unknown>> | undefined
  /** `'stranger'`: somebody else's key signs, under the `kid` of the issuer's. Default `'issuer'`. */
  readonly signedBy?: 'issuer' | 'stranger' | undefined
}

/** What the issuer writes where a token is told nothing. */
export interface Defaults {
  readonly sub: string
  readonly scopes: readonly string[]
  readonly clientId: string
  readonly expiresIn: number
  readonly claims: Members
}

/** The claims of a JWT, in the shape of the vendor. */
export function jwtClaims(options: MintOptions, facts: Facts, defaults: Defaults, now: number): Members {
  const { shape, issuer, tenant, audienceClaim } = facts
  const { sub, scopes = defaults.scopes, roles, groups, permissions } = options
  const audience = audienceIn(options, facts)
  const listed = audienceClaim === 'aud' ? undefined : audience[0]
  const clientId = options.clientId ?? listed ?? defaults.clientId
  const name = sub === null ? undefined : (sub ?? defaults.sub)
  const aud = audience.length === 1 && !shape.audienceList ? audience[0] : audience
  const lists = [[shape.scopes ?? inScope, scopes], [shape.roles, roles], [shape.groups, groups], [shape.permissions, permissions]] as const
  return present({
    iss: issuer,
    ...(name !== undefined && { sub: name }),
    ...(audience.length > 0 && audienceClaim === 'aud' && { aud }),
    ...timesOf(options, defaults, now),
    jti: globalThis.crypto.randomUUID(),
    ...(tenant !== undefined && { [tenant.claim]: tenant.value }),
    ...shape.claims?.({ sub: name ?? '', clientId, issuer, audience }),
    ...(audience.length === 0 && { aud: undefined }),
    ...Object.assign({}, ...lists.map(([place, names]) => (names === undefined || names.length === 0 ? {} : place?.(names)))),
    ...(listed !== undefined && { [audienceClaim]: listed }),
    ...defaults.claims,
    ...options.claims,
  })
}

/** The claims of an opaque token, as an introspection response names them (RFC 7662 section 2.2). */
export function plainClaims(options: MintOptions, { issuer, audience: usual }: Facts, defaults: Defaults, now: number): Members {
  const { sub, scopes = defaults.scopes, roles, groups, permissions, audience = usual } = options
  const [first, ...others] = [audience ?? []].flat()
  return present({
    iss: issuer,
    sub: sub === null ? undefined : (sub ?? defaults.sub),
    aud: others.length > 0 ? [first, ...others] : first,
    client_id: options.clientId ?? defaults.clientId,
    ...timesOf(options, defaults, now),
    ...(scopes.length > 0 && inScope(scopes)),
    ...{ roles, groups, permissions },
    ...defaults.claims,
    ...options.claims,
  })
}

/** RFC 9068 section 2.2.3. */
export function inScope(scopes: readonly string[]): { readonly scope: string } {
  return { scope: scopes.join(' ') }
}

function audienceIn({ audience }: MintOptions, facts: Facts): readonly string[] {
  if (audience === null) return []
  // The first: vendors write one, and a preset may take several spellings of it.
  return audience === undefined ? facts.audience.slice(0, 1) : [audience].flat()
}

/** An expired token was issued before it expired. */
function timesOf({ expiresIn }: MintOptions, defaults: Defaults, now: number): Members {
  if (expiresIn === null) return { iat: now }
  const end = now + (expiresIn ?? defaults.expiresIn)
  return { iat: end > now ? now : end - Math.max(defaults.expiresIn, 1), exp: end }
}

/** Without the members that are undefined. */
export function present(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
