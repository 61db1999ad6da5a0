/** Counts the timers of this process that wait, those too that do not keep it alive. */

const waiting = new Set<NodeJS.Timeout>()
const { setTimeout: set, clearTimeout: clear } = globalThis

/** What the library, and whatever else reads the global, sets from now on is counted. Gives the function that ends this. */
export function countTimers(): { readonly waiting: () => number; readonly end: () => void } {
  const counted = (work: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): NodeJS.Timeout => {
    const timer = set(() => {
      waiting.delete(timer)
      work(...args)
    }, ms)
    waiting.add(timer)
    return timer
  }
  const cleared = (timer: NodeJS.Timeout): void => {
    waiting.delete(timer)
    clear(timer)
  }
  Object.assign(globalThis, { setTimeout: counted, clearTimeout: cleared })
  return { waiting: () => waiting.size, end: () => void Object.assign(globalThis, { setTimeout: set, clearTimeout: clear }) }
}
