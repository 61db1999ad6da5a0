/** Draws what is known of one token: the verdict, its road, each step, claims, scopes, and what the client is answered. */
import { el } from './dom.js'
import { differing, instant, valueOf, visible } from './values.js'
import type { ReportedStep, RoadStop, TokenReport } from '../../inspect/token-report.js'

/** One sentence, and the hint that mends it: read out by a screen reader. */
export function verdictParts({ verdict, steps, client }: TokenReport): readonly Node[] {
  const failed = steps.find(({ passed, reason }) => !passed && reason !== undefined) ?? steps.find(({ passed }) => !passed)
  const words = { accepted: 'Accepted', rejected: 'Refused', unavailable: 'Nobody knows' }[verdict]
  const why = verdict === 'accepted' ? butOf(client) : failed && `: ${[failed.reason?.replaceAll('_', ' '), `at “${failed.check}”`].filter(Boolean).join(' ')}`
  const hint = verdict === 'accepted' ? undefined : failed?.hint
  return [
    el('p', { class: `verdict ${verdict}` }, el('strong', {}, words), why !== undefined && visible(why)),
    ...(hint === undefined ? [] : [el('p', { class: 'hint' }, visible(hint))]),
    ...(failed?.expected === undefined ? [] : [comparison(failed.expected, failed.actual)]),
  ]
}

/** The token is good, and the gate wants more. */
function butOf({ passed, status }: TokenReport['client']): string | undefined {
  return passed ? undefined : `: but the gate answers ${status}`
}

export function reportParts(report: TokenReport): readonly Node[] {
  return [
    titled('The road it took', road(report)),
    titled('What was looked at', steps(report.steps)),
    titled('What the client is answered', client(report)),
    titled('Scopes', scopes(report)),
    ...(report.binding === undefined ? [] : [titled('Bound to a key', valueOf(report.binding))]),
    ...(report.claims === undefined ? [] : [claims(report.claims)]),
    ...(report.header === undefined ? [] : [folded('Header', pairs(report.header))]),
  ]
}

function titled(title: string, ...parts: readonly Node[]): HTMLElement {
  return el('section', { class: 'part' }, el('h3', {}, title), ...parts)
}

function folded(title: string, ...parts: readonly Node[]): HTMLElement {
  return el('details', { class: 'part' }, el('summary', {}, el('h3', {}, title)), ...parts)
}

const SAYS = { mine: 'it is mine', maybe: 'it may be mine', foreign: 'it is not mine' } as const satisfies Record<RoadStop['says'], string>

function road({ road: stops, steps: all, client: { status, request, passed } }: TokenReport): HTMLElement {
  const drawn = stops.map((stop) => {
    const own = all.filter(({ provider }) => provider === stop.provider)
    const state = !stop.asked ? 'skipped' : own.every((step) => step.passed) ? 'good' : 'bad'
    const after = stop.asked ? (state === 'good' ? 'looked at it, and found nothing wrong' : 'looked at it, and refused it') : 'was not shown it'
    return el(
      'li',
      { class: state },
      el('strong', {}, visible(stop.provider)),
      stop.within === undefined ? undefined : ` in ${visible(stop.within)}`,
      ` says “${SAYS[stop.says]}” and ${after}`,
      stop.tokenHeader === undefined ? undefined : ` (its tokens come in ${visible(stop.tokenHeader)})`,
      stop.nearMiss === undefined ? undefined : el('p', { class: 'hint' }, visible(stop.nearMiss)),
    )
  })
  return el('ol', { class: 'road' }, ...drawn, el('li', { class: passed ? 'good end' : 'bad end' }, `${visible(request)} is answered `, el('strong', {}, String(status))))
}

function steps(all: readonly ReportedStep[]): HTMLElement {
  return el('ol', { class: 'steps' }, ...all.map(step))
}

function step({ check, passed, reason, expected, actual, clause, hint, provider }: ReportedStep): HTMLElement {
  const why = reason?.replaceAll('_', ' ')
  const [state, sign, word] =
    passed ? (why === undefined ? ['good', '✓', 'passed'] : ['unknown', '!', `only reported, and would refuse it: ${why}`])
    : why === undefined ? ['unknown', '?', 'nobody knows']
    : ['bad', '✗', why]
  const where = [provider, clause ?? ''].filter((text) => text !== '').map(visible).join(' · ')
  return el(
    'li',
    { class: state },
    el('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
    el(
      'div',
      {},
      el('p', {}, el('strong', {}, visible(check)), ` ${visible(word)} `, el('small', {}, where)),
      why !== undefined && (expected !== undefined || actual !== undefined) && comparison(expected, actual),
      hint !== undefined && el('p', { class: 'hint' }, visible(hint)),
    ),
  )
}

function comparison(expected: unknown, actual: unknown): HTMLElement {
  return el('dl', {}, el('dt', {}, 'expected'), el('dd', {}, valueOf(expected)), el('dt', {}, 'found'), el('dd', {}, differing(expected, actual)))
}

function client({ client: { status, headers, body, passed } }: TokenReport): HTMLElement {
  const lines = [`HTTP ${status}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), ...(body === '' ? [] : ['', body])]
  return el('div', {}, passed && el('p', {}, 'The gate lets it pass: the rest is your server’s.'), el('pre', { tabindex: '0', role: 'region', 'aria-label': 'The answer' }, visible(lines.join('\n'))))
}

function scopes({ scopes: granted, missing, verdict }: TokenReport): HTMLElement {
  if (granted.length === 0 && missing.length === 0) return el('p', {}, verdict === 'accepted' ? 'None.' : 'None: a token that is not accepted has none.')
  return el(
    'ul',
      { class: 'scopes' },
    ...granted.map(({ scope, from }) => el('li', {}, el('code', {}, visible(scope)), `: ${visible(from.join('; '))}`)),
    ...missing.map(({ scope, waysTo }) => el('li', { class: 'bad' }, el('code', {}, visible(scope)), ` is missing; ${visible(waysTo.length === 0 ? 'no rule would grant it' : `it takes ${waysTo.join(', or ')}`)}`)),
  )
}

function claims({ verified, values }: NonNullable<TokenReport['claims']>): HTMLElement {
  const note = verified ? undefined : el('p', { class: 'note' }, 'As they stand in the token: nobody vouches for them.')
  return folded('Claims', ...(note === undefined ? [] : [note]), pairs(values))
}

function pairs(values: Readonly<Record<string, unknown>>): HTMLElement {
  const rows = Object.entries(values).flatMap(([name, value]) => {
    const when = instant(name, value)
    return [el('dt', {}, visible(name)), el('dd', {}, valueOf(value), when === undefined ? undefined : el('small', {}, ` ${when}`))]
  })
  return el('dl', { class: 'pairs' }, ...rows)
}
