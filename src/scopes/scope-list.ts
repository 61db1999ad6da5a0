/** Splits the text of a `scope` claim once: the tokens of one client have the same text, and all that is remembered shares the list. */
import { isScopeToken } from '../lib/scope-token.js'

const known = new Map<string, readonly string[]>()
const lists = new WeakSet<readonly string[]>()

/** Most texts that are kept, and their length in characters: at most half a megabyte in all. */
const MAX_TEXTS = 256
const MAX_LENGTH = 1_000

/** Splits a text into scopes, each once, separated by U+0020 only (RFC 6749 section 3.3). The list is frozen. */
export function scopesIn(text: string): readonly string[] {
  const found = known.get(text)
  if (found !== undefined) return found
  const scopes = Object.freeze([...new Set(text.split(' ').filter(isScopeToken))])
  if (text.length > MAX_LENGTH) return scopes
  if (known.size >= MAX_TEXTS) known.clear()
  known.set(text, scopes)
  lists.add(scopes)
  return scopes
}

/** True for a list of `scopesIn`, which needs no second look. */
export function isScopeList(list: unknown): list is readonly string[] {
  return Array.isArray(list) && lists.has(list)
}
