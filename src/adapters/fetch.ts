/** This file is the gate for servers that speak `Request` and `Response`: Workers, Deno, Bun, Next.js, SvelteKit. */
import { runWithAuth } from '../context.js'
import { besideOthers, NONE_SET, readableAcrossOrigins } from '../http/cors.js'
import { endingWithToken } from '../http/event-stream.js'
import { gateOf } from '../gate/gate.js'
import { thrownAnswer } from '../http/thrown-answer.js'
import { messageBeneath, webRequest } from '../http/web-request.js'
import { wrongServer } from '../http/wrong-server.js'
import { atOnce } from '../lib/at-once.js'
import { asPromise, isPending } from '../lib/awaitable.js'
import { onDemand } from '../lib/loaded.js'
import type { Answer } from '../answer.js'
import type { Gate } from '../gate/gate.js'
import type { GateOptions } from '../gate/gate-options.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { BearerAuthProvider } from '../provider.js'

/**
 * `export default { fetch: bearerAuth(provider, { resource })(handler) }`. Guards whatever comes to the handler; paths in
 * `protect` are those that the handler sees. What `requireAuth()` throws in the handler is answered with 401 or 403; errors that are not
 * this library's are left to the runtime.
 */
export function bearerAuth(provider: BearerAuthProvider | Gate, options?: GateOptions) {
  const decide = atOnce(gateOf(provider, options))
  return <R extends Request, Rest extends unknown[]>(handler: (request: R, ...rest: Rest) => Response | Promise<Response>) => {
    if (typeof handler !== 'function') throw new TypeError(NO_HANDLER)
    return async function guarded(request: R, ...rest: Rest): Promise<Response> {
      if (typeof request.headers?.get !== 'function') throw wrongServer('fetch')
      const beneath = beneathOf(request, rest[0])
      const node = isPending(beneath) ? await beneath : beneath
      const decided = decide(node === undefined ? webRequest(request) : node.requestOf(request, rest[0]))
      const decision = isPending(decided) ? await asPromise(decided) : decided
      if (!decision.pass) return toResponse(decision.answer)
      try {
        const endsBeneath = node?.endBeneath(rest[0], decision.context) === true
        const response = withHeaders(await runWithAuth(decision.context, () => handler(request, ...rest)), decision.headers)
        return endsBeneath ? response : endingWithToken(response, decision.context, request)
      } catch (error) {
        decision.context.life?.close()
        const answer = thrownAnswer(error)
        if (answer === undefined) throw error
        return toResponse(answer)
      }
    }
  }
}

function beneathOf(request: Request, environment: unknown): Awaitable<typeof import('../http/request-beneath.js') | undefined> {
  const { incoming } = (environment ?? {}) as { readonly incoming?: unknown }
  if (typeof incoming !== 'object' && messageBeneath(request, environment) === undefined) return undefined
  return ofNode()
}

/** Most requests here come from no server of Node: what reads its messages is loaded by the first that lies beneath one. */
const ofNode = onDemand(() => import('../http/request-beneath.js'))

const NO_HANDLER =
  'bearerAuth of bearer-auth-providers/fetch wraps a handler: bearerAuth(auth)((request) => new Response()); ' +
  'for Express import bearer-auth-providers/express'

/** As a copy: the headers of some responses cannot be changed. Left as it is where it answers no request, such as an upgrade. */
function withHeaders(response: Response, headers: Readonly<Record<string, string>> | undefined): Response {
  if (headers === undefined || response.status < 200) return response
  const { body, status, statusText } = response
  const all = new Headers(response.headers)
  for (const [name, value] of Object.entries(besideOthers(headers, { getHeader: (one) => all.get(one) }))) all.set(name, value)
  return new Response(body, { status, statusText, headers: all })
}

function toResponse(answer: Answer): Response {
  const { status, body } = answer
  // A 204 must not have a body, not even an empty one.
  return new Response(body === '' ? null : body, { status, headers: readableAcrossOrigins(answer, NONE_SET) })
}
