/** This file knows the keys that make proofs: each comes with every proof, and is imported once. */
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { lruMemory } from '../../lib/lru-memory.js'
import { parseKeySet } from '../../jwt/keys/key-set.js'
import type { JWK } from 'jose'
import type { Algorithm } from '../../jwt/signature/algorithms.js'
import type { VerificationKey } from '../../jwt/signature/verification-key.js'
import type { DecodedJwt } from '../../jwt/token/decode.js'

export interface ProofKey {
  /** RFC 7638, SHA-256: what `cnf.jkt` of a token has. */
  readonly thumbprint: string
  readonly keys: readonly VerificationKey[]
}

export class ProofKeys {
  /** By the header of the proof, which is the same in all that one client makes with one key. */
  readonly #known = lruMemory<ProofKey>(MOST)

  /** The key in a proof's header; undefined for one that is no public key, or is none for this algorithm. */
  async of(proof: DecodedJwt, alg: Algorithm): Promise<ProofKey | undefined> {
    return this.#known.get(headerOf(proof)) ?? importedKey(proof.header.jwk, alg)
  }

  /** Keeps a key at hand. For those that a good token is bound to: a stranger could push out the others. */
  keep(proof: DecodedJwt, key: ProofKey): void {
    const header = headerOf(proof)
    if (header.length <= LONGEST) this.#known.set(header, key)
  }
}

/** Most keys at hand, and the longest header of one, in characters: some four megabytes. */
const MOST = 1_000
const LONGEST = 2_048

function headerOf({ signed }: DecodedJwt): string {
  return signed.slice(0, signed.indexOf('.'))
}

/** By the rules for keys of issuers: public, of the size and the kind that the algorithm needs, none that others can sign with. */
async function importedKey(jwk: unknown, alg: Algorithm): Promise<ProofKey | undefined> {
  const keys = await parseKeySet({ keys: [jwk] })?.candidates(alg, undefined)
  if (keys === undefined || keys.length === 0) return undefined
  return { thumbprint: await calculateJwkThumbprint(jwk as JWK), keys } // it was imported
}
