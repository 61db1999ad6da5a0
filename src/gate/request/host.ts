/** This file looks at the host that a request names. */
import { errorAnswer } from '../../answer.js'
import type { Answer } from '../../answer.js'

/** True for no host at all, as HTTP/1.0 allows, and for one that a URL can have: a server behind makes one of it. */
export function isPossibleHost(host: string | undefined): boolean {
  if (host === undefined || host === '' || host === lastPossible) return true
  const isPossible = HOST.test(host) && URL.canParse(`http://${host}`)
  if (isPossible) lastPossible = host
  return isPossible
}

/** The one that was found possible last: nearly every request names the same, and a URL is dear. */
let lastPossible: string | undefined

/** A name, an IPv4 address or an IPv6 address, and a port (RFC 9110 section 7.2): nothing in front of it, nothing behind. */
const HOST = /^(?:[^\s/?#@:\\[\]]+|\[[\da-f.:]+\])(?::\d*)?$/i

/** In small letters, and without the port that a URL leaves out: of two spellings, frameworks make one. */
export function plainHost(host: string): string {
  return host.toLowerCase().replace(/:(?:80|443)?$/, '')
}

/** The plainest one first; then, where it has a port or a dot at its end, without: there are frameworks that leave both out. */
export function spellingsOfHost(host: string): readonly string[] {
  const plain = plainHost(host)
  const name = plain.replace(/\.?(?::\d*)?$/, '')
  return name === plain ? [plain] : [plain, name]
}

/** RFC 9112 section 3.2: 400 for a `Host` that is none. */
export const IMPOSSIBLE_HOST: Answer = errorAnswer(400, 'invalid_request', 'The Host header must name a host', {})
