/** This file ends an event stream of a `Response` together with the token that opened it. */
import type { AuthContext } from '../context.js'

type Life = NonNullable<AuthContext['life']>

/** Server-sent events, as MCP's transports send them, and lines of JSON. */
export function isEventStream(contentType: string): boolean {
  return /^\s*(text\/event-stream|application\/(x-)?(ndjson|jsonl|json-seq))\s*(;|$)/i.test(contentType)
}

/**
 * The same response, whose stream ends when the token is no longer valid. What is no stream of events is given back as it
 * is, unless its handler follows the token by itself: `authSignal()` serves until such a body has ended, and no longer.
 */
export function endingWithToken(response: Response, { life }: AuthContext, request: Request): Response {
  // With 101 the connection goes on as something else, and has no body here.
  if (life === undefined || response.status === 101) return response
  const isFollowed = life.hasBegun || isEventStream(response.headers.get('content-type') ?? '')
  // Nobody reads the body of an answer to a HEAD, and nobody cancels it.
  const body = isFollowed && request.method !== 'HEAD' ? response.body : null
  if (body === null) {
    life.close()
    return response
  }
  const { status, statusText, headers } = response
  return new Response(untilNoLongerValid(body, life), { status, statusText, headers })
}

function untilNoLongerValid(body: NonNullable<Response['body']>, life: Life): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  reader.closed.then(() => life.close(), () => life.close())
  let isFollowed = false
  let isOver = false
  const end = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    if (isOver) return
    isOver = true
    controller.close()
    reader.cancel().catch(() => undefined) // the handler's own affair
  }
  const follow = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    isFollowed = true
    life.follow({ end: () => end(controller) })
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (!isFollowed) follow(controller)
        if (isOver) return
        // No race with the signal, which lives as long as the stream: each would leave a part behind with it. Whoever ends
        // the stream cancels the reader, and that ends the wait.
        const { done, value } = await reader.read()
        if (isOver) return
        if (done) end(controller)
        else controller.enqueue(value)
      },
      cancel(reason) {
        isOver = true
        life.close()
        return reader.cancel(reason).catch(() => undefined)
      },
    },
    // Nothing is asked for before somebody reads: the answer to a HEAD never is, and nothing of it is followed.
    { highWaterMark: 0 },
  )
}
