/** Seals texts for a place that others can write to: they can neither read them, nor change them, nor rename them. */
import { andThen } from '../lib/awaitable.js'
import { encodeBase64url } from '../lib/base64url.js'
import { mayShareBetweenRequests } from '../lib/runtime.js'
import { checkedSecrets, WEAK_SECRET } from './shared-checks.js'
import { openSeal } from './open-seal.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { SealKey } from './open-seal.js'
import type { Secret } from './shared-store.js'

/**
 * Encrypts by JWE (RFC 7516) with `dir` and `A256GCM`, with the entry's name as additional authenticated data. Written in the compact
 * form; the name is not part of it. Does NOT hide the length of a text, nor that there is one, and cannot tell an old
 * seal of the same name from a new one: a text that expires says so itself.
 */
export class Seal {
  readonly #secrets: readonly string[]
  #keys: SealKeys | undefined
  #deriving: Promise<SealKeys> | undefined

  /** @throws TypeError for a secret that is missing or short. */
  constructor(secret: Secret) {
    this.#secrets = checkedSecrets(secret)
  }

  /** Seals the text under this name. */
  async close(name: string, text: string): Promise<string> {
    const { newest } = await this.#derived()
    const { FlattenedEncrypt } = await import('jose/jwe/flattened/encrypt') // by whoever shares anything: the others need none of it
    const jwe = await new FlattenedEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: newest.id })
      .setAdditionalAuthenticatedData(new TextEncoder().encode(name))
      .encrypt(newest.key)
    return `${jwe.protected}..${jwe.iv}.${jwe.ciphertext}.${jwe.tag}`
  }

  /** The text that was sealed under this name; undefined for anything else, whatever it is. */
  open(name: string, sealed: string): Awaitable<string | undefined> {
    return andThen(this.#derived(), ({ byHeader }) => {
      const parts = sealed.length <= MAX_LENGTH ? PARTS.exec(sealed)?.groups : undefined
      const { header = '', iv = '', ciphertext = '', tag = '' } = parts ?? {}
      // Compared to the letter: the header of a stranger is not even parsed.
      const key = byHeader.get(header)
      if (key === undefined) return undefined
      const aad = encodeBase64url(name)
      return openSeal({ protected: header, iv, ciphertext, tag, aad }, key)
    })
  }

  /** True for a text that a `Seal` with another secret seems to have closed; anybody can make one that looks so. */
  async isOfAnotherSecret(sealed: string): Promise<boolean> {
    const { byHeader } = await this.#derived()
    const { header = '' } = (sealed.length <= MAX_LENGTH && PARTS.exec(sealed)?.groups) || {}
    return header.startsWith(HEADER_BEGINS) && !byHeader.has(header)
  }

  /** At hand once they were derived. Derived by one for all, where the runtime lets one request wait for another's work. */
  #derived(): Awaitable<SealKeys> {
    if (this.#keys !== undefined) return this.#keys
    if (!mayShareBetweenRequests) return this.#derive()
    this.#deriving ??= this.#derive().finally(() => (this.#deriving = undefined))
    return this.#deriving
  }

  async #derive(): Promise<SealKeys> {
    this.#keys = await derivedKeys(this.#secrets)
    return this.#keys
  }
}

/** Longest seal, in characters. A key set of 512 KiB fits. */
const MAX_LENGTH = 1_048_576

/** Matches the compact form: 96 bits of initialization vector, 128 of tag. */
const PARTS = /^(?<header>[\w-]{1,128})\.\.(?<iv>[\w-]{16})\.(?<ciphertext>[\w-]*)\.(?<tag>[\w-]{22})$/

/** What every protected header of ours begins with: `{"alg":"dir","enc":"A256GCM","kid"`, as far as base64url ends with a byte. */
const HEADER_BEGINS = encodeBase64url('{"alg":"dir","enc":"A256GCM","kid":"').slice(0, 44)

interface SealKeys {
  readonly newest: SealKey
  /** By the protected header that each of them writes. */
  readonly byHeader: ReadonlyMap<string, SealKey>
}

async function derivedKeys(secrets: readonly string[]): Promise<SealKeys> {
  const keys = await Promise.all(secrets.map(derivedKey))
  const [newest] = keys
  if (newest === undefined) throw new TypeError(WEAK_SECRET)
  const header = ({ id }: SealKey): string => encodeBase64url(JSON.stringify({ alg: 'dir', enc: 'A256GCM', kid: id }))
  return { newest, byHeader: new Map(keys.map((one) => [header(one), one])) }
}

/** Derives the key and its id from one secret, by HKDF (RFC 5869) with SHA-256: neither says anything about the other. */
async function derivedKey(secret: string): Promise<SealKey> {
  const { subtle } = globalThis.crypto
  const from = await subtle.importKey('raw', new TextEncoder().encode(secret), 'HKDF', false, ['deriveBits'])
  const id = await subtle.deriveBits(hkdf('key id'), from, 72)
  const bytes = new Uint8Array(await subtle.deriveBits(hkdf('A256GCM'), from, 256))
  const key = await subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
  return { id: encodeBase64url(new Uint8Array(id)), key, bytes }
}

function hkdf(purpose: string) {
  const info = new TextEncoder().encode(`bearer-auth-providers seal 1: ${purpose}`)
  return { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }
}
