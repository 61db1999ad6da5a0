/** Authenticates at the introspection endpoint with an access token of this server's own (RFC 7662 section 2.1). */
import { AuthUnavailableError } from '../../errors.js'
import { errorWord } from '../../lib/net/error-word.js'
import { isBearerToken } from '../../lib/bearer-token.js'
import { checkOptions } from '../../lib/options.js'
import { webUrl } from '../../lib/net/web-url.js'
import { wayToAsk } from './asking.js'
import { named } from './client-auth.js'
import { checkedClientAuth, ClientAuth } from '../way.js'
import { checkedDpop } from './own-proof.js'
import { OwnToken } from './own-token.js'
import { checkedParameters } from '../../lib/net/extra-parameters.js'
import type { OptionNames } from '../../lib/options.js'
import type { Apply } from '../way.js'
import type { DpopKeyPair } from './own-proof.js'
import type { GrantRequest } from './own-token.js'

/** Where the token for the endpoint comes from: yourself, or the client credentials grant. */
export type TokenSource = (() => string | Promise<string>) | ClientCredentials

/** What `clientCredentials` takes. */
export interface ClientCredentialsOptions {
  /** How this server authenticates at the token endpoint. */
  clientAuth: ClientAuth
  /** Default: as discovery says. Must be https, or loopback. */
  tokenEndpoint?: string | undefined
  scope?: string | undefined
  /** Further parameters, such as `resource` or `audience`. */
  parameters?: Readonly<Record<string, string>> | undefined
  /**
   * Has the token bound to a key, and proves with each question that this server holds it (RFC 9449): a token that was caught
   * is good for nobody. `true`: a key of this process's own, for ES256. A token that is granted unbound is not used. Default: false.
   */
  dpop?: boolean | DpopKeyPair | undefined
}

const NAMES = { clientAuth: true, tokenEndpoint: true, scope: true, parameters: true, dpop: true } as const satisfies OptionNames<ClientCredentialsOptions>

/** A token for the endpoint from the client credentials grant (RFC 6749 section 4.4). Made by `clientCredentials`. */
export class ClientCredentials {
  readonly #request: GrantRequest

  constructor(request: GrantRequest) {
    this.#request = request
  }

  static requestOf(source: ClientCredentials): GrantRequest {
    return source.#request
  }
}

/** Gets a token by the client credentials grant, keeps it, and renews it ahead of its end. */
export function clientCredentials(options: ClientCredentialsOptions): ClientCredentials {
  checkOptions('clientCredentials', options, NAMES)
  const clientAuth = checkedClientAuth('clientAuth', options.clientAuth)
  if (clientAuth.clientId === undefined) throw new TypeError('"clientAuth" of clientCredentials must name a client')
  const { tokenEndpoint, scope, parameters = {} } = options
  if (tokenEndpoint !== undefined) webUrl('tokenEndpoint', tokenEndpoint, { insecure: 'never' })
  const sent = checkedParameters(parameters, OUR_PARAMETERS, 'clientAuth and scope')
  if (scope !== undefined) sent.set('scope', named('scope', scope))
  return new ClientCredentials({ clientAuth, tokenEndpoint, parameters: sent, proof: checkedDpop(options.dpop) })
}

/** What we send ourselves. */
const OUR_PARAMETERS = ['grant_type', 'scope', 'client_id', 'client_secret', 'client_assertion', 'client_assertion_type']

/**
 * Sends a token of this server's own with each question. A function of yours is asked each time and may remember;
 * `clientCredentials` remembers by itself.
 *
 * @throws TypeError for what gives no token.
 */
export function bearerClientAuth(source: TokenSource): ClientAuth {
  if (source instanceof ClientCredentials) {
    const request = ClientCredentials.requestOf(source)
    const own = new OwnToken(request)
    const needs = { ...ClientAuth.needs(request.clientAuth), discovery: request.tokenEndpoint === undefined }
    const { proof } = request
    const more = { needs, refused: () => own.forget(), ...(proof && { proving: proof.proving.bind(proof) }) }
    return wayToAsk('bearer', undefined, (tools) => sending(proof === undefined ? 'Bearer' : 'DPoP', () => own.token(tools)), more)
  }
  if (typeof source !== 'function') throw new TypeError('bearer takes a function that gives a token, or clientCredentials({ … })')
  return wayToAsk('bearer', undefined, () => sending('Bearer', () => ask(source)))
}

function sending(scheme: 'Bearer' | 'DPoP', token: () => Promise<string>): Apply {
  return async (_server, _client, _body, headers) => headers.set('Authorization', `${scheme} ${await token()}`)
}

async function ask(source: () => string | Promise<string>): Promise<string> {
  let token: unknown
  try {
    token = await source()
  } catch (error) {
    // Without the cause, which may hold the request that failed, secrets and all.
    throw new AuthUnavailableError(`the token for the introspection endpoint could not be had${errorWord(error)}`)
  }
  if (isBearerToken(token)) return token
  throw new AuthUnavailableError('the token for the introspection endpoint is no bearer token')
}
