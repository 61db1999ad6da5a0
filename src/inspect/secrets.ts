/** This file takes a token apart from what is said about it: a report is shown, saved and sent on. */

/** What people paste: the token, with a line end, quotes, a whole header or the scheme around it, or broken over lines by a mail. */
export function pastedToken(text: string): string {
  const bare = text.trim().replace(/^["'`]+|["'`,;]+$/g, '')
  return bare.replace(/^(?:authorization\s*:\s*)?(?:(?:bearer|dpop)(?:\s+|$))?/i, '').replaceAll(/\s+/g, '')
}

/** Makes plain JSON of a value, without the token and without the signature of one that has any. */
export function withoutToken<T>(token: string, value: T): T {
  const secrets = [token, token.slice(token.lastIndexOf('.') + 1)].filter(({ length }) => length >= SHORTEST)
  const cleaned = (text: string): string => secrets.reduce((rest, secret) => rest.replaceAll(secret, IN_ITS_PLACE), text)
  return copied(value, cleaned, 0, { left: MOST }) as T // of the same shape, but for what JSON has no word for
}

/** Characters. What is shorter is no secret, and may be a word. */
const SHORTEST = 8
const IN_ITS_PLACE = '[the token]'

/** Levels of a claim, as deep as anybody reads. */
const DEEPEST = 64

/** Objects and lists. A token has no room for as many; what a provider of one's own tells may hold itself, or the whole process. */
const MOST = 20_000

function copied(value: unknown, cleaned: (text: string) => string, depth: number, room: { left: number }): unknown {
  if (typeof value === 'string') return cleaned(value)
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value
  if (typeof value !== 'object' || depth > DEEPEST || room.left <= 0) return value === undefined ? undefined : `[${typeof value}]`
  room.left -= 1
  if (Array.isArray(value)) return value.map((one: unknown) => copied(one, cleaned, depth + 1, room) ?? null)
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
  return Object.fromEntries(entries.map(([name, one]) => [cleaned(name), copied(one, cleaned, depth + 1, room)]))
}
