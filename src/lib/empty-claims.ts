/** Takes out claims that name something by an empty text: they count as absent, or all who have one would be the same. */

/** What names a person, a client, a session or a token. */
const NAMING = ['sub', 'client_id', 'azp', 'jti', 'sid', 'username'] as const

/** The same object where there is none, which is nearly always; else a frozen one without them. */
export function withoutEmptyNames<T extends object>(claims: T): T {
  const read = claims as Readonly<Record<string, unknown>>
  // Written out, since it is looked at for every new token.
  const isFull = read.sub !== '' && read.client_id !== '' && read.azp !== '' && read.jti !== '' && read.sid !== '' && read.username !== ''
  if (isFull) return claims
  return Object.freeze(Object.fromEntries(Object.entries(read).filter(([name, value]) => value !== '' || !isNaming(name)))) as T
}

/** True where the claim is there: not null, and not an empty name. */
export function isThere(claim: string, value: unknown): boolean {
  return value !== undefined && value !== null && (value !== '' || !isNaming(claim))
}

function isNaming(claim: string): boolean {
  return NAMING.some((name) => name === claim)
}
