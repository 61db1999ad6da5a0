/** The one interface of this library: a token goes in, and one of three answers comes out. */
import type { AccessToken } from './access-token.js'
import type { Observe } from './events.js'
import type { ExplainedStep, NearMiss } from './explanation.js'
import type { ProviderHealth } from './health.js'
import type { RejectReason } from './verdict.js'

/** Whose token is this? `mine`: nobody else may decide. `maybe`: ask me. `foreign`: do not show it to me. */
export type Recognition = 'mine' | 'maybe' | 'foreign'

/** What a provider takes, as far as that is known before any token comes. A chain plans by it. */
export interface Ownership {
  /** JWTs of these issuers are mine. */
  readonly issuers?: readonly string[]
  /** Opaque tokens that begin like this are mine. */
  readonly prefixes?: readonly string[]
  /** These very tokens are mine, by their SHA-256 in base64url. */
  readonly digests?: readonly string[]
  /** True: I may know any opaque token that nobody owns. */
  readonly opaque?: boolean
  /** True: what is mine is taken whoever it was issued for. */
  readonly anyAudience?: boolean
}

/** Why one provider said no. Never the value of a claim. */
export interface Refusal {
  readonly provider: string
  readonly reason: RejectReason
  readonly claim?: string
  readonly hint?: string
}

/** Takes how to tell of a no, once it is known whether another took the token. */
export type ToldLater = (tell: (type: 'rejected' | 'passed_on') => void) => void

/** By this a chain has its members wait with their event `rejected`. Not public: any copy of this package knows it. */
export const toldLater: unique symbol = Symbol.for('bearer-auth-providers.told-later')

/** By this a chain, a router or a gate has a provider without an observer tell theirs. Not public, as above. */
export const inheritObserver: unique symbol = Symbol.for('bearer-auth-providers.inherit-observer')

/** By this a chain or a router says whom it has, for a report about one token. Not public, as above. */
export const membersFor: unique symbol = Symbol.for('bearer-auth-providers.members-for')

/** A provider by the name that explanations and plans know it by. */
export interface NamedProvider {
  readonly name: string
  readonly provider: BearerAuthProvider
}

/** Who decides about the tokens of one request header. */
export interface HeaderSource {
  /** In small letters; undefined for `Authorization`. */
  readonly header: string | undefined
  /** True where a proxy puts the token there, whatever credential the client has of its own. */
  readonly byProxy: boolean
  readonly provider: Pick<BearerAuthProvider, 'recognizes' | 'verifyToken'>
}

/** How one token is to be verified. A provider of your own may leave them out of account. */
export interface VerifyOptions {
  /** Gives up waiting; whoever else waits for the same answer goes on. */
  readonly signal?: AbortSignal | undefined
  /** Seconds: an answer from memory must not be older. Default: as long as the provider remembers. */
  readonly maxAge?: number | undefined
  /**
   * `'checked'`: whoever asks checks what the token is bound to (`boundTo`), as the gate does. Without it, a token that is
   * bound to a key is refused.
   */
  readonly proof?: 'checked' | undefined
  /** Told why a token is refused, for explanations. */
  readonly refused?: ((refusal: Refusal) => void) | undefined
  readonly [toldLater]?: ToldLater | undefined
}

/**
 * Turns a bearer token into a verified `AccessToken`. Structural: any `{ verifyToken }` is a provider.
 * Does NOT check scopes: a token without them is valid and gets 403 at the gate, not 401 here.
 */
export abstract class BearerAuthProvider {
  /**
   * Yes is a token, no is null, "nobody knows" is a throw of `AuthUnavailableError`.
   * Anything else that is thrown counts as a bug and becomes a 500.
   */
  abstract verifyToken(token: string, options?: VerifyOptions): Promise<AccessToken | null>

  /** Whose is this token? Cheap, and never leaves the process. Absent means `maybe`. */
  recognizes?(token: string): Recognition

  /** Issuers whose tokens this provider takes: the `authorization_servers` of RFC 9728 metadata. */
  readonly issuers?: readonly string[]

  /** What a token's `aud` may hold to be taken here, as far as that is known. The gate warns by it of two resources that share it. */
  readonly audiences?: readonly string[]

  /** Scopes that its tokens can have here, as far as that is known: the `scopes_supported` of RFC 9728 metadata. */
  readonly scopesSupported?: readonly string[]

  /**
   * What a client asks the authorization server for to be given this scope, where it is called otherwise there; undefined
   * for what no client can ask for. Challenges and metadata name that. Absent: the scope itself.
   */
  readonly requestAs?: (scope: string) => string | undefined

  /** What this provider takes, for the plan of a chain. It must agree with `recognizes`. */
  readonly owns?: Ownership

  /**
   * The one request header that brings this provider's tokens, in small letters, where it is not `Authorization`: a client
   * sends its key there, or a proxy its assertion. The gate reads it as it is and looks nowhere else.
   */
  readonly tokenHeader?: string

  /** True where a proxy puts the token into `tokenHeader`: one that names somebody else than the client's own token is no contradiction. */
  readonly byProxy?: boolean

  /** Of a provider whose tokens come in several headers: who decides about those of each. `verifyToken` takes those of `Authorization` then. */
  readonly headerSources?: readonly HeaderSource[]

  /**
   * Is a yes remembered for this token, not older than `maxAge` seconds, so that `verifyToken` asks nobody? Cheap. A chain
   * takes such a member at its word before it asks the others. Absent: no.
   */
  remembers?(token: string, maxAge?: number): boolean

  /**
   * Follows a token that this provider said yes to: calls `ended` when the token is revoked, or when the provider is
   * closed and will not know any more. Asks nobody. Gives the function that ends this.
   */
  watch?(token: AccessToken, ended: (how: 'revoked' | 'closed') => void): () => void

  /**
   * Every step of the way to yes or no, and what it found, for a person who wants to know why. Says no wherever `verifyToken`
   * does, and asks no more than that would. Holds values of claims.
   */
  explain?(token: string): Promise<readonly ExplainedStep[]>

  /** What is nearly right about a token that is foreign here. Cheap, and never leaves the process. A chain tells it of a token that nobody owns. */
  nearMiss?(token: string): NearMiss | undefined

  /** `beside`: also where there is an observer of its own. */
  [inheritObserver]?(observe: Observe, how?: 'beside'): void

  [membersFor]?(token: string): Promise<readonly NamedProvider[]>

  /**
   * True where a yes about this token rests on keys alone, and nobody was asked: it changes by what `watch` tells, and with
   * the keys. An open stream is then looked at every ten minutes, and not every half. Left out: somebody is asked.
   */
  restsOnKeys?(token: AccessToken): boolean

  /**
   * How it is doing, for a page or a probe: keys, memory, the server behind it. Cheap, and asks nobody. Never a token, a secret
   * or the value of a claim.
   */
  health?(): ProviderHealth

  /** Ends timers, sockets and subscriptions, and forgets what was remembered. */
  close?(): Promise<void>
}

/** @throws TypeError for what is no provider; says what to write instead. Returns it. */
export function checkedProvider(owner: string, provider: unknown): BearerAuthProvider {
  if (typeof provider === 'object' && provider !== null && 'verifyToken' in provider && typeof provider.verifyToken === 'function') {
    return provider as BearerAuthProvider // structural: this is all it takes
  }
  const advice =
    typeof provider === 'function' ? 'an instance is needed, did you forget "new"?'
    : Array.isArray(provider) ? 'put several into a chain: new ChainProvider([a, b])'
    : 'an object with verifyToken, such as new JwksProvider({ … })'
  throw new TypeError(`${owner} takes a provider: ${advice}`)
}
