/** Checks the parameters and headers that the user wants sent along: never those that we send ourselves. */
import { requestHeaders } from './request-headers.js'

/** Checks texts by name, of which one name may have several. @throws TypeError for anything else, and for a name that is ours to send. */
export function checkedParameters(parameters: unknown, ours: readonly string[], see: string): URLSearchParams {
  const sent = new URLSearchParams()
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) throw new TypeError('"parameters" must be an object with texts under names')
  for (const [name, value] of Object.entries(parameters)) {
    if (ours.includes(name)) throw new TypeError(`"${name}" is no matter of "parameters"; see ${see}`)
    for (const one of [value].flat()) {
      if (typeof one !== 'string') throw new TypeError(`"parameters" must have texts, or arrays of them: ${name}`)
      sent.append(name, one)
    }
  }
  return sent
}

/** Headers that say who we are and what we send, which "headers" must not change. */
const OUR_HEADERS = ['authorization', 'content-type', 'content-length', 'accept', 'host']

/** Copies headers, with names in lower case. @throws TypeError for what is no header, and for one that is ours to send. */
export function checkedHeaders(headers: unknown): Readonly<Record<string, string>> {
  const sent = requestHeaders('headers', headers)
  for (const name of Object.keys(sent)) {
    if (OUR_HEADERS.includes(name.toLowerCase())) throw new TypeError(`"${name}" is no matter of "headers"; see clientAuth`)
  }
  return Object.fromEntries(new Headers(sent))
}
