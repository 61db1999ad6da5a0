/** Reads `WWW-Authenticate` as RFC 9110 section 11.6.1 has it, and nothing that is only nearly so. */

export interface Challenge {
  readonly scheme: string
  readonly parameters: Readonly<Record<string, string>>
}

/** The one challenge of a header. @throws SyntaxError for what is no challenge, or more than one. */
export function parseChallenge(header: string): Challenge {
  const challenges = parseChallenges(header)
  const [only, ...others] = challenges
  if (only === undefined || others.length > 0) throw new SyntaxError(`${challenges.length} challenges where one was expected`)
  return only
}

/**
 * `challenge = auth-scheme [ 1*SP ( token68 / #auth-param ) ]`, several of them separated by commas. Stricter than the
 * grammar where no sender of ours needs the room: no empty list elements, no blanks around `=`.
 *
 * @throws SyntaxError for anything else, for a parameter that comes twice, and for a Bearer parameter outside of RFC 6750's characters.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  if (!/^[\x20-\x7e]*$/.test(header)) throw new SyntaxError('a character that no challenge has')
  const challenges: { scheme: string; parameters: Record<string, string> }[] = []
  let rest = header
  while (rest !== '') {
    const scheme = take(/^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?: +|$)/)
    const parameters: Record<string, string> = Object.create(null)
    challenges.push({ scheme, parameters })
    while (rest !== '' && !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+( |$)/.test(rest)) {
      const name = take(/^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=/).toLowerCase()
      const value = rest.startsWith('"') ? unquoted(take(/^("(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*")/)) : take(/^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)/)
      if (name in parameters) throw new SyntaxError(`"${name}" comes twice`)
      parameters[name] = value
      if (rest === '') break
      take(/^( *, *)(?=.)/)
    }
    if (scheme.toLowerCase() === 'bearer') checkBearer(parameters)
  }
  return challenges

  function take(pattern: RegExp): string {
    const match = pattern.exec(rest)
    if (match === null) throw new SyntaxError(`not a challenge from: ${rest}`)
    rest = rest.slice(match[0].length)
    return match[1] ?? ''
  }
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, '$1')
}

// RFC 6750 section 3: the characters of each parameter.
function checkBearer(parameters: Readonly<Record<string, string>>): void {
  const alphabets: Record<string, RegExp> = {
    error: /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/,
    error_description: /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/,
    scope: /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/,
  }
  for (const [name, alphabet] of Object.entries(alphabets)) {
    const value = parameters[name]
    if (value !== undefined && !alphabet.test(value)) throw new SyntaxError(`"${name}" has a character that RFC 6750 forbids`)
  }
  const url = parameters['resource_metadata']
  if (url !== undefined && !URL.canParse(url)) throw new SyntaxError('"resource_metadata" is no URL')
}
