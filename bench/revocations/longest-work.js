/** Finds the longest piece of work that a process did without letting anything else have its turn, by the CPU time of its main thread. */
import { readFileSync } from 'node:fs'

/**
 * On a machine that others use too, a hold of the event loop is mostly time in which somebody else ran; this is what was done.
 * What garbage collection takes of the main thread is in it. On Linux only: elsewhere it is not a number.
 */
export class LongestWork {
  #longest = Number.NaN
  /** @type {NodeJS.Timeout | undefined} */
  #timer

  /** Milliseconds, since `begin`. */
  get longest() {
    return this.#longest
  }

  begin() {
    clearInterval(this.#timer)
    let before = ownCpu()
    this.#longest = before - before
    this.#timer = setInterval(() => {
      const now = ownCpu()
      this.#longest = Math.max(this.#longest, now - before)
      before = now
    }, 1)
  }
}

/** Milliseconds of the main thread. */
function ownCpu() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  } catch {
    return Number.NaN
  }
}
