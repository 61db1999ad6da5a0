/** What the demo needs of `oidc-provider`, which brings no types of its own. */
declare module 'oidc-provider/lib/provider.js' {
  import type { RequestListener } from 'node:http'

  export class Provider {
    constructor(issuer: string, configuration: object)
    callback(): RequestListener
  }
}
