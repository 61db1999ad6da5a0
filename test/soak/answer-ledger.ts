/** Counts answers by what was asked, and keeps the wrong ones. */
import { isByKnownKey, isGood, isKeptWaiting, judge } from './oracle.js'
import type { Answer, Asked, Bounds, Specimen } from './oracle.js'

/** As the summary names them. */
export const GROUPS = [
  'good, key known',
  'good, key not known',
  'key removed',
  'key not yet published',
  'expired',
  'bad signature',
  'unknown key',
  'other audience',
  'garbage',
] as const

export type Group = (typeof GROUPS)[number]

/** Wrong answers of one kind that are kept in words. */
const KEPT = 10

export class AnswerLedger {
  readonly #bounds: Bounds
  readonly counts = new Map(GROUPS.map((group) => [group, { yes: 0, no: 0, silence: 0, bug: 0 }]))
  readonly wrong: { readonly answer: Answer; readonly words: string }[] = []
  /** R3: answers that waited for the issuer though they need not. */
  readonly keptWaiting: string[] = []
  /** Real milliseconds of the longest call, by group. */
  readonly longest = new Map<Group, number>(GROUPS.map((group) => [group, 0]))

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  /** `problem`: what is wrong with the answer, where that is known already. */
  note(answer: Answer, specimen: Specimen, asked: Asked, took: number, problem: string | undefined): void {
    const group = groupOf(specimen, asked, this.#bounds)
    const counts = this.counts.get(group)
    if (counts !== undefined) counts[answer] += 1
    this.longest.set(group, Math.max(took, this.longest.get(group) ?? 0))
    if (isKeptWaiting(asked)) this.keptWaiting.push(`${asked.turns} turns (${times(specimen, asked)})`)
    const wrong = problem ?? judge(answer, specimen, asked, this.#bounds)
    if (wrong === undefined) return
    const alike = this.wrong.filter((one) => one.answer === answer).length
    if (alike < KEPT) this.wrong.push({ answer, words: `${group}: ${answer}: ${wrong} (${times(specimen, asked)})` })
  }

  total(group: Group): number {
    return Object.values(this.counts.get(group) ?? {}).reduce((sum, count) => sum + count, 0)
  }

  /** The part of good tokens that was answered yes; of those by known keys, or of all. */
  availability(groups: readonly Group[]): number {
    const yes = groups.reduce((sum, group) => sum + (this.counts.get(group)?.yes ?? 0), 0)
    return yes / groups.reduce((sum, group) => sum + this.total(group), 0)
  }
}

function groupOf(specimen: Specimen, asked: Asked, bounds: Bounds): Group {
  const { flaw, key, exp } = specimen
  if (flaw !== undefined) return flaw
  if (isGood(specimen, asked)) return isByKnownKey(specimen, asked, bounds) ? 'good, key known' : 'good, key not known'
  if (exp <= asked.until) return 'expired'
  return key.removedAt <= asked.until ? 'key removed' : 'key not yet published'
}

function times({ key, exp, shown }: Specimen, { from, until, held, calmSince }: Asked): string {
  const at = (instant: number): string => (instant - from).toFixed(1)
  const sets = held.map(({ fetchedAt, kids }) => `${at(fetchedAt)} with${kids.has(key.kid) ? '' : 'out'} it`)
  return `seconds: until ${at(until)}, exp ${at(exp)}, published ${at(key.publishedAt)}, removed ${at(key.removedAt)}, \
calm ${at(calmSince)}, sets ${sets.join(', ')}${shown ? ', shown before' : ''}${key.shownEarly ? ', named early' : ''}`
}
