/** The list of a `StaticProvider`: digests and what they stand for. No token is kept. */
import { sha256 } from '../lib/digest.js'
import { warn } from '../lib/warn.js'
import { staticKey } from './static-grant.js'
import { faultOf, weaknessOf } from './token-check.js'
import { isDigest, readDigest } from './token-digest.js'
import type { StaticTokens } from './list-text.js'
import type { StaticKey } from './static-grant.js'

export interface StaticList {
  /** By the digest of the token. */
  readonly keys: ReadonlyMap<string, StaticKey>
  /** True where a token stood in it, and not only digests. */
  readonly hadTokens: boolean
}

/** @throws TypeError for an entry that is wrong, by its number; says what to write instead and never shows a token. */
export function staticList(tokens: StaticTokens, prefix: string | undefined): StaticList {
  const keys = new Map<string, StaticKey>()
  for (const [index, [token, grant]] of Object.entries(tokens).entries()) {
    const which = `static token number ${index + 1}`
    const digest = isDigest(token) ? about(which, () => readDigest(token)) : checkedDigest(which, token, prefix)
    if (keys.has(digest)) throw new TypeError(`${which} is the same as number ${[...keys.keys()].indexOf(digest) + 1}; each stands in the list once`)
    keys.set(digest, about(which, () => staticKey(grant)))
  }
  // It would be written into every log.
  const isGivenAway = [...keys.values()].some(({ name }) => name !== undefined && keys.has(sha256(name)))
  if (isGivenAway) throw new TypeError('a "name" in the list is one of its tokens; write your word for the key')
  return { keys, hadTokens: !Object.keys(tokens).every(isDigest) }
}

function checkedDigest(which: string, token: string, prefix: string | undefined): string {
  const fault = faultOf(token, prefix)
  if (fault !== undefined) throw new TypeError(`${which} ${fault}`)
  const weakness = weaknessOf(token)
  if (weakness !== undefined) warn(`${which} ${weakness}`)
  return sha256(token)
}

/** Says in the error which one it is about, and nothing else: a cause would bring its own words. */
function about<T>(which: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(`${which}: ${error.message}`) : error
  }
}
