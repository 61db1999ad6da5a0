/** Counts what a JSON text would cost to parse, without parsing it. */

/** Levels and members, each of which costs time and memory beyond its characters. */
export interface JsonSize {
  readonly depth: number
  readonly members: number
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

/** True while it is neither deeper nor wider. Looks at each character once, and no further than the bound. */
export function isWithin(json: string, { depth, members }: JsonSize): boolean {
  let level = 0
  let found = 0
  let inString = false
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index)
    if (inString) {
      if (code === BACKSLASH) index += 1
      else if (code === QUOTE) inString = false
    } else if (code === QUOTE) inString = true
    else if (code === 0x5b || code === 0x7b) {
      level += 1
      found += 1
      if (level > depth) return false
    } else if (code === 0x5d || code === 0x7d) level -= 1
    else if (code === COMMA) found += 1
    if (found > members) return false
  }
  return true
}
