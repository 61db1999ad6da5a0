/** The ways into a chain: which tokens come to which member, as far as that is known before any token comes. */
import type { Member } from './member.js'

export interface Door {
  readonly kind: 'issuer' | 'prefix' | 'digest'
  /** The issuer, the prefix, or the digest of one token. */
  readonly value: string
}

/** Everything that a member owns. */
export function doorsOf({ provider: { owns = {} } }: Member): readonly Door[] {
  const doors = (kind: Door['kind'], values: readonly string[] = []): Door[] => values.map((value) => ({ kind, value }))
  return [...doors('issuer', owns.issuers), ...doors('prefix', owns.prefixes), ...doors('digest', owns.digests)]
}

/** Who gets what comes by this door: the first member that owns it, or a part of it that is as wide. */
export function ownerOf(door: Door, members: readonly Member[]): Member | undefined {
  return members.find((member) => doorsOf(member).some((other) => covers(other, door)))
}

/** True for a member that is asked about tokens which nobody owns. */
export function isAskedByOthers({ provider: { owns, recognizes } }: Member): boolean {
  // Who does not say what it owns may say "maybe" to anything.
  return owns === undefined || owns.opaque === true || recognizes === undefined
}

function covers(wide: Door, door: Door): boolean {
  if (wide.kind !== door.kind) return false
  return wide.kind === 'prefix' ? door.value.startsWith(wide.value) : wide.value === door.value
}
