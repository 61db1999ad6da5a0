/** Bounds what is kept of a text that somebody else wrote. */
import { sha256 } from '../lib/digest.js'

/** In characters. Longer than every identifier seen, URLs of issuers included. */
const LONGEST = 128

/** The text while it is short, else its digest behind a NUL. Texts with a NUL in front never pass: no two give the same. */
export function shortText(text: string): string {
  return text.length <= LONGEST && !text.startsWith('\0') ? text : `\0${sha256(text)}`
}
