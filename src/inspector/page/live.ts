/** Asks again and again how the server is doing, while somebody looks, and draws it. */
import { ask, el, find, say, show } from './dom.js'
import { healthCard, troubles } from './health.js'
import { plot } from './plot.js'
import { span, visible } from './values.js'
import type { Noted, Told } from '../history.js'
import type { Live } from '../live.js'

/** Milliseconds between two questions. */
const PACE = 2_000

export function watchLive(): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = async (): Promise<void> => {
    clearTimeout(timer)
    if (document.visibilityState === 'hidden') return
    draw(await ask('api/live'))
    timer = setTimeout(() => void look(), PACE)
  }
  // Nobody looks at a page in the background.
  document.addEventListener('visibilitychange', () => void look())
  void look()
}

function draw(answered: Awaited<ReturnType<typeof ask>>): void {
  const overall = find('overall', HTMLElement)
  if ('problem' in answered) {
    if (answered.status === 401) return location.reload() // the door is shut again
    overall?.setAttribute('class', 'overall bad')
    return say(overall, answered.problem)
  }
  const { at, watchedFor, health, told } = answered.value as Live // by the server that this page is of
  const wrong = troubles(health)
  overall?.setAttribute('class', `overall ${wrong.length === 0 ? 'good' : 'bad'}`)
  say(overall, wrong.length === 0 ? 'All providers are well.' : visible(wrong.join('. ')))
  say(find('updated', HTMLElement), `As of ${new Date(at * 1000).toLocaleTimeString()}, watched for ${span(watchedFor)}`)
  show(find('health', HTMLElement), healthCard(health))
  show(find('plots', HTMLElement), plots(told))
  show(find('refusals', HTMLElement), notes(told.refusals, 'Nothing was refused.'))
  show(find('news', HTMLElement), notes(told.news, 'Nothing happened.'))
}

const ORDER: readonly Told['series'][number]['of'][] = ['accepted', 'unavailable', 'rejected', 'denied', 'would_reject', 'would_deny']
const WORDS = {
  ...{ accepted: '', unavailable: '', rejected: 'refused: ', denied: 'denied by the gate: ' },
  ...{ would_reject: 'only reported, refused: ', would_deny: 'only reported, denied by the gate: ' },
} as const

function plots({ series, step }: Told): HTMLElement {
  if (series.length === 0) return el('p', { class: 'note' }, 'No token came yet.')
  const sorted = series.toSorted((one, other) => ORDER.indexOf(one.of) - ORDER.indexOf(other.of) || one.name.localeCompare(other.name))
  return el('ul', { class: 'plots' }, ...sorted.map(({ of, name, counts }) => plot(`${WORDS[of]}${visible(name.replaceAll('_', ' '))}`, counts, step)))
}

function notes(all: readonly Noted[], none: string): HTMLElement {
  if (all.length === 0) return el('p', { class: 'note' }, none)
  return el('ul', { class: 'notes' }, ...all.map(note))
}

function note({ what, provider, claim, hint, times, ago }: Noted): HTMLElement {
  const about = [provider, claim].filter((text) => text !== undefined).map((text) => visible(text ?? '')).join(', ')
  return el(
    'li',
      {},
    el('strong', {}, visible(what.replaceAll('_', ' '))),
    ` (${about})${times === 1 ? '' : ` ${times} times`}, ${span(ago)} ago`,
    hint !== undefined && el('p', { class: 'hint' }, visible(hint)),
  )
}
