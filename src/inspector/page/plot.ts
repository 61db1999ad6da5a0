/** Draws how often something came, as small bars over time. */
import { el, svg } from './dom.js'

/** A drawing with its words: for who cannot see it, and for who wants the number. `step`: seconds of one bar. */
export function plot(name: string, counts: readonly number[], step: number): HTMLElement {
  const most = Math.max(1, ...counts)
  const inAll = counts.reduce((sum, count) => sum + count, 0)
  const inTheLastMinute = counts.slice(-Math.ceil(60 / step)).reduce((sum, count) => sum + count, 0)
  const words = `${inAll} in ${Math.round((counts.length * step) / 60)} minutes, ${inTheLastMinute} in the last one`
  const bars = counts.map((count, index) => svg('rect', { x: index * BAR, y: HEIGHT - heightOf(count, most), width: BAR - 1, height: heightOf(count, most) }))
  const drawing = svg('svg', { viewBox: `0 0 ${counts.length * BAR} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true', class: 'plot' }, ...bars)
  return el('li', {}, el('span', { class: 'name' }, name), drawing, el('span', { class: 'count' }, words))
}

const BAR = 5
const HEIGHT = 28

/** What came once can be seen. */
function heightOf(count: number, most: number): number {
  return count === 0 ? 1 : Math.max(4, (count / most) * HEIGHT)
}
