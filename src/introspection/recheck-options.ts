/** What asking about JWTs now and then can be told, and where what asks comes from. */
import { checkOptions } from '../lib/options.js'
import { checkedClientAuth } from './way.js'
import type { Claims } from '../access-token.js'
import type { UpstreamHealth } from '../health.js'
import type { chosenByTenant } from '../jwt/keys/discovery.js'
import type { OptionNames } from '../lib/options.js'
import type { ProviderContext } from '../provider-context.js'
import type { Rejected } from '../verdict.js'
import type { ClientAuth } from './way.js'
import type { IntrospectionOptions } from './introspection-options.js'

/** What the provider around it says, or looks at in the token itself. */
type OfTheToken = 'issuer' | 'audience' | 'audienceClaims' | 'audienceMode' | 'maxTokenAge' | 'requiredClaims' | 'rules' | 'prefix'

/** How often to ask, whom, and as whom. The issuer and the audience are those of the provider around it. */
export type RecheckOptions = Omit<IntrospectionOptions, OfTheToken> & {
  /** Seconds for which an answer is good. Default 300, at most an hour: a revoked token is refused within this. */
  checkEvery?: number | undefined
}

const OPTIONS = {
  checkEvery: true, endpoint: true, clientAuth: true, tokenTypeHint: true, parameters: true, headers: true,
  timeout: true, fetch: true, signed: true, hints: true,
} as const satisfies OptionNames<RecheckOptions>

/** The issuer, and what its answers are held to. */
export type AskedAbout = Pick<IntrospectionOptions, 'audience' | typeof chosenByTenant> & { readonly issuer: string }

/** Asks the issuer of a JWT. */
export interface Rechecking {
  /**
   * Why a token with a good signature is no longer taken; or when its issuer was asked that said it is active, at most
   * `checkEvery` seconds ago, or `maxAge` where that is less.
   *
   * @throws AuthUnavailableError when the issuer must be asked and does not answer.
   */
  verdictOn(token: string, claims: Claims, maxAge: number | undefined): Promise<Rejected | { readonly since: number }>
  health(): UpstreamHealth
  close(): void
}

type Make = (options: RecheckOptions, about: AskedAbout, context: ProviderContext) => Rechecking

const MAKERS = new WeakMap<ClientAuth, Make>()

/** Who can prove who he is can ask: what asks comes with the proof, and nobody carries it who verifies JWTs alone. (D147) */
export function broughtBy(auth: ClientAuth, make: Make): void {
  MAKERS.set(auth, make)
}

/** @throws TypeError for an option that is wrong. */
export function recheckBy(options: RecheckOptions, about: AskedAbout, context: ProviderContext): Rechecking {
  checkOptions('introspect', options, OPTIONS)
  const make = MAKERS.get(checkedClientAuth('clientAuth', options.clientAuth))
  if (make === undefined) throw new Error('a way to authenticate that asks nobody')
  return make(options, about, context)
}
