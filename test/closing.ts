/** Closes what a test has opened when the test is over, whatever came of it: the last opened first. */
import { onTestFinished } from 'vitest'

/** Gives the resource back. For use within a test or `beforeEach`; `beforeAll` returns what ends its own instead. */
export function closing<T extends { close?(): unknown }>(resource: T): T {
  onTestFinished(async () => {
    await resource.close?.()
  })
  return resource
}
