/** Reads a list of static tokens from text: JSON, or tokens alone where the code says what they may do. */
import { hasRepeatedName } from '../lib/repeated-name.js'
import type { StaticGrant } from './static-grant.js'

/** As the constructor takes them, and not checked yet. */
export type StaticTokens = Readonly<Record<string, StaticGrant>>

/**
 * Without a grant, JSON as the constructor takes it: `{ "sha256:…": { "claims": { "sub": "ci" } } }`. With one, tokens or
 * digests with blanks, commas or line ends between them, and the grant holds for all.
 *
 * @throws TypeError that names the place and the line, and shows nothing of the text.
 */
export function staticTokens(text: string, place: string, grant: StaticGrant | undefined): StaticTokens {
  if (text.trim() === '') throw new TypeError(`${place} is empty; ${grant === undefined ? EXAMPLE : 'it must hold a token or its digest'}`)
  return grant === undefined ? tokensOfJson(text, place) : tokensOfWords(text, place, grant)
}

const EXAMPLE = 'it must hold JSON such as { "sha256:…": { "claims": { "sub": "ci" }, "scopes": ["deploy"] } }'

function tokensOfWords(text: string, place: string, grant: StaticGrant): StaticTokens {
  if (/^\s*[{["]/.test(text)) throw new TypeError(`${place} holds JSON, which says itself what each token may do; leave "grant" out`)
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  if (new Set(words).size < words.length) throw new TypeError(`${place} has a token twice; each stands in the list once`)
  return Object.fromEntries(words.map((word) => [word, grant]))
}

function tokensOfJson(text: string, place: string): StaticTokens {
  if (!/^\s*\{/.test(text)) throw new TypeError(`${place} is no JSON object; ${EXAMPLE}, or give "grant" with tokens alone`)
  const list = parsed(text, place)
  if (hasRepeatedName(text)) throw new TypeError(`${place} has the same name twice in one object; each token stands in the list once`)
  return list
}

function parsed(text: string, place: string): StaticTokens {
  try {
    return JSON.parse(text)
  } catch (error) {
    // oxlint-disable-next-line preserve-caught-error -- the error itself quotes the text
    throw new TypeError(`${place} is not JSON${lineOf(error, text)}: was it cut off in the middle?`)
  }
}

function lineOf(error: unknown, text: string): string {
  const position = error instanceof SyntaxError ? /at position (\d+)/.exec(error.message)?.[1] : undefined
  return position === undefined ? '' : ` (line ${text.slice(0, Number(position)).split('\n').length})`
}
