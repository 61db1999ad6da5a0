/** This file is the gate for Hono. */
import { runWithAuth } from '../context.js'
import { authInfoOf } from '../http/auth-info.js'
import { besideOthers, readableAcrossOrigins, readableWhenThrown } from '../http/cors.js'
import { endingWithToken } from '../http/event-stream.js'
import { gateOf } from '../gate/gate.js'
import { endBeneath, requestOf } from '../http/request-beneath.js'
import { thrownAnswer } from '../http/thrown-answer.js'
import { wrongServer } from '../http/wrong-server.js'
import { atOnce } from '../lib/at-once.js'
import { asPromise, isPending } from '../lib/awaitable.js'
import type { HeadersSet } from '../http/cors.js'
import type { Gate } from '../gate/gate.js'
import type { GateOptions } from '../gate/gate-options.js'
import type { BearerAuthProvider } from '../provider.js'

/** What we need of Hono's context, so that nothing of it is imported. */
interface HonoContext {
  readonly req: { readonly path: string; readonly raw: Request; readonly routePath: string }
  readonly env: unknown
  res: Response
  readonly error: Error | undefined
  header(name: string, value: string): void
  set(key: string, value: unknown): void
}

/**
 * `app.use(bearerAuth(provider, { resource }))` guards whatever comes after it; on a route or a path, whatever comes there.
 * Handlers find the caller through `getAccessToken()` and `requireAuth()`; MCP transports find
 * `c.get('auth')`.
 */
export function bearerAuth(provider: BearerAuthProvider | Gate, options?: GateOptions) {
  const decide = atOnce(gateOf(provider, options))
  return async function bearerAuth(c: HonoContext, next: () => Promise<void>): Promise<Response | undefined> {
    if (c.req?.raw === undefined) throw wrongServer('hono')
    const { raw, path, routePath } = c.req
    const alreadySet = new HeadersOf(c)
    const mounted = routePath !== '*' && routePath !== '/*'
    const decided = decide(requestOf(raw, c.env, { routedPaths: [path], mounted }))
    const decision = isPending(decided) ? await asPromise(decided) : decided
    if (!decision.pass) {
      const { status, body } = decision.answer
      const all = readableAcrossOrigins(decision.answer, alreadySet)
      overrule(c, all)
      return new Response(body === '' ? null : body, { status, headers: all })
    }
    const auth = authInfoOf(decision.context)
    if (auth !== undefined) c.set('auth', auth)
    const endsBeneath = endBeneath(c.env, decision.context)
    try {
      await runWithAuth(readableWhenThrown(decision.context, alreadySet), next)
    } catch (error) {
      decision.context.life?.close()
      throw error // Hono hands on what is no Error
    }
    const ending = endsBeneath ? undefined : endingWithToken(c.res, decision.context, raw)
    if (ending !== undefined && ending !== c.res) c.res = ending
    if (decision.headers !== undefined) overrule(c, besideOthers(decision.headers, alreadySet))
    const thrown = thrownAnswer(c.error)
    if (thrown !== undefined && thrown.status === c.res.status) overrule(c, thrown.headers)
    alreadySet.forget()
    return undefined
  }
}

/** Those of the answer as it is now, until it is handed over. */
class HeadersOf implements HeadersSet {
  #c: HonoContext | undefined

  constructor(c: HonoContext) {
    this.#c = c
  }

  getHeader(name: string): unknown {
    return this.#c?.res.headers.get(name)
  }

  /** Code that goes on behind a stream keeps what it was run with: Hono's context, with all that is in it, is not to be kept so. */
  forget(): void {
    this.#c = undefined
  }
}

// Hono lets headers that were set before win over those of a later Response.
function overrule(c: HonoContext, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) if (name !== 'Content-Type') c.header(name, value)
}
