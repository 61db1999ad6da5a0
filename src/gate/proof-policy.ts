/** This file makes of the option `proof` what a gate reads, checks, publishes and challenges with. */
import { bindingOf } from '../binding.js'
import { ALGORITHMS } from '../jwt/signature/algorithms.js'
import { loaded } from '../lib/loaded.js'
import { challengeAnswers } from './challenge/challenge.js'
import { proofPolicy } from './proof-options.js'
import type { AccessToken } from '../access-token.js'
import type { BearerAuthProvider } from '../provider.js'
import type { Bindings } from './bindings.js'
import type { Answers, ChallengeOptions } from './challenge/challenge.js'
import type { Nonces } from './dpop/nonces.js'
import type { GateOptions } from './gate-options.js'
import type { ProofMetadata } from './metadata/resource-metadata.js'
import type { ProofOptions, ProofPolicy } from './proof-options.js'
import type { Scheme } from './request/gate-request.js'

/** What is checked of a token that may be bound to a key. */
interface BindingRules {
  /** What a request fails, as `Bindings` has it. */
  readonly failing: Bindings['failing']
  /** True where something is reported that is not demanded. */
  readonly isReporting: boolean
  /** True for a token that would be refused for being bound to no key, were that not reported only. */
  readonly reports: (token: Pick<AccessToken, 'claims'>) => boolean
}

export interface ProofRules {
  /** What is checked of bound tokens; undefined where they are refused. */
  readonly bindings: BindingRules | undefined
  /** For proofs, where they are asked for. */
  readonly nonces: Nonces | undefined
  readonly proofMetadata: ProofMetadata
  /** That are read from `Authorization`. */
  readonly schemes: readonly Scheme[]
  /** By how the token was presented; for Bearer as well where there was none. */
  readonly answers: Readonly<Record<Scheme, Answers>>
}

/** @throws TypeError for an option that is wrong; says what to write instead. */
export function proofRules(options: GateOptions, provider: HeadersOf, challenge: ChallengeOptions): ProofRules {
  const proof = options.proof === undefined ? undefined : checkedProof(options.proof, options, provider)
  const { dpop, certificate } = proof ?? {}
  const bindings = proof && bindingRules(proof)
  const metadata = certificate === undefined ? {} : { tls_client_certificate_bound_access_tokens: true }
  if (dpop === undefined) {
    const answers = challengeAnswers(challenge)
    return { bindings, nonces: undefined, proofMetadata: metadata, schemes: ['Bearer'], answers: { Bearer: answers, DPoP: answers } }
  }
  const { nonces, required } = dpop
  const nonce = nonces && (() => nonces.newest)
  const withProof = challengeAnswers({ ...challenge, schemes: ['DPoP'], nonce })
  return {
    bindings,
    nonces,
    proofMetadata: { ...metadata, dpop_signing_alg_values_supported: Object.keys(ALGORITHMS), ...(required && { dpop_bound_access_tokens_required: true }) },
    // Read where a proof is required too, to be told what is wrong.
    schemes: ['Bearer', 'DPoP'],
    // Bearer first: clients of the MCP SDK 1.x read a challenge only if it begins so.
    answers: { Bearer: required ? withProof : challengeAnswers({ ...challenge, schemes: ['Bearer', 'DPoP'], nonce }), DPoP: withProof },
  }
}

/** What checks is loaded by the gates that take bound tokens, from their start. */
function bindingRules(proof: ProofPolicy): BindingRules {
  const bindings = loaded(import('./bindings.js').then((checks) => new checks.Bindings(proof)))
  const isReporting = proof.dpop?.reportsUnbound === true
  return {
    failing: async (...question) => (await bindings()).failing(...question),
    isReporting,
    reports: ({ claims }) => isReporting && bindingOf(claims)?.jkt === undefined,
  }
}

function checkedProof(proof: ProofOptions, { resource, profile, tokenFrom }: GateOptions, provider: HeadersOf): ProofPolicy {
  if (profile !== undefined) throw new TypeError(`"proof" does not go with profile: '${profile}', whose challenges know no proofs`)
  const policy = proofPolicy(proof, resource, provider)
  if (policy.dpop === undefined) return policy
  const headers = headersOf(provider, tokenFrom)
  const own = headers.filter((header) => header !== undefined)
  // RFC 9449 section 7.1: the scheme DPoP is one of Authorization.
  if (own.length === headers.length) throw new TypeError(`"proof.dpop" does not go with tokens that come in the header ${own.join(', ')} alone: a proof is for one in Authorization`)
  if (own.length > 0 && policy.dpop.required) throw new TypeError(`"proof.dpop" as 'required' would refuse all that comes in the header ${own.join(', ')}; write 'accepted'`)
  return policy
}

type HeadersOf = Pick<BearerAuthProvider, 'headerSources' | 'tokenHeader'>

/** Where tokens come from; undefined for `Authorization`. */
function headersOf({ headerSources, tokenHeader }: HeadersOf, from: GateOptions['tokenFrom']): readonly (string | undefined)[] {
  if (headerSources !== undefined) return headerSources.map(({ header }) => header)
  return [tokenHeader ?? (from !== undefined && 'header' in from ? from.header : undefined)]
}
