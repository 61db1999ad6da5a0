/** The keys that a test issuer signs with, and those that it publishes. */
import { base64url, exportJWK, exportSPKI, generateKeyPair } from 'jose'
import { ALGORITHMS } from '../../jwt/signature/algorithms.js'
import type { CryptoKey, JWK } from 'jose'
import type { Algorithm } from '../../jwt/signature/algorithms.js'

export interface SigningKey {
  readonly alg: Algorithm
  readonly kid: string
  readonly publicJwk: JWK
  /** SPKI, as PEM. */
  readonly pem: string
  /** The signature of a text, as JWS writes it (RFC 7518 section 3). */
  sign(text: string): Promise<string>
}

export interface RotateOptions {
  /** The new key takes the place of the old one, under its `kid`. Default false. */
  readonly sameKid?: boolean | undefined
  /** The old key leaves the set at once, and its tokens are good no more. Default false: it stays, for the tokens that it signed. */
  readonly withdraw?: boolean | undefined
}

export class SigningKeys {
  readonly #use: string
  readonly #current = new Map<Algorithm, Promise<SigningKey>>()
  #former: Promise<SigningKey>[] = []
  #made = 0

  constructor(use: string) {
    this.#use = use
  }

  /** The key that signs by this algorithm; made, and published, when it is asked for first. */
  current(alg: Algorithm): Promise<SigningKey> {
    const known = this.#current.get(alg)
    if (known !== undefined) return known
    const made = newKey(alg, this.#nextKid(), this.#use)
    this.#current.set(alg, made)
    return made
  }

  /** Somebody else's key under the `kid` of the current one: published by nobody but `published({ duplicate: true })`. */
  async stranger(alg: Algorithm): Promise<SigningKey> {
    const { kid } = await this.current(alg)
    const pair = STRANGERS.get(alg) ?? newPair(alg)
    STRANGERS.set(alg, pair)
    return keyOf(alg, kid, this.#use, await pair)
  }

  /** New keys for every algorithm in use. */
  async rotate({ sameKid = false, withdraw = false }: RotateOptions = {}): Promise<void> {
    for (const [alg, old] of [...this.#current]) {
      const made = newKey(alg, sameKid ? (await old).kid : this.#nextKid(), this.#use)
      this.#current.set(alg, made)
      if (!sameKid && !withdraw) this.#former.push(old)
      await made
    }
    if (withdraw) this.#former = []
  }

  /** The key set, oldest key last. `duplicate`: before each current key another one with its `kid`. */
  async published({ duplicate }: { readonly duplicate: boolean }): Promise<readonly SigningKey[]> {
    const current = await Promise.all(this.#current.values())
    const strangers = duplicate ? await Promise.all(current.map(({ alg }) => this.stranger(alg))) : []
    return [...strangers, ...current, ...(await Promise.all(this.#former)).reverse()]
  }

  #nextKid(): string {
    this.#made += 1
    return `key-${this.#made}`
  }
}

/** One for each algorithm and for all issuers: RSA keys take their time. */
const STRANGERS = new Map<Algorithm, ReturnType<typeof newPair>>()

function newPair(alg: Algorithm) {
  return generateKeyPair(alg, { extractable: true })
}

async function newKey(alg: Algorithm, kid: string, use: string): Promise<SigningKey> {
  return keyOf(alg, kid, use, await newPair(alg))
}

async function keyOf(alg: Algorithm, kid: string, use: string, { privateKey, publicKey }: Awaited<ReturnType<typeof newPair>>): Promise<SigningKey> {
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg, use }
  return { alg, kid, publicJwk, pem: await exportSPKI(publicKey), sign: (text) => signature(alg, privateKey, text) }
}

// WebCrypto and not SignJWT: the header of a token for tests may say anything.
async function signature(alg: Algorithm, key: CryptoKey, text: string): Promise<string> {
  const bytes = await globalThis.crypto.subtle.sign(ALGORITHMS[alg].webCrypto, key, new TextEncoder().encode(text))
  return base64url.encode(new Uint8Array(bytes))
}
