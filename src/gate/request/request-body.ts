/** This file reads the body of a request before the server behind reads it too. */
import { boundedText } from '../../lib/net/bounded-text.js'
import type { Awaitable } from '../../lib/awaitable.js'

/** `parsed` by somebody in front of the gate, and what the server behind will use; or the text that it will find. */
export type RequestBody =
  | { readonly parsed: unknown }
  | { readonly text: string }
  | { readonly problem: 'too large' | 'unreadable' }

/**
 * Reads a body of so many bytes at most, and leaves it there to be read. One that is too large is refused, and need not be
 * there any more; with `'kept'` it passes all the same, and has to.
 */
export type ReadBody = (maxBytes: number, rest?: 'kept') => Awaitable<RequestBody>

/** The body of a `Request`, by way of a copy. */
export function bodyOf(request: Request): ReadBody {
  return async (maxBytes) => {
    if (request.bodyUsed) return { problem: 'unreadable' }
    try {
      return { text: await boundedText(request.clone().body, maxBytes) }
    } catch (error) {
      // Otherwise it broke off, or it is no UTF-8.
      return { problem: error instanceof RangeError ? 'too large' : 'unreadable' }
    }
  }
}
