/** What happened, for logs and metrics. No event carries a token, a secret or the value of a claim, but the names of roles in `roles_unknown`. */
import { saidAtOnce } from './lib/awaitable.js'
import type { RejectReason } from './verdict.js'

export type AuthEvent =
  /** A token was taken. `remembered`: the answer came from memory. `key`: the operator's own word for the token. */
  | { readonly type: 'accepted'; readonly provider: string; readonly key?: string; readonly remembered: boolean }
  /**
   * A token was refused. `claim` names the claim that did not fit, never its value; `hint` says what it almost was or
   * what to do. `passed_on`: by one member of a chain, and another took it, so that it is no refusal to count.
   */
  | {
      readonly type: 'rejected' | 'passed_on'
      readonly provider: string
      readonly reason: RejectReason
      readonly key?: string
      readonly claim?: string
      readonly hint?: string
      readonly remembered: boolean
    }
  /** A token was taken that a rule would have refused which is only reported (`reportOnly`). Beside `accepted`, each time. */
  | {
      readonly type: 'would_reject'
      readonly provider: string
      readonly reason: RejectReason
      readonly key?: string
      readonly claim?: string
      readonly hint?: string
      readonly remembered: boolean
    }
  /** A token that nobody owns: those who may know it were asked, and none of them said yes. `said`: what each of them did. */
  | {
      readonly type: 'nobody_accepted'
      readonly provider: string
      readonly said: readonly { readonly provider: string; readonly answer: 'no' | 'yes' | 'unavailable' | 'bug'; readonly reason?: RejectReason }[]
    }
  /**
   * Nobody knows. `message` says what gave no answer. `overloaded`: too many unknown tokens came at once; the client got 429,
   * and nobody is away.
   */
  | { readonly type: 'unavailable'; readonly provider: string; readonly message: string; readonly overloaded?: true }
  /**
   * The authorization server does not take what we authenticate with: nobody gets in until somebody looks at it. `fault`:
   * `credentials` for a 401, `forbidden` for a 403.
   */
  | { readonly type: 'credentials_refused'; readonly provider: string; readonly fault: 'credentials' | 'forbidden'; readonly method: string; readonly message: string }
  /** One question to the authorization server got no answer. `fault` is one of a few constant words, for metrics. */
  | { readonly type: 'endpoint_unavailable'; readonly provider: string; readonly fault: string; readonly message: string }
  /**
   * What is left of the calls that GitHub allows in an hour, to our application or to the user of a token. `resetsIn`:
   * seconds until there are new ones.
   */
  | {
      readonly type: 'rate_budget'
      readonly provider: string
      readonly of: 'app' | 'user'
      readonly resource: string
      readonly limit: number
      readonly remaining: number
      readonly resetsIn: number
    }
  /**
   * GitHub asks not to be called for `retryAfter` seconds: by our application, or for the user of a token. `limit`:
   * `primary` for the calls of an hour, `secondary` for too many at a time, `lock-out` for too many bad credentials,
   * after which it looks at nobody's.
   */
  | {
      readonly type: 'rate_limited'
      readonly provider: string
      readonly of: 'app' | 'user'
      readonly limit: 'primary' | 'secondary' | 'lock-out'
      readonly retryAfter: number
    }
  /**
   * A token was taken, but GitHub shows it no memberships, or not all (`partial`), of organizations that enforce SAML:
   * its user must authorize it for them.
   */
  | { readonly type: 'sso_required'; readonly provider: string; readonly of: 'organizations' | 'teams' | 'enterprises'; readonly partial: boolean }
  /** The authorization server failed five times in a row, and is asked now and then; or it answers again. */
  | { readonly type: 'breaker_opened' | 'breaker_closed'; readonly provider: string }
  /** A token was taken, and something about the answer is odd. `hint` is one of a few constant texts; each is told once. */
  | { readonly type: 'odd_answer'; readonly provider: string; readonly hint: string }
  /** An issuer's key set was read; `keys_rotated` when it is not the one of before. `leftOut`: so many more than 1000 are not used. */
  | { readonly type: 'keys_fetched' | 'keys_rotated'; readonly provider: string; readonly issuer: string; readonly keys: number; readonly leftOut?: number }
  /**
   * An issuer's key set could not be read. `usable`: the keys of before are still good for a while. `retryAfter`: seconds
   * until the next attempt.
   */
  | {
      readonly type: 'keys_unavailable'
      readonly provider: string
      readonly issuer: string
      readonly message: string
      readonly usable: boolean
      readonly retryAfter: number
    }
  /** A token named a key that the issuer does not have. `asked`: the issuer was asked for it. */
  | { readonly type: 'key_unknown'; readonly provider: string; readonly issuer: string; readonly asked: boolean }
  /**
   * Roles that stand for no scope, and values of `scope` that are none, each told once, a hundred in all: look for a typo in
   * the table, and for a list in one text (`separator`). `claim`: where they were. `unnamed`: so many more, which may be persons.
   */
  | { readonly type: 'roles_unknown'; readonly provider: string; readonly claim: string; readonly names: readonly string[]; readonly unnamed: number }
  /** Tokens were revoked, so many times: `'here'` by this process, `'log'` by another. */
  | {
      readonly type: 'revoked'
      readonly provider: string
      readonly by: 'jti' | 'sub' | 'sid' | 'client_id' | 'token'
      readonly from: 'here' | 'log'
      readonly count: number
    }
  /** The log could not be read: what others revoke is not known here until it can. */
  | { readonly type: 'revocations_unavailable'; readonly provider: string; readonly message: string }
  /** No room: a revocation is not in force here. Those of the log are tried again. */
  | { readonly type: 'revocations_full'; readonly provider: string; readonly from: 'here' | 'log'; readonly held: number }
  /** Entries of the log that nobody with our secret wrote. They do nothing. */
  | { readonly type: 'revocations_unreadable'; readonly provider: string; readonly count: number }
  /** The log lost its entries, as a Redis without persistence does in a restart. What is held here is written back to it. */
  | { readonly type: 'revocations_lost'; readonly provider: string; readonly held: number }
  /**
   * What a memory did. `joined`: a request waited for a check that another had started. `stale`: an answer near its end was
   * given out. `renewed`: it is asked for anew, in the background. `evicted`: one had to go before its end, for want of room.
   */
  | { readonly type: 'cache'; readonly provider: string; readonly what: 'joined' | 'stale' | 'renewed' | 'evicted' }
  /** Another process had asked (`hit`) or was asking (`joined`), or this one had to ask itself, and why. */
  | { readonly type: 'shared_hit' | 'shared_joined'; readonly provider: string }
  | { readonly type: 'shared_missed'; readonly provider: string; readonly because: 'unknown' | 'unjoined' | 'unreadable' | 'store_failed' }
  /** The second level gave no answer in time; after five of these in a row it is `away`, and asked once a second until it is `back`. */
  | {
      readonly type: 'store_failed'
      readonly provider: string
      readonly verb: 'get' | 'add' | 'delete' | 'swap'
      readonly problem: 'slow' | 'error' | 'crowded'
      readonly message: string
    }
  | { readonly type: 'store_away' | 'store_back'; readonly provider: string }
  /** A list of static tokens was read anew, and has so many; or it is not what it should be, and that of before serves on. */
  | { readonly type: 'list_loaded'; readonly provider: string; readonly tokens: number }
  | { readonly type: 'list_unreadable'; readonly provider: string; readonly message: string }
  /**
   * A gate denied a request; `would_deny`: it let one pass that it would have denied, were that not reported only
   * (`reportOnly`). `prefix`: the path of `protect` that guards it. `because`, `claim` and `hint`: the provider's, as in
   * `rejected`; of a sign-in that will not do, what is wrong with it. `check`: the proof that is missing or does not fit, as in
   * `proof_refused`, whose `hint` it has then. `rules`: the keys in `operations` that asked for the scopes, or for the sign-in.
   * Nothing in it was written by a client.
   */
  | {
      readonly type: 'denied' | 'would_deny'
      readonly provider: string
      readonly method: string
      readonly prefix?: string
      readonly status: number
      readonly reason: DenialReason
      readonly because?: RejectReason
      readonly claim?: string
      readonly check?: ProofCheck
      readonly hint?: string
      readonly rules?: readonly string[]
    }
  /** A gate let a caller in. `by`: the provider that took the token. */
  | { readonly type: 'admitted'; readonly provider: string; readonly method: string; readonly prefix?: string; readonly by: string }
  /**
   * The `shadow` of a gate says otherwise of a token than the provider that decides. `by` and `shadow`: who they are. `differs`:
   * in what. `reason`, `claim` and `hint`: of the one that refuses it, as in `rejected`. `missing`: scopes that the gate asks for
   * and the shadow does not give.
   */
  | {
      readonly type: 'shadow_differs'
      readonly provider: string
      readonly by?: string
      readonly shadow?: string
      readonly differs: readonly ShadowDifference[]
      readonly reason?: RejectReason
      readonly claim?: string
      readonly hint?: string
      readonly missing?: readonly string[]
    }
  /** The shadow of a gate gave no answer: it cannot be known whether it differs. `message`: what gave none, where it is no bug. */
  | { readonly type: 'shadow_silent'; readonly provider: string; readonly fault: 'unavailable' | 'bug'; readonly message?: string }
  /** The shadow of a gate was not asked, for want of room: so many times since the gate was made. */
  | { readonly type: 'shadow_dropped'; readonly provider: string; readonly count: number }
  /** A token that is bound to a key came with its proof; or one that is bound to nothing came, where proofs are accepted. */
  | { readonly type: 'proof_accepted' | 'proof_absent'; readonly provider: string }
  /** The token was good, and the request was refused for the proof of who holds it. `hint` is one of a few constant texts. */
  | { readonly type: 'proof_refused'; readonly provider: string; readonly check: ProofCheck; readonly hint?: string }
  /** A logout token was refused. `claim` names what did not fit, never its value. */
  | { readonly type: 'logout_refused'; readonly provider: string; readonly reason: RejectReason; readonly claim?: string; readonly hint?: string }

