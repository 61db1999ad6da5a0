/** What goes along with a request at the user's wish: parameters and headers, and never what we say ourselves. */

/** Texts under names, or several under one. @throws TypeError for anything else, and for a name that is ours to send. */
export function checkedParameters(parameters: unknown, ours: readonly string[], see: string): URLSearchParams {
  const sent = new URLSearchParams()
  for (const [name, value] of membersOf('parameters', parameters)) {
    if (ours.includes(name)) throw new TypeError(`"${name}" is no matter of "parameters"; see ${see}`)
    for (const one of [value].flat()) {
      if (typeof one !== 'string') throw new TypeError(`"parameters" must have texts, or arrays of them: ${name}`)
      sent.append(name, one)
    }
  }
  return sent
}

/** What says who we are and what we send, which is not for "headers" to say. */
const OUR_HEADERS = ['authorization', 'content-type', 'content-length', 'accept', 'host']

/** A copy. @throws TypeError for what is no header, without its value: that may be a key. */
export function checkedHeaders(headers: unknown): Readonly<Record<string, string>> {
  const sent = new Headers()
  for (const [name, value] of membersOf('headers', headers)) {
    if (OUR_HEADERS.includes(name.toLowerCase())) throw new TypeError(`"${name}" is no matter of "headers"; see clientAuth`)
    if (typeof value !== 'string') throw new TypeError(`"headers" must have texts: ${name}`)
    try {
      sent.set(name, value)
    } catch {
      throw new TypeError(`"headers" has a name or a value that no header can have: ${name}`)
    }
  }
  return Object.fromEntries(sent)
}

function membersOf(option: string, value: unknown): [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value)
  throw new TypeError(`"${option}" must be an object with texts under names`)
}
