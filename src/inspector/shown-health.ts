/** Picks what the page can draw of what providers tell about themselves: one of a user's own may tell anything, of any size. */
import { ownProperty } from '../lib/own-property.js'
import type { FailureHealth, KeyHealth, MemoryHealth, ProviderHealth, UpstreamHealth } from '../health.js'

/** Plain JSON of the shape that `ProviderHealth` names, and nothing else. What is wrong in a part leaves that part out. */
export function shownHealth(told: unknown): ProviderHealth {
  return shown(told, 0, { left: MOST_PROVIDERS })
}

/** Of a router with thousands of tenants, more than anybody reads: of one list, and of all together. */
const MOST_OF_A_LIST = 100
const MOST_PROVIDERS = 500
/** Chains within chains. One that holds itself would have no end. */
const DEEPEST = 8
/** Characters. */
const LONGEST = 300

/** How many providers may still be shown. */
interface Room {
  left: number
}

function shown(told: unknown, depth: number, room: Room): ProviderHealth {
  const name = text(own(told, 'name')) ?? 'custom'
  const [keys, members] = [own(told, 'keys'), own(told, 'members')]
  const [memory, upstream, revocations] = [memoryOf(own(told, 'memory')), upstreamOf(own(told, 'upstream')), revocationsOf(own(told, 'revocations'))]
  return {
    name,
    kind: text(own(told, 'kind')) ?? 'custom',
    issuers: list(own(told, 'issuers')).flatMap((one) => text(one) ?? []),
    ...(Array.isArray(keys) && { keys: list(keys).flatMap((one) => keysOf(one) ?? []) }),
    ...(memory && { memory }),
    ...(upstream && { upstream }),
    ...(revocations && { revocations }),
    ...number(told, 'tokens'),
    ...(Array.isArray(members) && depth < DEEPEST && { members: membersOf(members, depth + 1, room) }),
  }
}

function membersOf(members: readonly unknown[], depth: number, room: Room): readonly ProviderHealth[] {
  const some = list(members).slice(0, room.left)
  room.left -= some.length
  const drawn = some.map((member) => shown(member, depth, room))
  const rest = members.length - some.length
  return rest > 0 ? [...drawn, { name: `and ${rest} more`, kind: 'custom', issuers: [] }] : drawn
}

function keysOf(told: unknown): KeyHealth | undefined {
  const { keys } = number(told, 'keys')
  const state = STATES.find((one) => one === own(told, 'state'))
  if (keys === undefined || state === undefined) return undefined
  return { issuer: text(own(told, 'issuer')) ?? '', keys, state, ...number(told, 'age'), ...number(told, 'refreshIn'), ...number(told, 'rotatedAgo'), ...failureOf(told) }
}

const STATES = ['fresh', 'due', 'stale', 'ended', 'none'] as const satisfies readonly KeyHealth['state'][]
const BREAKERS = ['closed', 'open', 'half-open'] as const satisfies readonly UpstreamHealth['breaker'][]

function memoryOf(told: unknown): MemoryHealth | undefined {
  if (!isObject(told)) return undefined
  const of = (name: keyof MemoryHealth): number => number(told, name)[name] ?? 0
  return { accepted: of('accepted'), rejected: of('rejected'), bytes: of('bytes'), hits: of('hits'), misses: of('misses'), stale: of('stale') }
}

function upstreamOf(told: unknown): UpstreamHealth | undefined {
  const breaker = BREAKERS.find((one) => one === own(told, 'breaker'))
  return breaker && { breaker, ...number(told, 'openFor'), inFlight: number(told, 'inFlight').inFlight ?? 0, ...failureOf(told) }
}

function revocationsOf(told: unknown): ProviderHealth['revocations'] {
  const { held } = number(told, 'held')
  return held === undefined ? undefined : { held, caughtUp: own(told, 'caughtUp') !== false }
}

function failureOf(told: unknown): { readonly failure?: FailureHealth } {
  const failure = own(told, 'failure')
  if (!isObject(failure)) return {}
  const { ago = 0 } = number(failure, 'ago')
  return { failure: { message: text(own(failure, 'message')) ?? 'no answer', ago, inARow: number(failure, 'inARow').inARow ?? 0, ...number(failure, 'retryIn') } }
}

/** Undefined also where looking at it throws. */
function own(told: unknown, name: string): unknown {
  try {
    return ownProperty(told, name)
  } catch {
    return undefined
  }
}

function number<Name extends string>(told: unknown, name: Name): { readonly [name in Name]?: number } {
  const value = own(told, name)
  return typeof value === 'number' && Number.isFinite(value) ? ({ [name]: value } as { [name in Name]: number }) : {} // as its name says
}

function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MOST_OF_A_LIST) : []
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