/** In what a shadow differs: it refuses a token that was taken, takes one that was refused, or says otherwise of one that both take. */
export type ShadowDifference = 'refuses' | 'takes' | 'issuer' | 'subject' | 'client' | 'fewer_scopes' | 'more_scopes'

/**
 * The check that a request with a bound token failed, or that its unbound token did: the points of RFC 9449 section 4.3 in
 * their order; `binding` for a token that is bound to another key, to what is not checked here, or to nothing though the
 * scheme says so; `scheme` for a bound token as plain Bearer; `unbound` where a binding is required.
 */
export type ProofCheck =
  | 'one_header'
  | 'well_formed'
  | 'claims'
  | 'typ'
  | 'alg'
  | 'public_key'
  | 'signature'
  | 'htm'
  | 'htu'
  | 'nonce'
  | 'iat'
  | 'ath'
  | 'binding'
  | 'replay'
  | 'scheme'
  | 'unbound'
  | 'certificate'

/** Why a gate denies a request. */
export type DenialReason =
  /** None was presented: how every MCP client begins. */
  | 'no_token'
  /** The header is not what RFC 6750 has, or holds two tokens. */
  | 'malformed'
  /** The provider refused it: `because` is its reason. */
  | 'invalid_token'
  /** It came without the proof that it is bound to, or with one that does not fit; or it is unbound, where none may be. `check` says which. */
  | 'bound_to_key'
  /** The provider took it, and it is for another gate's audience. */
  | 'wrong_audience'
  | 'insufficient_scope'
  /** Who stands behind the token signed in too weakly or too long ago, or the token does not say how: `claim` and `hint`. */
  | 'insufficient_user_authentication'
  /** Two good credentials that name different callers. */
  | 'several_callers'
  /** A session id that was not made for this caller. */
  | 'another_session'
  /** The body cannot be read for `operations`. */
  | 'unreadable_body'
  | 'impossible_host'
  /** Nobody knows: the answer is 503, or 429. */
  | 'unavailable'
  /** The provider failed: the answer is 500. Of `would_deny` only. */
  | 'bug'

