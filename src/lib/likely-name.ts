/** Guesses which name was meant by one that there is not. */

/** Finds the one of these names that was likely meant, or undefined where none is near: `jwks_uri` and `jwksUrl` are `jwksUri`. */
export function likelyName(written: string, names: readonly string[]): string | undefined {
  const letters = lettersOf(written)
  if (letters.length > LONGEST) return undefined
  const near = names.map((name) => ({ name, steps: stepsBetween(letters, lettersOf(name)) })).filter(({ name, steps }) => steps <= Math.ceil(name.length / 6))
  return near.sort((one, other) => one.steps - other.steps)[0]?.name
}

/** Longest name that is compared, in characters. No name of ours is as long. */
const LONGEST = 40

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** Counts the letters that have to be inserted, deleted or replaced (Levenshtein distance). */
function stepsBetween(from: string, to: string): number {
  const first = [...to].map((_, index) => index + 1)
  const last = [...from].reduce<readonly number[]>((row, letter, taken) => nextRow(row, letter, to, taken), [0, ...first])
  return last[to.length] ?? 0 // a row has one place more than the word has letters
}

function nextRow(row: readonly number[], letter: string, to: string, taken: number): readonly number[] {
  const next = [taken + 1]
  for (const [index, other] of [...to].entries()) {
    const [above = 0, aslant = 0, before = 0] = [row[index + 1], row[index], next[index]]
    next.push(Math.min(above + 1, before + 1, aslant + (letter === other ? 0 : 1)))
  }
  return next
}
