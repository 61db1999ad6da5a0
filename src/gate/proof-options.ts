/** This file checks what a gate is told about tokens that are bound to a key, once, where it is built. */
import { notify } from '../events.js'
import { checkOptions, optionalFunction } from '../lib/options.js'
import { isReported } from '../lib/report-only.js'
import { dpopPolicy } from './dpop/dpop-options.js'
import type { Observe } from '../events.js'
import type { OptionNames } from '../lib/options.js'
import type { ReadCertificate } from './certificate/certificate.js'
import type { DpopOptions, DpopPolicy } from './dpop/dpop-options.js'

/** What a gate takes as the proof that a bound token comes from its holder. At least one of `dpop` and `certificate`. */
export interface ProofOptions extends Partial<DpopOptions> {
  /**
   * Takes tokens that are bound to a client's certificate (`x5t#S256`): `tlsCertificate()`, `proxyCertificate({ … })`, or a
   * function of your own that reads it from the request. Without it such tokens are refused. `{ required: tlsCertificate() }`:
   * only such tokens, and unbound ones no more.
   */
  readonly certificate?: ReadCertificate | { readonly required: ReadCertificate } | undefined
  /** Takes what happened to the proofs of good tokens: `proof_accepted`, `proof_absent`, `proof_refused` with the check that failed. */
  readonly observe?: Observe | undefined
}

/** What a gate does about bound tokens. */
export interface ProofPolicy {
  readonly dpop: DpopPolicy | undefined
  readonly certificate: CertificatePolicy | undefined
  readonly observe: Observe | undefined
}

interface CertificatePolicy {
  readonly read: ReadCertificate
  /** Tokens that are not bound to one are refused. */
  readonly required: boolean
}

/** @throws TypeError for an option that is wrong; says what to write instead. */
export function proofPolicy(options: ProofOptions, resource: string | undefined, provider: object): ProofPolicy {
  checkOptions('proof', options, PROOF)
  const { dpop } = options
  const observe = optionalFunction('proof.observe', options.observe)
  const certificate = options.certificate === undefined ? undefined : certificatePolicy(options.certificate)
  if (dpop === undefined) {
    const idle = OF_DPOP.find((name) => options[name] !== undefined)
    if (isReported('proof', options)) throw new TypeError(`[reportOnly] of "proof" is about dpop: 'required'; give that too`)
    if (idle !== undefined) throw new TypeError(`"proof.${idle}" is about DPoP; give "dpop" too: proof: { dpop: 'accepted' }`)
    if (certificate === undefined) throw new TypeError(`"proof" takes "dpop", "certificate" or both: proof: { dpop: 'accepted' }`)
    return { dpop, certificate, observe }
  }
  const tell: Parameters<typeof dpopPolicy>[1]['tell'] = (news) => notify(observe, { ...news, provider: 'gate' })
  return { dpop: dpopPolicy({ ...options, dpop }, { provider, resource, tell }), certificate, observe }
}

function certificatePolicy(certificate: NonNullable<ProofOptions['certificate']>): CertificatePolicy {
  if (typeof certificate === 'function') return { read: certificate, required: false }
  if (typeof certificate !== 'object' || certificate === null) throw new TypeError(NO_CERTIFICATE)
  checkOptions('proof.certificate', certificate, ['required'])
  if (typeof certificate.required !== 'function') throw new TypeError(NO_CERTIFICATE)
  return { read: certificate.required, required: true }
}

const NO_CERTIFICATE =
  '"proof.certificate" must be tlsCertificate(), proxyCertificate({ … }) or a function that gives the certificate of a request; or { required: tlsCertificate() }'

const OF_DPOP = ['nonce', 'replay', 'strippedPrefix', 'now'] as const

const PROOF = {
  dpop: true,
  nonce: true,
  replay: true,
  strippedPrefix: true,
  now: true,
  certificate: true,
  observe: true,
} as const satisfies OptionNames<ProofOptions>
