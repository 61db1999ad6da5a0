/** Opens a seal: at once where the runtime can, by jose elsewhere. */
import { nodeCrypto } from '../lib/runtime.js'
import type { CryptoKey } from 'jose'
import type { Awaitable } from '../lib/awaitable.js'

/** A key that was derived from a secret. */
export interface SealKey {
  /** Says which key it was, and nothing about it. */
  readonly id: string
  readonly key: CryptoKey
  /** The same key, for `node:crypto`. */
  readonly bytes: Uint8Array
}

/** A JWE in the flattened form (RFC 7516 section 7.2.2), by `dir` and `A256GCM`: its parts in base64url. */
export interface SealParts {
  readonly protected: string
  readonly iv: string
  readonly ciphertext: string
  readonly tag: string
  readonly aad: string
}

const crypto = nodeCrypto()

/**
 * The text; undefined for what is forged, swapped or cut. Without a promise on Node and Bun: a process that starts opens a
 * hundred thousand of these, and one by jose costs ten times as much.
 */
export function openSeal(parts: SealParts, key: SealKey): Awaitable<string | undefined> {
  return crypto === undefined ? openedByJose(parts, key) : openedByNode(crypto, parts, key)
}

function openedByNode({ createDecipheriv }: typeof import('node:crypto'), parts: SealParts, { bytes }: SealKey): string | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', bytes, decoded(parts.iv), { authTagLength: 16 })
    decipher.setAuthTag(decoded(parts.tag))
    decipher.setAAD(new TextEncoder().encode(`${parts.protected}.${parts.aad}`)) // RFC 7516 section 5.1, step 14
    const text = new TextDecoder('utf-8', { fatal: true })
    return text.decode(decipher.update(decoded(parts.ciphertext)), { stream: true }) + text.decode(decipher.final())
  } catch {
    return undefined
  }
}

/** `Buffer` also takes letters that stand for nothing. @throws TypeError for them. */
function decoded(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.toString('base64url') !== text) throw new TypeError('this is not the one spelling of these bytes')
  return bytes
}

const ALLOWED = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] }

async function openedByJose(parts: SealParts, { key }: SealKey): Promise<string | undefined> {
  try {
    const { flattenedDecrypt } = await import('jose/jwe/flattened/decrypt')
    const { plaintext } = await flattenedDecrypt(parts, key, ALLOWED)
    return new TextDecoder('utf-8', { fatal: true }).decode(plaintext)
  } catch {
    return undefined
  }
}
