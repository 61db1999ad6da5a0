/** This file writes what strangers wrote so that a terminal shows it, and obeys nothing in it. */

/** A text as it is, anything else as JSON; what cannot be seen, or moves the cursor, as `\u{…}`. Empty for undefined. */
export function plainText(value: unknown, longest = Number.POSITIVE_INFINITY): string {
  if (value === undefined) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return cut.replaceAll(UNSEEN, (letter) => `\\u{${letter.codePointAt(0)?.toString(16) ?? ''}}`)
}

/** JSON on lines of its own: JSON itself leaves signs as they are that a terminal obeys, such as U+009B. */
export function jsonText(value: unknown, indent?: number): string {
  const escaped = (sign: string): string => sign.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `${JSON.stringify(value, undefined, indent).replaceAll(UNSEEN, (sign) => (sign === '\n' ? sign : escaped(sign)))}\n`
}

// Controls, marks of direction, separators, private use, half a pair: all that is no letter to look at.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu
