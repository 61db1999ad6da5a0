/** Describes what can be revoked, and what is remembered of it. */
import { isBearerToken } from '../lib/bearer-token.js'
import { atEpochSeconds, checkOptions } from '../lib/options.js'
import { shortText } from './short-text.js'
import { expiryOf, tokenDigest } from './signed-text.js'

/** Exactly one of `jti`, `sub`, `sid`, `clientId` and `token`, and what may stand beside it. */
export type Revocation = {
  /** When the last covered token has expired; seconds since the epoch. Default: a JWT's own `exp`, else after `keepFor`. */
  readonly expiresAt?: number | undefined
} & (
  | Only<'jti' | 'issuer'>
  | Only<'sub' | 'issuer' | 'before'>
  | Only<'sid' | 'issuer'>
  | Only<'clientId' | 'issuer' | 'before'>
  | Only<'token'>
)

/** The name of what a revocation goes by. */
export type RevokedBy = 'jti' | 'sub' | 'sid' | 'client_id' | 'token'

/** A revocation, ready to be compared with tokens and to be told to others. */
export interface RevocationEntry {
  readonly by: RevokedBy
  /** The issuer of the tokens; undefined: any issuer. */
  readonly issuer: string | undefined
  /** The value, or its digest where it is long; of a token always a digest. */
  readonly value: string
  /** Tokens issued before this are covered; infinite for all. */
  readonly before: number
  /** When all covered tokens have expired. */
  readonly until: number
}

/** Makes a revocation of what the user asked for. @throws TypeError for what names nothing, or too much. */
export function revocationEntry(what: Revocation, now: number, keepFor: number): RevocationEntry {
  checkOptions('revoke', what, NAMES)
  const named = KINDS.filter(({ name }) => what[name] !== undefined)
  const [kind] = named
  if (kind === undefined || named.length > 1) throw new TypeError('revoke takes exactly one of "jti", "sub", "sid", "clientId", "token"')
  const { name, by, besides } = kind
  for (const other of ['issuer', 'before'] as const) {
    if (what[other] !== undefined && !besides.includes(other)) throw new TypeError(`"${other}" means nothing beside "${name}"`)
  }
  const given = text(name, what[name])
  // The whole current second counts as before: `iat` has no smaller unit, and to let an old token live is worse. (D55)
  const { before = Math.floor(now) + 1, expiresAt = lastEnd(by === 'token' ? given : '', Math.max(now, what.before ?? now), keepFor) } = what
  atEpochSeconds('before', before)
  atEpochSeconds('expiresAt', expiresAt)
  return {
    by,
    issuer: what.issuer === undefined ? undefined : shortText(text('issuer', what.issuer)),
    value: by === 'token' ? tokenDigest(given) : shortText(given),
    before: besides.includes('before') ? before : Number.POSITIVE_INFINITY,
    until: Math.ceil(expiresAt) + LATEST,
  }
}

interface Members {
  readonly jti: string
  readonly sub: string
  readonly sid: string
  readonly clientId: string
  readonly token: string
  /** Exactly as the tokens write it in `iss`. Left out: whoever issued it. */
  readonly issuer?: string | undefined
  /** Tokens issued before this are refused, in seconds since the epoch. Default: before the end of the current second. */
  readonly before?: number | undefined
}

type Only<Names extends keyof Members> = Pick<Members, Names> & { readonly [Other in Exclude<keyof Members, Names>]?: never }

const KINDS: readonly Kind[] = [
  { name: 'jti', by: 'jti', besides: ['issuer'] },
  { name: 'sub', by: 'sub', besides: ['issuer', 'before'] },
  { name: 'sid', by: 'sid', besides: ['issuer'] },
  { name: 'clientId', by: 'client_id', besides: ['issuer', 'before'] },
  { name: 'token', by: 'token', besides: [] },
]

interface Kind {
  readonly name: 'jti' | 'sub' | 'sid' | 'clientId' | 'token'
  readonly by: RevokedBy
  readonly besides: readonly ('issuer' | 'before')[]
}

const NAMES = [...KINDS.map(({ name }) => name), 'issuer', 'before', 'expiresAt']

/** Seconds after its expiry in which a token may still be taken: the most that `clockTolerance` can be. */
const LATEST = 60

function text(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new TypeError(`"${name}" must be a text`)
  if (name === 'token' && !isBearerToken(value)) throw new TypeError('"token" must be the token alone, without "Bearer "')
  return value
}

/** Tells when the last covered token that was issued by then has expired. */
function lastEnd(token: string, issued: number, keepFor: number): number {
  const expiry = expiryOf(token) ?? 0
  // Only an expiry in the future is believed: some token servers write one and do not keep to it.
  return expiry > issued ? expiry : issued + keepFor
}