/** Takes events. Called synchronously; whatever it throws is ignored, so that logging never decides a request. */
export type Observe = (event: AuthEvent) => void

/**
 * Who hears what a provider tells: its own observer, or else those of the chains, routers and gates around it, each of them
 * once. Parts of a provider share it, because a chain is made after its members.
 */
export class Listeners {
  /** Undefined where nobody listens: no event is made then. */
  observe: Observe | undefined
  readonly #hasOwn: boolean
  readonly #all: Set<Observe>

  constructor(own: Observe | undefined) {
    this.observe = own
    this.#hasOwn = own !== undefined
    this.#all = new Set(own === undefined ? [] : [own])
  }

  /** Is told from now on, unless the provider has an observer of its own. `beside`: then too. */
  inherit(observe: Observe, how?: 'beside'): void {
    if (this.#hasOwn && how !== 'beside') return
    const all = this.#all.add(observe)
    this.observe = all.size === 1 ? observe : (event) => all.forEach((one) => notify(one, event))
  }
}

/** Calls an observer that may be absent, may throw and may be async, without letting it decide anything. */
export function notify(observe: Observe | undefined, event: AuthEvent): void {
  if (observe === undefined) return
  try {
    saidAtOnce<unknown>(observe(event))
  } catch {
    // the observer's own fault, and no reason to refuse or pass a token
  }
}
