/** The gate for Hono. */
import { runWithAuth } from '../context.js'
import { toAuthInfo } from '../gate/auth-info.js'
import { readableAcrossOrigins } from '../gate/cross-origin.js'
import { decide } from '../gate/decide.js'
import { gatePolicy } from '../gate/policy.js'
import type { GateOptions } from '../gate/policy.js'
import type { BearerAuthProvider } from '../provider.js'

/** What we need of Hono's context, so that nothing of it is imported. */
interface HonoContext {
  readonly req: { readonly method: string; readonly raw: Request; readonly routePath: string }
  readonly res: Response
  set(key: string, value: unknown): void
}

/**
 * `app.use(bearerAuth(provider, { resource }))` guards `/mcp` and the path of `resource`; on a route or a path of its
 * own it guards all of it. Handlers find the caller through `getAccessToken()` and `requireAuth()`; MCP transports find
 * `c.get('auth')`.
 */
export function bearerAuth(provider: BearerAuthProvider, options?: GateOptions) {
  const policy = gatePolicy(options)
  return async function bearerAuth(c: HonoContext, next: () => Promise<void>): Promise<Response | undefined> {
    const { raw, method, routePath } = c.req
    const authorization = raw.headers.get('Authorization')
    const decision = await decide(
      {
        method,
        path: new URL(raw.url).pathname,
        authorization: authorization === null ? [] : [authorization],
        mounted: routePath !== '*' && routePath !== '/*',
      },
      provider,
      policy,
    )
    if (!decision.pass) {
      const { status, headers, body } = decision.answer
      return new Response(body === '' ? null : body, { status, headers: readableAcrossOrigins(headers, (name) => c.res.headers.get(name)) })
    }
    if (decision.context.token !== null) c.set('auth', toAuthInfo(decision.context.token, policy.resource))
    await runWithAuth(decision.context, next)
    return undefined
  }
}
