/** This file remembers the gates of this process, so that one can tell the developer what it does to another. */
import { warn } from '../lib/warn.js'
import type { ProtectedResource } from './metadata/resource-metadata.js'

/** What one gate has to know of another. */
export interface KnownGate {
  readonly resource: ProtectedResource | undefined
  /** True where a token's `aud` is looked at by the gate itself. */
  readonly checksAudience: boolean
  /** What its provider takes for the audience of a token. */
  readonly audiences: readonly string[]
  /** What is said of a gate whose only guard is reported only; undefined for one that guards. */
  readonly guardsNothing: string | undefined
}

/** Enough for the servers of one program. A program that makes gates without end, one for each tenant, is told about the first. */
const MAX_KNOWN = 100

const known: KnownGate[] = []
let openGates = 0

/** Remembers a gate; says at once where a token that was issued for one of two resources opens the other too. */
export function remember(gate: KnownGate): void {
  if (gate.guardsNothing !== undefined && (openGates += 1) <= MAX_KNOWN) warn(gate.guardsNothing)
  if (known.length >= MAX_KNOWN) return
  const clash = known.flatMap((other) => [clashOf(gate, other), clashOf(other, gate)]).find((one) => one !== undefined)
  known.push(gate)
  if (clash !== undefined) warn(clash)
}

/** The other gates of this server: those whose resource is of the same origin, or of the host that was asked. */
export function othersOf(gate: KnownGate, host: string | undefined): readonly ProtectedResource[] {
  const own = gate.resource
  const isNeighbour = ({ resource, path }: ProtectedResource): boolean => {
    const { origin, host: theirs } = new URL(resource)
    return own === undefined ? theirs === host : path !== own.path && origin === new URL(own.resource).origin
  }
  return known.flatMap(({ resource }) => (resource !== undefined && isNeighbour(resource) ? [resource] : []))
}

/** What to say where tokens for the resource of the other gate are good at this one. */
function clashOf({ resource, audiences, checksAudience }: KnownGate, { resource: other }: KnownGate): string | undefined {
  if (checksAudience || resource === undefined || other === undefined || other.resource === resource.resource) return undefined
  if (!audiences.includes(resource.resource) || !audiences.includes(other.resource)) return undefined
  return (
    `a token for ${other.resource} is good at ${resource.resource} too: one provider takes both audiences. ` +
    `Give each gate the option audience, such as audience: '${resource.resource}', or a provider of its own`
  )
}
