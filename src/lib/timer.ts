/** Does something later, without keeping the process alive for it. */

/** Calls `work` after so many seconds. Gives the function that cancels it. */
export type After = (seconds: number, work: () => void) => () => void

/** The runtime's timers. */
export const after: After = (seconds, work) => {
  const timer = setTimeout(work, seconds * 1000)
  // Runtimes other than Node and Bun give a number here.
  if (typeof timer === 'object') timer.unref?.()
  return () => clearTimeout(timer)
}

/**
 * As `after`, a turn of the event loop later: where this process stood still meanwhile, what has come for it is looked at
 * before anybody is called late.
 */
export const afterCatchingUp: After = (seconds, work) => {
  let callOff = after(seconds, () => void (callOff = after(0, work)))
  return () => callOff()
}

/** Lets everything else have its turn. For work in slices. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void (typeof setImmediate === 'function' ? setImmediate(resolve) : setTimeout(resolve, 0)))
}

/** What the promise gives, or a rejection with `tooLate()` when it has not settled after so many seconds. */
export function inTime<T>(seconds: number, later: After, work: () => Promise<T>, tooLate: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const callOff = later(seconds, () => reject(tooLate()))
    // Started inside a promise: what throws before the first await is a rejection like any other.
    void Promise.resolve().then(work).then(resolve, reject).finally(callOff)
  })
}
