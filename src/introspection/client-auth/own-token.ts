/** This server's own access token, by the client credentials grant: kept, and renewed ahead of its end. */
import { AuthUnavailableError, isUnavailable } from '../../errors.js'
import { isBearerToken } from '../../lib/bearer-token.js'
import { SingleFlight } from '../../lib/single-flight.js'
import { NoAnswerError } from '../../upstream/no-answer.js'
import { ClientAuth } from '../way.js'
import { isAboutUs } from '../../upstream/openid-fetch.js'
import type { TokenEndpointResponse } from 'openid-client'
import type { OpenidClient } from '../../upstream/openid-fetch.js'
import type { AuthTools } from '../way.js'
import type { OwnProof } from './own-proof.js'

export interface GrantRequest {
  readonly clientAuth: ClientAuth
  /** Default: as discovery says. */
  readonly tokenEndpoint: string | undefined
  readonly parameters: URLSearchParams
  /** The key that the token is bound to. */
  readonly proof: OwnProof | undefined
}

/** Seconds that a token is used whose server does not say how long it is good. */
const UNKNOWN_LIFETIME = 60
/** Part of its life after which a token is renewed, while it still serves. */
const RENEW_AT = 0.8
/** Seconds between two attempts to renew one that still serves. */
const RENEW_EVERY = 1

interface Kept {
  readonly token: string
  readonly renewAt: number
  readonly endsAt: number
}

export class OwnToken {
  readonly #request: GrantRequest
  /** By token endpoint: what one server gave is never sent to another. */
  readonly #kept = new Map<string, Kept>()
  readonly #granting = new SingleFlight<string>()

  constructor(request: GrantRequest) {
    this.#request = request
  }

  /** @throws AuthUnavailableError when there is no token to be had. */
  async token(tools: AuthTools): Promise<string> {
    const { clientAuth, tokenEndpoint } = this.#request
    const { token_endpoint: usual, mtls_endpoint_aliases: aliases } = tools.server
    // RFC 8705 section 5: where a certificate is asked for.
    const endpoint = tokenEndpoint ?? (ClientAuth.needs(clientAuth).certificate === true ? aliases?.token_endpoint : undefined) ?? usual
    if (endpoint === undefined) throw new AuthUnavailableError('there is no token endpoint; set "tokenEndpoint" of clientCredentials')
    const kept = this.#kept.get(endpoint)
    const now = tools.now()
    if (kept === undefined || now >= kept.endsAt) return this.#granting.run(() => this.#grant(endpoint, tools), endpoint)
    if (now >= kept.renewAt) this.#renew(endpoint, kept, tools)
    return kept.token
  }

  /** The server did not take it: the next question brings a new one. */
  forget(): void {
    this.#kept.clear()
  }

  /** In the background: the one at hand still serves, so nobody waits and a failure can be tried again. */
  #renew(endpoint: string, kept: Kept, tools: AuthTools): void {
    this.#kept.set(endpoint, { ...kept, renewAt: tools.now() + RENEW_EVERY })
    this.#granting.run(() => this.#grant(endpoint, tools), endpoint).catch(() => undefined)
  }

  async #grant(endpoint: string, tools: AuthTools): Promise<string> {
    const { clientAuth, parameters, proof } = this.#request
    const { openid, server, now } = tools
    const { host } = new URL(endpoint)
    const { access_token: token, token_type: type, expires_in: seconds = UNKNOWN_LIFETIME } = await ask(openid, host, async () => {
      const apply = ClientAuth.applied(clientAuth, tools)
      const metadata = { ...server, token_endpoint: endpoint }
      const configuration = new openid.Configuration(metadata, clientAuth.clientId ?? '', undefined, apply)
      openid.allowInsecureRequests(configuration) // the URL was looked at before
      configuration[openid.customFetch] = tools.fetch
      return openid.clientCredentialsGrant(configuration, parameters, proof && { DPoP: await proof.handle(openid, server) })
    })
    const [wanted, name] = proof === undefined ? ['bearer', 'bearer token'] : ['dpop', 'token that is bound to our key']
    // RFC 6749 section 7.1: a token of a kind that we do not know must not be used.
    if (type.toLowerCase() !== wanted || !isBearerToken(token)) throw new AuthUnavailableError(`${host} granted no ${name}`)
    this.#kept.set(endpoint, { token, renewAt: now() + seconds * RENEW_AT, endsAt: now() + seconds })
    return token
  }
}

async function ask(openid: OpenidClient, host: string, grant: () => Promise<TokenEndpointResponse>): Promise<TokenEndpointResponse> {
  try {
    return await grant()
  } catch (error) {
    const { cause } = error as Error // whatever it is, a member of it that is absent is undefined
    if (isUnavailable(cause)) throw cause
    // Without the cause where it is not ours: it holds the answer.
    if (isAboutUs(openid, error)) throw new NoAnswerError('credentials', `${host} does not take our credentials`)
    throw new AuthUnavailableError(`${host} granted no token for the introspection endpoint`)
  }
}
