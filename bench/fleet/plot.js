/** Draws what happens to a fleet, as an SVG. */
import { parse, View } from 'vega'
import { compile } from 'vega-lite'
/** @import { World } from './assumptions.js' */
/** @import { FleetFigure } from './simulate.js' */

/** The size of the fleet whose timeline is drawn. */
const DRAWN = 100

const LEVEL = { field: 'level', type: 'nominal', title: null, scale: { domain: ['without', 'with'], range: ['#c2410c', '#1d4ed8'] }, legend: { title: 'second level' } }
const CALLS = { field: 'calls', type: 'quantitative', title: 'calls a minute' }
const TITLES = { introspection: 'Introspection', keys: 'Key sets' }

/** @param {readonly FleetFigure[]} figures @param {World} world @returns {Promise<string>} */
export async function plotOf(figures, world) {
  const rows = /** @type {const} */ (['introspection', 'keys']).map((kind) => ({ hconcat: [timeline(figures, world, kind), bySize(figures, kind)] }))
  const spec = /** @type {any} */ ({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    config: { font: 'sans-serif', axis: { gridColor: '#e5e7eb' } },
    vconcat: rows,
  })
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG()
}

/** @param {readonly FleetFigure[]} figures @param {World} world @param {'introspection' | 'keys'} kind */
function timeline(figures, { bucket, timeline: { deployment, rotation, outage: [from, to] } }, kind) {
  const values = figures
    .filter((one) => one.kind === kind && one.replicas === DRAWN)
    .flatMap(({ shared, timeline }) => timeline.map((calls, index) => ({ level: shared ? 'with' : 'without', minute: (index * bucket) / 60, calls })))
  const marks = [
    { minute: deployment / 60, text: 'deployment', row: 8 },
    ...(kind === 'keys' ? [{ minute: rotation / 60, text: 'rotation', row: 22 }] : []),
    { minute: from / 60, text: 'outage', row: 8 },
  ]
  return {
    title: `${TITLES[kind]}, ${DRAWN} replicas, over time`,
    width: 460,
    height: 220,
    layer: [
      { data: { values: [{ from: from / 60, to: to / 60 }] }, mark: { type: 'rect', color: '#e5e7eb' }, encoding: { x: minute('from'), x2: { field: 'to' } } },
      { data: { values: marks }, mark: { type: 'rule', strokeDash: [3, 3], color: '#6b7280' }, encoding: { x: minute('minute') } },
      {
        data: { values: marks },
        mark: { type: 'text', align: 'left', dx: 4, color: '#374151' },
        encoding: { x: minute('minute'), y: { field: 'row', type: 'quantitative', scale: null }, text: { field: 'text' } },
      },
      { data: { values }, mark: { type: 'line', interpolate: 'step-after' }, encoding: { x: minute('minute'), y: CALLS, color: LEVEL } },
    ],
  }
}

/** @param {readonly FleetFigure[]} figures @param {'introspection' | 'keys'} kind */
function bySize(figures, kind) {
  const phase = kind === 'keys' ? 'deployment' : 'ordinary'
  const values = figures
    .filter((one) => one.kind === kind)
    .map(({ replicas, shared, phases }) => ({ level: shared ? 'with' : 'without', replicas, calls: phases[phase] }))
  return {
    title: `${TITLES[kind]}, ${phase === 'deployment' ? 'first minute of a deployment' : 'an ordinary minute'}`,
    data: { values },
    width: 300,
    height: 220,
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'replicas', type: 'quantitative', scale: { type: 'log' }, axis: { values: [1, 3, 10, 30, 100, 300, 1000] } },
      y: { ...CALLS, scale: { type: 'symlog' }, axis: { values: [0, 1, 10, 100, 1000, 10_000, 100_000], format: ',d' } },
      color: LEVEL,
    },
  }
}

/** @param {string} field */
function minute(field) {
  return { field, type: 'quantitative', title: 'minute', scale: { nice: false } }
}
