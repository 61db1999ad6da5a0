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

/** Who gets what comes by a door: the first member that owns it, or a part of it that is as wide. One look, however many there are. */
export class DoorOwners {
  readonly #owners: Readonly<Record<Door['kind'], Map<string, { readonly member: Member; readonly place: number }>>> = {
    issuer: new Map(),
    prefix: new Map(),
    digest: new Map(),
  }
  #places = 0

  /** `members` in the order in which they are asked. */
  constructor(members: readonly Member[] = []) {
    for (const member of members) this.add(member, doorsOf(member))
  }

  /** Adds a member behind the others. */
  add(member: Member, doors: readonly Door[]): void {
    this.#places += 1
    for (const { kind, value } of doors) if (!this.#owners[kind].has(value)) this.#owners[kind].set(value, { member, place: this.#places })
  }

  of({ kind, value }: Door): Member | undefined {
    const owners = this.#owners[kind]
    if (kind !== 'prefix') return owners.get(value)?.member
    const wide = Array.from({ length: value.length + 1 }, (_, length) => owners.get(value.slice(0, length)) ?? [])
    return wide.flat().toSorted((one, other) => one.place - other.place)[0]?.member
  }
}

/** True for a member that is asked about tokens which nobody owns. */
export function isAskedByOthers({ provider: { owns, recognizes } }: Member): boolean {
  // Who does not say what it owns may say "maybe" to anything.
  return owns === undefined || owns.opaque === true || recognizes === undefined
}
