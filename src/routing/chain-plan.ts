/** Who decides about which tokens, in a form to look at: as data, as text, as a picture. */
import { DoorOwners, doorsOf, isAskedByOthers } from './doors.js'
import type { Member } from './member.js'

export interface Route {
  /** `tokens`: a list of the very tokens. `others`: all that nobody owns. */
  readonly kind: 'issuer' | 'prefix' | 'tokens' | 'others'
  /** The issuer or the prefix; of `tokens` their number; of `others` nothing. */
  readonly value: string
  /** Who decides: one owner alone, or several that are asked. None: such tokens are refused. */
  readonly providers: readonly string[]
}

/** A chain's routing table. `String(plan)` is a table, `plan.toMermaid()` a picture for Markdown. */
export class ChainPlan {
  readonly routes: readonly Route[]
  /** How the providers of `others` are asked. */
  readonly ask: 'in order' | 'at once'

  constructor(members: readonly Member[], ask: ChainPlan['ask']) {
    const owners = new DoorOwners(members)
    this.routes = Object.freeze([...members.flatMap((member) => routesTo(member, owners)), routeOfOthers(members)])
    this.ask = ask
  }

  toString(): string {
    const lines = this.routes.map((route) => [nameOf(route), decidersOf(route, this.ask)] as const)
    const width = lines.reduce((widest, [name]) => Math.max(widest, name.length), 0)
    return lines.map(([name, deciders]) => `${name.padEnd(width)}  →  ${deciders}`).join('\n')
  }

  /** A flow chart in Mermaid's language, which GitHub draws in a block of the kind `mermaid`. */
  toMermaid(): string {
    const places = new Map([...new Set(this.routes.flatMap((route) => route.providers))].map((name, place) => [name, place]))
    const boxes = [...places].map(([name, place]) => `  p${place}[${quoted(name)}]`)
    const arrows = this.routes.flatMap((route, index) => [
      `  token --> r${index}(${quoted(nameOf(route))})`,
      ...(route.providers.length === 0 ? [`  r${index} --> refused`] : []),
      ...route.providers.map((name, place) => `  r${index} -->${route.providers.length > 1 && this.ask === 'in order' ? `|${place + 1}.|` : ''} p${places.get(name)}`),
    ])
    return ['flowchart LR', '  token([a token])', ...boxes, ...arrows].join('\n')
  }
}

function routesTo(member: Member, owners: DoorOwners): Route[] {
  const owned = doorsOf(member).filter((door) => owners.of(door) === member)
  const digests = owned.filter(({ kind }) => kind === 'digest')
  const routes = owned.flatMap(({ kind, value }): Route[] => (kind === 'digest' ? [] : [{ kind, value, providers: [member.name] }]))
  return digests.length === 0 ? routes : [...routes, { kind: 'tokens', value: String(digests.length), providers: [member.name] }]
}

function routeOfOthers(members: readonly Member[]): Route {
  return { kind: 'others', value: '', providers: members.filter(isAskedByOthers).map(({ name }) => name) }
}

function nameOf({ kind, value }: Route): string {
  if (kind === 'issuer') return `JWTs of ${value}`
  if (kind === 'prefix') return `tokens that begin with ${value}`
  return kind === 'tokens' ? `${value} listed ${value === '1' ? 'token' : 'tokens'}` : 'all others'
}

function decidersOf({ providers }: Route, ask: ChainPlan['ask']): string {
  if (providers.length === 0) return 'refused'
  return providers.length === 1 ? `${providers[0]}` : `${providers.join(', ')} (${ask})`
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '#quot;')}"`
}
