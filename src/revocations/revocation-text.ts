/** Writes and reads a revocation as text, for the log that several processes share. */
import { ownProperty } from '../lib/own-property.js'
import type { RevocationEntry, RevokedBy } from './revocation.js'

export function writeRevocation({ by, issuer, value, before, until }: RevocationEntry): string {
  // JSON has no infinity: what holds for all tokens says nothing of `before`.
  return JSON.stringify({ by, issuer, value, before: Number.isFinite(before) ? before : undefined, until })
}

/** Reads a revocation; undefined for what is none, or one of a later version of this package. */
export function readRevocation(text: string): RevocationEntry | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  const by = ownProperty(json, 'by')
  const issuer = ownProperty(json, 'issuer')
  const value = ownProperty(json, 'value')
  const before = ownProperty(json, 'before') ?? Number.POSITIVE_INFINITY
  const until = ownProperty(json, 'until')
  if (!isKind(by) || !isMark(value) || typeof before !== 'number' || typeof until !== 'number') return undefined
  if (issuer !== undefined && !isMark(issuer)) return undefined
  return { by, issuer, value, before, until }
}

const KINDS = { jti: true, sub: true, sid: true, client_id: true, token: true } as const satisfies Record<RevokedBy, true>

function isKind(value: unknown): value is RevokedBy {
  return typeof value === 'string' && Object.hasOwn(KINDS, value)
}

function isMark(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 128
}
