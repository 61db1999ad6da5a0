/** What the demo and the tests need of `oidc-provider`, which brings no types of its own. */
declare module 'oidc-provider/lib/provider.js' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

  export class Provider {
    constructor(issuer: string, configuration: object)
    callback(): RequestListener
    /** Middleware of Koa, in front of everything. */
    use(middleware: (context: Context, next: () => Promise<void>) => Promise<void>): void
    /** @throws for a browser that was not sent here. */
    interactionDetails(req: IncomingMessage, res: ServerResponse): Promise<Interaction>
    /** Returns where the browser has to go next. */
    interactionResult(req: IncomingMessage, res: ServerResponse, result: object): Promise<string>
    readonly Client: { find(id: string): Promise<{ readonly clientName?: string } | undefined> }
    readonly Grant: {
      new (owner: { readonly accountId: string; readonly clientId: string }): Grant
      find(id: string): Promise<Grant | undefined>
    }
  }

  export interface Context {
    readonly req: IncomingMessage
    readonly res: ServerResponse
    readonly method: string
    readonly path: string
    querystring: string
    body: string
    status: number
    set(headers: Readonly<Record<string, string>>): void
    redirect(url: string): void
  }

  /** A request of a client that a person has to answer. */
  export interface Interaction {
    readonly params: {
      readonly client_id: string
      readonly redirect_uri: string
      readonly scope?: string
      readonly resource?: string | string[]
      readonly acr_values?: string
    }
    /** What the person is asked for. */
    readonly prompt: { readonly name: 'login' | 'consent' }
    /** What this person allowed this client before. */
    readonly grantId?: string
  }

  export interface Grant {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }
}

declare module 'oidc-provider/lib/adapters/memory_adapter.js' {
  export default class MemoryAdapter {}
  export function createMemoryAdapter(): object
}

declare module 'oidc-provider/lib/helpers/errors.js' {
  export class InvalidClientMetadata extends Error {}
}

declare module 'oidc-provider/lib/helpers/interaction_policy/index.js' {
  /** Asks the person where the function gives true. */
  export class Check {
    constructor(reason: string, description: string, check: (context: never) => boolean)
  }
  export function base(): { get(prompt: 'login' | 'consent'): { readonly checks: { add(check: Check): void } } }
}
