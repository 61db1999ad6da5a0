/** This file checks what a token is bound to, for each request: a stolen one is worth nothing without the key (RFC 9449, RFC 8705). */
import { bindingOf } from '../binding.js'
import { notify } from '../events.js'
import { isPending, saidAtOnce } from '../lib/awaitable.js'
import { isSameText } from '../lib/digest.js'
import { certificateThumbprint } from './certificate/certificate.js'
import type { AccessToken } from '../access-token.js'
import type { TokenBinding } from '../binding.js'
import type { Dpop, DpopFailure } from './dpop/dpop.js'
import type { DpopPolicy } from './dpop/dpop-options.js'
import type { ProofPolicy } from './proof-options.js'
import type { GateRequest, Scheme } from './request/gate-request.js'

export class Bindings {
  readonly #policy: ProofPolicy
  readonly #dpop: Promise<Dpop> | undefined

  constructor(policy: ProofPolicy) {
    this.#policy = policy
    this.#dpop = policy.dpop && loaded(policy.dpop)
  }

  /**
   * What this request fails, or undefined where whoever sent it may present the token.
   *
   * @throws AuthUnavailableError where it cannot be known whether a proof was used before.
   */
  async failing(request: GateRequest, scheme: Scheme, token: AccessToken): Promise<DpopFailure | undefined> {
    const { observe } = this.#policy
    const binding = bindingOf(token.claims)
    const failure = await this.#failure(request, scheme, token, binding)
    const { provider } = token
    if (failure !== undefined) notify(observe, { type: 'proof_refused', provider, ...failure })
    else if (binding !== undefined) notify(observe, { type: 'proof_accepted', provider })
    else notify(observe, { type: 'proof_absent', provider })
    return failure
  }

  async #failure(request: GateRequest, scheme: Scheme, token: AccessToken, binding: TokenBinding | undefined): Promise<DpopFailure | undefined> {
    const { jkt, 'x5t#S256': certificate } = binding ?? {}
    const { dpop, certificate: certificates } = this.#policy
    if (jkt === undefined && scheme === 'DPoP') return { check: 'binding' }
    if (jkt === undefined && dpop?.required === true) return { check: 'unbound' }
    if (certificate === undefined && certificates?.required === true) return { check: 'unbound' }
    if (binding === undefined) return undefined
    if (jkt === undefined && certificate === undefined) return { check: 'binding' }
    // What costs nothing first: nobody's proof is used up for a request that is refused anyway.
    if (certificate !== undefined && !this.#hasCertificate(request, certificate)) return { check: certificates === undefined ? 'binding' : 'certificate' }
    if (jkt === undefined) return undefined
    if (this.#dpop === undefined) return { check: 'binding' }
    // RFC 9449 section 7.2: a bound token as plain Bearer is a downgrade.
    if (scheme !== 'DPoP') return { check: 'scheme' }
    return (await this.#dpop).failing({ request, token: token.token, jkt })
  }

  #hasCertificate(request: GateRequest, thumbprint: string): boolean {
    const shown = saidAtOnce(this.#policy.certificate?.read(request))
    if (isPending(shown)) throw new TypeError('"proof.certificate" must give the certificate at once, and not as a promise')
    const own = shown === undefined ? undefined : certificateThumbprint(shown)
    return own !== undefined && isSameText(own, thumbprint)
  }
}

/** What reads and checks proofs, and `jose` with it, is loaded by the gates that take some, from their start: the others weigh half of it. */
function loaded(policy: DpopPolicy): Promise<Dpop> {
  const loading = import('./dpop/dpop.js').then(({ Dpop }) => new Dpop(policy))
  loading.catch(() => undefined) // told to the requests that need it
  return loading
}
