/** Counts the timers of this process that wait, those too that do not keep it alive. Import it before what sets them. */

/** @type {Set<NodeJS.Timeout>} */
const waiting = new Set()
const { setTimeout: set, clearTimeout: clear } = globalThis

Object.assign(globalThis, {
  /** @param {(...args: any[]) => void} work @param {number} [ms] @param {any[]} args */
  setTimeout(work, ms, ...args) {
    const timer = set(() => {
      waiting.delete(timer)
      work(...args)
    }, ms)
    waiting.add(timer)
    return timer
  },
  /** @param {NodeJS.Timeout} timer */
  clearTimeout(timer) {
    waiting.delete(timer)
    clear(timer)
  },
})

export function timersWaiting() {
  return waiting.size
}
