/** Waits for what others do, however long that takes on this machine. */
import { setTimeout } from 'node:timers/promises'

/** Resolves once it holds, and no later. @throws Error with the condition, just before the time of a test is over */
export async function until(holds: () => unknown): Promise<void> {
  const patience = AbortSignal.timeout(100_000)
  while (!(await holds())) {
    if (patience.aborted) throw new Error(`waited in vain: ${holds}`)
    await setTimeout(5)
  }
}
