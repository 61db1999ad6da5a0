/** This file says what is known about one token, as data for a table or a page: it can be written as JSON, and never holds the token. */
import type { TokenBinding } from '../binding.js'
import type { Recognition } from '../provider.js'

/** Everything about one token, for whoever holds it: values of claims are in here. The token and its signature are not. */
export interface TokenReport {
  /** What the provider says. A gate may still refuse what it accepts: look at `client`. `unavailable`: nobody knows. */
  readonly verdict: 'accepted' | 'rejected' | 'unavailable'
  /** When it was looked at, by this machine: seconds since the epoch. */
  readonly at: number
  readonly kind: 'JWT' | 'opaque'
  /** Every provider, in the order in which a chain has them, and what each of them says the token is. */
  readonly road: readonly RoadStop[]
  /** What was looked at, in order: each by the provider that looked. */
  readonly steps: readonly ReportedStep[]
  /** The header of a JWT, as it stands there. */
  readonly header?: Readonly<Record<string, unknown>>
  /** What the token says. Without `verified` nobody vouches for it: it was read and not believed. */
  readonly claims?: { readonly verified: boolean; readonly values: Readonly<Record<string, unknown>> }
  /** The scopes of an accepted token, each with the rules that made it, in words. */
  readonly scopes: readonly { readonly scope: string; readonly from: readonly string[] }[]
  /** Scopes that the gate requires and the token has not, each with what would grant it, in words. */
  readonly missing: readonly { readonly scope: string; readonly waysTo: readonly string[] }[]
  /** The key that the token is bound to, where it is bound to one. */
  readonly binding?: TokenBinding
  readonly client: ClientView
}

/** One provider on the way of the token. */
export interface RoadStop {
  readonly provider: string
  /** The chain or router that it is a member of, where that is one of several. */
  readonly within?: string
  readonly says: Recognition
  /** True where it looked at the token: the owner alone, or else those who may know it, as far as one that took it. */
  readonly asked: boolean
  /** The request header that its tokens come in, where it is not `Authorization`. */
  readonly tokenHeader?: string
  /** Why it is nearly its own, where it says `foreign`. */
  readonly nearMiss?: string
}

/** One check, and what it found. */
export interface ReportedStep {
  /** What was looked at: a claim, `signature`, `introspection` … */
  readonly check: string
  readonly passed: boolean
  /** In the words of `RejectReason`; absent for what passed by itself, and where nobody knows. */
  readonly reason?: string
  readonly expected?: unknown
  readonly actual?: unknown
  /** What asks for it, such as `RFC 7519 section 4.1.3`. */
  readonly clause?: string
  /** What it almost was, or what to do. */
  readonly hint?: string
  /** True for a rule that refuses nothing yet: it passed, and `reason` is what it would refuse the token for. */
  readonly reportOnly?: true
  readonly provider: string
}

/** What a client is answered that shows the token in a plain request. */
export interface ClientView {
  /** Such as `GET /mcp`. */
  readonly request: string
  /** True where the gate lets it pass to the server behind: the status is 200 then, and the body is the server's own. */
  readonly passed: boolean
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
