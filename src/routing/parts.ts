/** This file parts the members of a chain by the headers that their tokens come in: each is shown what comes in its own. */
import type { Member } from './member.js'

export interface Part {
  /** In small letters; undefined for `Authorization`. */
  readonly header: string | undefined
  /** True where a proxy puts the tokens there. */
  readonly byProxy: boolean
  readonly members: readonly Member[]
}

/** `Authorization` first, then the headers of clients, then those of proxies: the first credential of a request says who calls. */
export function partsOf(members: readonly Member[]): readonly [Part, ...Part[]] {
  const headers = [...new Set(members.map(({ provider }) => provider.tokenHeader))]
  const parts = headers.map((header): Part => {
    const own = members.filter(({ provider }) => provider.tokenHeader === header)
    return { header, byProxy: header !== undefined && own.every(({ provider }) => provider.byProxy === true), members: own }
  })
  const [first = { header: undefined, byProxy: false, members }, ...others] = parts.sort((one, other) => rank(one) - rank(other))
  return [first, ...others]
}

function rank({ header, byProxy }: Part): number {
  if (header === undefined) return 0
  return byProxy ? 2 : 1
}
