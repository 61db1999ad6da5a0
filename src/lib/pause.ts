/** Does something later, without keeping the process alive for it. */

/** Calls `then` after so many seconds. Gives the function that calls it off. Tests hand in their own. */
export type Pause = (seconds: number, then: () => void) => () => void

/** By the runtime's own timers. */
export const pause: Pause = (seconds, then) => {
  const timer = setTimeout(then, seconds * 1000)
  // Where a timer is a number, as in browsers and on Deno, it has no unref.
  timer.unref?.()
  return () => clearTimeout(timer)
}
