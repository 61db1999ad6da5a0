/** Finds what cannot be meant in a chain, before the first token comes. */
import { warn } from '../lib/warn.js'
import { DoorOwners, doorsOf, isAskedByOthers } from './doors.js'
import type { Door } from './doors.js'
import type { Member } from './member.js'

/** @throws TypeError for a member that can never be asked, or a token that is listed twice. Warns of what is unwise. */
export function checkMembers(members: readonly Member[]): void {
  const earlier = new DoorOwners()
  for (const member of members) {
    const doors = doorsOf(member)
    const taken = doors.filter((door) => earlier.of(door) !== undefined)
    refuseTwice(member, earlier, taken)
    if (doors.length > 0 && taken.length === doors.length && !isAskedByOthers(member)) throw new TypeError(unreachable(member, earlier, taken))
    // One that takes the opaque tokens of an issuer may stand behind one that takes its JWTs.
    const takesOpaque = isAskedByOthers(member) || doors.some(({ kind }) => kind === 'prefix')
    for (const door of taken) if (door.kind === 'prefix' || !takesOpaque) warn(shared(member, earlier, door))
    earlier.add(member, doors)
  }
  warnOfAnyAudience(members)
}

function refuseTwice(member: Member, earlier: DoorOwners, taken: readonly Door[]): void {
  const twice = taken.filter(({ kind }) => kind === 'digest')
  const [door] = twice
  if (door === undefined) return
  const owner = earlier.of(door)
  throw new TypeError(`"${member.name}" lists ${twice.length === 1 ? 'a token' : `${twice.length} tokens`} that "${owner?.name}" lists too; take it out of one of them`)
}

function unreachable({ name }: Member, earlier: DoorOwners, taken: readonly Door[]): string {
  const owners = [...new Set(taken.map((door) => `"${earlier.of(door)?.name}"`))].join(', ')
  return `"${name}" would never be asked: ${owners} before it ${owners.includes(',') ? 'own' : 'owns'} ${listed(taken)}; take one of them out, or give both audiences to one provider: audience: [a, b]`
}

function shared({ name }: Member, earlier: DoorOwners, door: Door): string {
  return `"${earlier.of(door)?.name}" and "${name}" both own ${listed([door])}, and the first decides alone; take it out of one of them`
}

function warnOfAnyAudience(members: readonly Member[]): void {
  const any = members.filter(({ provider }) => provider.owns?.anyAudience === true)
  if (any.length === 0 || any.length === members.length) return
  warn(`${any.map(({ name }) => `"${name}"`).join(', ')} of the chain takes tokens for any audience, beside members that are stricter; name the audience there too`)
}

function listed(doors: readonly Door[]): string {
  return doors.map(({ kind, value }) => (kind === 'issuer' ? `the issuer ${value}` : `tokens that begin with "${value}"`)).join(', ')
}
