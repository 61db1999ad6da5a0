/** Accepts tokens from a list: keys for machines, tests and emergencies. Asks nobody. */
import { isBearerToken } from '../src/lib/bearer-token.js'
import { sha256 } from '../src/lib/digest.js'
import { frozenCopy } from '../src/lib/frozen-copy.js'
import { checkOptions } from '../src/lib/options.js'
import { warn } from '../src/lib/warn.js'
import { checkedScopes } from '../src/scopes/match.js'
import { StandardProvider } from '../src/standard-provider.js'
import { accept, reject } from '../src/verdict.js'
import type { Claims } from '../src/access-token.js'
import type { Ownership, Recognition } from '../src/provider.js'
import type { ProviderOptions } from '../src/standard-provider.js'
import type { Accepted, Verdict } from '../src/verdict.js'

/** What the holder of a static token is and may do. */
export interface StaticGrant {
  /** Who this is: at least a `sub`. */
  claims: Claims
  /** Written into the `scope` claim, so that they take the same road as everybody's. */
  scopes?: readonly string[] | undefined
  /** Seconds since the epoch. Default: no end. */
  expiresAt?: number | undefined
}

/** What `StaticProvider` takes beside its tokens. Nothing is remembered: the list itself answers as fast. */
export type StaticProviderOptions = Omit<ProviderOptions, 'cache' | 'clockTolerance'>

/**
 * Says yes to the tokens given, which are kept as digests only. Looked up by digest, so that time tells nothing.
 *
 * @throws TypeError at construction for a token shorter than 8 characters or outside RFC 6750's alphabet; shorter than
 * 16 is a warning.
 */
export class StaticProvider extends StandardProvider {
  override readonly owns: Ownership
  readonly #grants: ReadonlyMap<string, Accepted>

  constructor(tokens: Readonly<Record<string, StaticGrant>>, options: StaticProviderOptions = {}) {
    checkOptions('StaticProvider', options, ['scopes', 'observe', 'now', 'name'])
    // Both clocks are ours, so there is no difference to forgive.
    super({ ...options, name: options.name ?? 'static', cache: false, clockTolerance: 0 })
    const entries = typeof tokens === 'object' && tokens !== null && !Array.isArray(tokens) ? Object.entries(tokens) : []
    if (entries.length === 0) throw new TypeError('StaticProvider takes at least one token: { [token]: { claims: { sub: "ci" }, scopes: ["deploy"] } }')
    this.#grants = new Map(entries.map(([token, grant], index) => [checkedDigest(token, index), checkedGrant(grant, index)]))
    this.owns = { digests: [...this.#grants.keys()] }
  }

  /** Mine when the token is in the list, foreign otherwise. */
  override recognizes(token: string): Recognition {
    return this.#grants.has(sha256(token)) ? 'mine' : 'foreign'
  }

  protected override async check(token: string): Promise<Verdict> {
    return this.#grants.get(sha256(token)) ?? reject('unknown_token')
  }
}

/** What a missing or wrong value becomes when it is made the name of a property. */
const NOT_MEANT = new Set(['undefined', 'null', 'NaN', 'true', 'false', '[object Object]'])

// Messages count the tokens and never show one.
function checkedDigest(token: string, index: number): string {
  const which = `static token number ${index + 1}`
  if (NOT_MEANT.has(token)) throw new TypeError(`${which} is the word for a value that is missing; is the environment variable set?`)
  if (token.startsWith('Bearer ')) throw new TypeError(`${which} begins with "Bearer "; leave that out`)
  if (token.length < 8) throw new TypeError(`${which} is shorter than 8 characters; make one with: openssl rand -hex 32`)
  if (!isBearerToken(token)) throw new TypeError(`${which} has a character that no bearer token may have (RFC 6750 section 2.1)`)
  if (token.length < 16) warn(`${which} is shorter than 16 characters and can be guessed; make one with: openssl rand -hex 32`)
  return sha256(token)
}

function checkedGrant(grant: StaticGrant, index: number): Accepted {
  const which = `static token number ${index + 1}`
  checkOptions(which, grant, ['claims', 'scopes', 'expiresAt'])
  const { claims, scopes, expiresAt } = grant
  if (typeof claims !== 'object' || claims === null) throw new TypeError(`"claims" of ${which} must say whose it is: { sub: "ci" }`)
  if (scopes !== undefined && claims.scope !== undefined) throw new TypeError(`give "scopes" or the claim "scope" of ${which}, not both`)
  const scope = scopes && { scope: checkedScopes('scopes', scopes).join(' ') }
  return accept(frozenCopy('claims', { ...frozenCopy('claims', claims), ...scope }), expiresAt)
}
