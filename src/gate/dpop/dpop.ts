/** This file checks the DPoP proof of a request (RFC 9449 section 4.3): the token was sent by whoever holds its key. */
import { isSigned, signatureEngine } from '../../jwt/signature/signature.js'
import { requestHtus } from './htu.js'
import { readProof } from './proof.js'
import { ProofKeys } from './proof-keys.js'
import { hintOf } from './proof-hints.js'
import { CONTENT, firstFailing, FORM, IAT_WINDOW } from './proof-rules.js'
import { Replays } from './replays.js'
import type { ProofCheck } from '../../events.js'
import type { Algorithm } from '../../jwt/signature/algorithms.js'
import type { DecodedJwt } from '../../jwt/token/decode.js'
import type { GateRequest } from '../request/gate-request.js'
import type { DpopPolicy } from './dpop-options.js'
import type { ProofExpectations } from './proof-rules.js'

/** What a proof is for. */
export interface DpopQuestion {
  readonly request: GateRequest
  /** The access token as presented. */
  readonly token: string
  /** The thumbprint of the key that the token is bound to. */
  readonly jkt: string
}

/** `hint`: what it almost was. One of a few constant texts. */
export interface DpopFailure {
  readonly check: ProofCheck
  readonly hint?: string
}

export class Dpop {
  readonly #policy: DpopPolicy
  readonly #keys = new ProofKeys()
  readonly #engine = signatureEngine('auto')
  readonly #replays: Replays

  constructor(policy: DpopPolicy) {
    this.#policy = policy
    this.#replays = new Replays(policy.replays)
  }

  /**
   * What the proof of this request fails, or undefined for a good one, which cannot be used again.
   *
   * @throws AuthUnavailableError where it cannot be known whether it was used before.
   */
  async failing({ request, token, jkt }: DpopQuestion): Promise<DpopFailure | undefined> {
    const proof = readProof(request.header('dpop'))
    if (typeof proof === 'string') return { check: proof }
    const { nonces, now, origin, strippedPrefix } = this.#policy
    const { method, sentMethod = method, path } = request
    const expected = { token, method: sentMethod, htus: requestHtus(origin, strippedPrefix, path), nonces, now: now() }
    const check = firstFailing(FORM, proof, expected) ?? (await this.#failingKey(request, proof, expected, jkt))
    const hint = check && hintOf(check, proof, expected)
    return check && { check, ...(hint && { hint }) }
  }

  async #failingKey(request: GateRequest, proof: DecodedJwt, expected: ProofExpectations, jkt: string): Promise<ProofCheck | undefined> {
    const alg = proof.header.alg as Algorithm // looked at by the rules of form
    const key = await this.#keys.of(proof, alg)
    if (key === undefined) return 'public_key'
    const used = { key: key.thumbprint, jti: String(proof.claims.jti), until: Number(proof.claims.iat) + IAT_WINDOW }
    const isCounted = isCountedFor(request, proof)
    // Before the signature, which costs more than all the rest: a flood of what was seen is cheap.
    if (!isCounted && this.#replays.has(used)) return 'replay'
    if (!(await isSigned(this.#engine, proof, alg, key.keys))) return 'signature'
    const failing = firstFailing(CONTENT, proof, expected)
    if (failing !== undefined) return failing
    if (key.thumbprint !== jkt) return 'binding'
    this.#keys.keep(proof, key)
    if (isCounted) return undefined
    if (!(await this.#replays.use(used))) return 'replay'
    COUNTED.set(request.source ?? request, proof.signed)
    return undefined
  }
}

/** The proof of each request that was good: a second gate, or a second look, must not take it for a replay. */
const COUNTED = new WeakMap<object, string>()

function isCountedFor(request: GateRequest, { signed }: DecodedJwt): boolean {
  return COUNTED.get(request.source ?? request) === signed
}
