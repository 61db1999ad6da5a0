/** Measures what this process takes while nothing happens, second by second, and tells the seconds apart in which garbage was collected. */
import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'

/**
 * Parts of a core, of all threads. One garbage collection is one to seven per cent of ten seconds, and comes to one process
 * and not to another: it is left out of `idle`, with the second before it, in which its marking may have begun, and is part of `all`.
 *
 * @param {number} seconds
 * @returns {Promise<{ idle: number, all: number }>}
 */
export async function idleFor(seconds) {
  let collections = 0
  const observer = new PerformanceObserver((list) => void (collections += list.getEntries().length))
  observer.observe({ entryTypes: ['gc'] })
  /** @type {Window[]} */
  const windows = []
  for (let left = seconds; left > 0; left -= 1) {
    const [span, from, seen] = [Math.min(1, left), cpu(), collections]
    await wait(span * 1000)
    const taken = cpu() - from
    await turn() // the observer is told a turn later
    windows.push({ seconds: span, cpu: taken, collected: collections !== seen })
  }
  observer.disconnect()
  return { idle: partOf(withoutCollections(windows)), all: partOf(windows) }
}

/** @typedef {{ seconds: number, cpu: number, collected: boolean }} Window */

/** All of them where nothing else is left. @param {readonly Window[]} windows */
function withoutCollections(windows) {
  const quiet = windows.filter(({ collected }, index) => !collected && !(windows[index + 1]?.collected ?? false))
  return quiet.length === 0 ? windows : quiet
}

/** @param {readonly Window[]} windows */
function partOf(windows) {
  const sum = (/** @type {(one: Window) => number} */ of) => windows.reduce((all, one) => all + of(one), 0)
  return sum((one) => one.cpu) / sum((one) => one.seconds)
}

/** Seconds of all threads. */
function cpu() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
