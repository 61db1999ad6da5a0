/** This file says to the operator what a proof almost was. No text holds anything that a client sent. */
import { normalizedHtu } from './htu.js'
import type { ProofCheck } from '../../events.js'
import type { DecodedJwt } from '../../jwt/token/decode.js'
import type { ProofExpectations } from './proof-rules.js'

/** Undefined where there is nothing more to say than what did not fit. */
export function hintOf(check: ProofCheck, { claims: { htu, iat } }: DecodedJwt, { htus, now }: ProofExpectations): string | undefined {
  if (check === 'iat') return Number(iat) > now ? AHEAD : BEHIND
  const meant = check === 'htu' ? normalizedHtu(String(htu)) : undefined
  if (meant === undefined) return undefined
  const own = htus.flatMap((url) => normalizedHtu(url) ?? [])
  return own.map((url) => hintOfHtu(new URL(meant), new URL(url))).find((hint) => hint !== undefined)
}

const AHEAD = 'the clock of the client is ahead, or this one is behind'
const BEHIND = 'the clock of the client is behind, or the proof was used late'

function hintOfHtu(meant: URL, own: URL): string | undefined {
  if (meant.origin !== own.origin) return meant.pathname === own.pathname ? 'it is for another origin than "resource" names' : undefined
  if (`${meant.pathname}/` === own.pathname || meant.pathname === `${own.pathname}/`) return 'it differs by a slash at the end'
  return meant.pathname.endsWith(own.pathname) ? 'does a proxy take off the front of the path? then name it: proof.strippedPrefix' : undefined
}
