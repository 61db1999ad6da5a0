/** Cuts a token out of what was thrown and is going to be printed: parsers and clients quote what they were given. */

/** Characters. What is shorter is no secret, and would be found in words. */
const SHORTEST = 8

/**
 * What was thrown, where it does not hold this token: a text, or the message or the stack of an error. Else the same text, or
 * an error of the same name, with the token cut out. Does NOT look into members and causes.
 */
export function withoutToken(thrown: unknown, token: string): unknown {
  const spellings = [token, encodeURIComponent(token)].filter(({ length }) => length >= SHORTEST)
  const cut = (text: unknown): string => spellings.reduce((rest, spelling) => rest.replaceAll(spelling, '<the token>'), String(text))
  if (typeof thrown === 'string') return cut(thrown)
  if (!(thrown instanceof Error)) return thrown
  const { name, message, stack } = thrown
  const [cutMessage, cutStack] = [cut(message), cut(stack)]
  if (cutMessage === String(message) && cutStack === String(stack)) return thrown
  return Object.assign(new Error(cutMessage), { name, stack: cutStack })
}
