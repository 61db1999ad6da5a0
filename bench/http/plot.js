/** Draws what each server and its guard take, as an SVG. */
import { parse, View } from 'vega'
import { compile } from 'vega-lite'
import { NOT_SEEN, REMEMBERED } from './workloads.js'
/** @import { Figure } from './figures.js' */
/** @import { Platform } from './servers/index.js' */

const COLOURS = { domain: ['bare', 'ours', 'peer'], range: ['#9ca3af', '#1d4ed8', '#c2410c'] }

/** @param {readonly Figure[]} figures @param {readonly Platform[]} platforms @returns {Promise<string>} */
export async function plotOf(figures, platforms) {
  const spec = /** @type {any} */ ({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    config: { font: 'sans-serif', axis: { gridColor: '#e5e7eb', labelLimit: 320 } },
    vconcat: platforms.map((platform) => ({ hconcat: [REMEMBERED, NOT_SEEN].map(({ name, title }) => bars(figures, platform, { name, title })) })),
  })
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG()
}

/** @param {readonly Figure[]} figures @param {Platform} platform @param {{ name: string, title: string }} workload */
function bars(figures, platform, { name, title }) {
  const values = platform.candidates.flatMap(({ name: candidate, role }) =>
    figures
      .filter((one) => one.platform === platform.name && one.workload === name && one.candidate === candidate)
      .map(({ microseconds }) => ({ candidate, role, microseconds })),
  )
  return {
    title: `${platform.name}, ${title}`,
    data: { values },
    width: 300,
    height: { step: 20 },
    mark: 'bar',
    encoding: {
      y: { field: 'candidate', type: 'nominal', title: null, sort: null },
      x: { field: 'microseconds', type: 'quantitative', title: 'µs of CPU per request' },
      color: { field: 'role', type: 'nominal', title: null, scale: COLOURS },
    },
  }
}
