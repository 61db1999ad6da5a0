/** This file goes on with a request once it was decided: at once where nothing had to be waited for. */
import { whenThere } from '../lib/awaitable.js'
import type { Awaitable } from '../lib/awaitable.js'

/** Calls what `decided` gives. What fails before that is for `failed`; what fails in there is the server's affair. */
export function proceed(decided: () => Awaitable<() => void>, failed: (error: unknown) => void): void {
  let goOn: Awaitable<() => void>
  try {
    goOn = decided()
  } catch (error) {
    return failed(error)
  }
  whenThere(goOn, (call) => call(), failed)
}
