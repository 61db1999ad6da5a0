/** Draws how each provider is doing, and says in one sentence how all of them are. */
import { el } from './dom.js'
import { span, visible } from './values.js'
import type { KeyHealth, MemoryHealth, ProviderHealth, UpstreamHealth } from '../../health.js'

/** All that is not well, in a sentence each; none where all is. */
export function troubles(health: ProviderHealth): readonly string[] {
  const keys = (health.keys ?? []).flatMap((one) => keyTrouble(one) ?? [])
  const { breaker = 'closed' } = health.upstream ?? {}
  const behind = breaker === 'closed' ? [] : [`${health.name}: the authorization server does not answer`]
  const log = health.revocations?.caughtUp === false ? [`${health.name}: revocations of other processes may be unknown`] : []
  return [...keys, ...behind, ...log, ...(health.members ?? []).flatMap(troubles)]
}

function keyTrouble({ issuer, state, failure }: KeyHealth): string | undefined {
  if ((failure?.inARow ?? 0) === 0) return undefined
  return state === 'none' || state === 'ended' ? `${issuer} is away, and there are no keys: its tokens are answered 503` : `${issuer} is away: the keys of before serve`
}

type Fact = readonly [what: string, value: string]

/** A card for each provider; those of a chain stand in it. */
export function healthCard(health: ProviderHealth): HTMLElement {
  const { name, kind, members = [], keys = [], upstream, memory, revocations, tokens } = health
  const state = troubles(health).length === 0 ? 'good' : 'bad'
  const facts: readonly Fact[] = [
    ...(upstream === undefined ? [] : upstreamFacts(upstream)),
    ...(tokens === undefined ? [] : [['tokens on the list', String(tokens)] as const]),
    ...(memory === undefined ? [] : memoryFacts(memory)),
    ...(revocations === undefined || revocations.held === 0 ? [] : [['revocations', `${revocations.held}${revocations.caughtUp ? '' : ', not all known'}`] as const]),
  ]
  return el(
    'article',
      { class: `card ${state}` },
    el('h3', {}, visible(name), ' ', kind === name ? undefined : el('small', {}, visible(kind))),
    ...keys.map(keyPart),
    facts.length > 0 && factList(facts),
    members.length > 0 && el('div', { class: 'members' }, ...members.map(healthCard)),
  )
}

function factList(facts: readonly Fact[]): HTMLElement {
  return el('dl', { class: 'pairs' }, ...facts.flatMap(([what, value]) => [el('dt', {}, what), el('dd', {}, visible(value))]))
}

function memoryFacts({ accepted, rejected, bytes, hits, misses }: MemoryHealth): readonly Fact[] {
  const asked = hits + misses
  return [
    ['remembered', `${accepted} yes, ${rejected} no; ${Math.ceil(bytes / 1000)} kB`],
    ['found in memory', asked === 0 ? 'nothing asked yet' : `${hits} of ${asked} (${Math.round((100 * hits) / asked)} %)`],
  ]
}

const STATES = {
  fresh: 'good',
  due: 'good, and being read anew',
  stale: 'past their time: they serve while the issuer is away',
  ended: 'too old to serve',
  none: 'not read yet',
} as const satisfies Record<KeyHealth['state'], string>

function keyPart({ issuer, keys, state, age, refreshIn, rotatedAgo, failure }: KeyHealth): HTMLElement {
  const rows: readonly Fact[] = [
    ['keys', `${keys}, ${STATES[state]}`],
    ...(age === undefined ? [] : [['fetched', `${span(age)} ago`] as const]),
    ...(refreshIn === undefined ? [] : [['read anew', refreshIn === 0 ? 'now' : `in ${span(refreshIn)}`] as const]),
    ...(rotatedAgo === undefined ? [] : [['rotated', `${span(rotatedAgo)} ago`] as const]),
    ...(failure === undefined ? [] : [['last failure', failureText(failure)] as const]),
  ]
  return el('div', { class: 'issuer' }, el('p', {}, visible(issuer)), factList(rows))
}

function failureText({ message, ago, inARow, retryIn }: NonNullable<KeyHealth['failure']>): string {
  const row = inARow === 0 ? 'over' : `${inARow} in a row${retryIn === undefined ? '' : `, next attempt in ${span(retryIn)}`}`
  return `${message}, ${span(ago)} ago (${row})`
}

const BREAKERS = { closed: 'closed: calls are made', open: 'open: nobody asks', 'half-open': 'half-open: the next call finds out' } as const satisfies Record<UpstreamHealth['breaker'], string>

function upstreamFacts({ breaker, openFor, inFlight, failure }: UpstreamHealth): readonly Fact[] {
  return [
    ['breaker', `${BREAKERS[breaker]}${openFor === undefined ? '' : `, for ${span(openFor)}`}`],
    ['calls under way', String(inFlight)],
    ...(failure === undefined ? [] : [['last failure', failureText(failure)] as const]),
  ]
}
