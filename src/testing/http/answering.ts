/** Hands the answers of a server for tests to a `fetch` and to msw. The server itself need not listen. */

/** An answer, or none: `'silence'` keeps the client waiting, `'cut'` breaks the connection. */
export type Answer = Response | 'silence' | 'cut'

export type Answering = (request: Request) => Promise<Answer>

/** What msw calls for each request. */
export type MswResolver = (info: { readonly request: Request }) => Promise<Response>

/** Answers in place of the network, and fails as the network does. */
export function asFetch(answering: Answering): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const answer = await unlessAborted(request, answering)
    if (answer === 'cut') throw new TypeError('fetch failed')
    return answer
  }
}

/** The same for a handler of msw. */
export function asResolver(answering: Answering): MswResolver {
  return async ({ request }) => {
    const answer = await unlessAborted(request, answering)
    return answer === 'cut' ? Response.error() : answer
  }
}

/** Silence, and a server that takes its time, end when the client gives up. */
async function unlessAborted(request: Request, answering: Answering): Promise<Exclude<Answer, 'silence'>> {
  const { signal } = request
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  const answer = await Promise.race([answering(request), aborted])
  return answer === 'silence' ? aborted : answer
}
