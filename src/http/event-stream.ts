/** Ends an event stream of a `Response` together with the token that opened it. */
import type { AuthContext } from '../context.js'

/** Server-sent events, as MCP's transports send them. */
export function isEventStream(contentType: string): boolean {
  return /^text\/event-stream\b/i.test(contentType)
}

/** The same response, whose stream ends when the token does. What is no event stream is given back as it is. */
export function endingWithToken(response: Response, { life }: AuthContext): Response {
  // The headers first: to look at anything else makes a real response of the light one that Hono's adapter for Node sends at once.
  if (life === undefined || !isEventStream(response.headers.get('content-type') ?? '')) return response
  const { body, status, statusText, headers } = response
  if (body === null) return response
  return new Response(untilAborted(body, life), { status, statusText, headers })
}

function untilAborted(body: NonNullable<Response['body']>, life: NonNullable<AuthContext['life']>): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  const { signal } = life
  let stop = (): void => undefined
  const over = new Promise<'over'>((resolve) => (stop = () => resolve('over')))
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const leave = (reason?: unknown): void => {
    life.close()
    reader.cancel(reason).catch(() => undefined) // the handler's own affair
  }
  reader.closed.catch(() => life.close()) // it broke off
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      // The first that is there counts, and of a stream that never waits the next part always is.
      const part = await Promise.race([over, reader.read()])
      if (part !== 'over' && !part.done) return controller.enqueue(part.value)
      controller.close()
      leave()
    },
    cancel: leave,
  })
}
