/** This file checks what a DPoP proof says (RFC 9449 section 4.3), by a list of named rules in the order of that section. */
import { isAlgorithm } from '../../jwt/signature/algorithms.js'
import { isSameText, sha256 } from '../../lib/digest.js'
import { isForOneOf } from './htu.js'
import type { ProofCheck } from '../../events.js'
import type { DecodedJwt } from '../../jwt/token/decode.js'
import type { Nonces } from './nonces.js'

/** What a proof is compared with. */
export interface ProofExpectations {
  /** The access token as presented. */
  readonly token: string
  readonly method: string
  /** The URL of the request; empty for one that no proof can be for. */
  readonly htus: readonly string[]
  /** Undefined where none are asked for. */
  readonly nonces: Nonces | undefined
  /** In seconds since the epoch. */
  readonly now: number
}

interface ProofRule {
  readonly check: ProofCheck
  readonly holds: (proof: DecodedJwt, expected: ProofExpectations) => boolean
}

/** In seconds: how far `iat` may be from our clock, either way. */
export const IAT_WINDOW = 300

/** In seconds, for the ends that a proof may set itself. */
const CLOCK_DIFFERENCE = 30

/** In characters. */
const LONGEST_JTI = 512

/** Points 3 to 5, before the signature is looked at. */
export const FORM: readonly ProofRule[] = [
  {
    check: 'claims',
    holds: ({ claims: { jti, htm, htu, iat, ath } }) =>
      isText(jti) && jti.length <= LONGEST_JTI && isText(htm) && isText(htu) && typeof iat === 'number' && isText(ath),
  },
  { check: 'typ', holds: ({ header: { typ } }) => typ === 'dpop+jwt' },
  // RFC 7515 section 4.1.11: an extension that is critical must be understood, and none is.
  { check: 'alg', holds: ({ header }) => isAlgorithm(header.alg) && !Object.hasOwn(header, 'crit') },
]

/** Points 8 to 12. */
export const CONTENT: readonly ProofRule[] = [
  { check: 'htm', holds: ({ claims: { htm } }, { method }) => htm === method },
  { check: 'htu', holds: ({ claims: { htu } }, { htus }) => isText(htu) && isForOneOf(htu, htus) },
  { check: 'nonce', holds: ({ claims: { nonce } }, { nonces }) => nonces === undefined || nonces.isGood(nonce) },
  { check: 'iat', holds: ({ claims }, { now }) => isCurrent(claims, now) },
  { check: 'ath', holds: ({ claims: { ath } }, { token }) => isText(ath) && isSameText(ath, sha256(token)) },
]

/** The first check that fails, or undefined. */
export function firstFailing(rules: readonly ProofRule[], proof: DecodedJwt, expected: ProofExpectations): ProofCheck | undefined {
  return rules.find(({ holds }) => !holds(proof, expected))?.check
}

/** The ends that a proof sets itself hold as well (RFC 7519 section 4.1). */
function isCurrent({ iat, exp, nbf }: DecodedJwt['claims'], now: number): boolean {
  if (typeof iat !== 'number' || Math.abs(now - iat) > IAT_WINDOW) return false
  if (exp !== undefined && !(typeof exp === 'number' && exp > now - CLOCK_DIFFERENCE)) return false
  return nbf === undefined || (typeof nbf === 'number' && nbf <= now + CLOCK_DIFFERENCE)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
