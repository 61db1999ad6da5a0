/** Answers the requests that reach a test issuer: by a fault, or by the endpoint that they are for. */
import { ProofCheck } from '../dpop/proof-check.js'
import { Authorization } from './authorization.js'
import { Clients } from './clients.js'
import { metadataOf } from './metadata.js'
import { page } from './responses.js'
import { routeOf } from './routes.js'
import { TokenEndpoint } from './token-endpoint.js'
import { TokenStatus } from './token-status.js'
import { present } from './token-claims.js'
import type { Algorithm } from '../../jwt/signature/algorithms.js'
import type { Answer } from '../http/answering.js'
import type { Grant } from './authorization.js'
import type { Facts } from './facts.js'
import type { IssuerEndpoint, Faults } from './faults.js'
import type { IssuedTokens } from './issued-tokens.js'
import type { Settings } from './issuer-options.js'
import type { Route } from './routes.js'
import type { SigningKeys } from './signing-keys.js'
import type { MintOptions } from './token-claims.js'
import type { Members } from '../vendors/vendor-shape.js'

/** A request that was made, and how it was answered; no answer is 0. */
export interface IssuerCall {
  /** Undefined for a path that the issuer does not have. */
  readonly endpoint: IssuerEndpoint | undefined
  readonly method: string
  readonly url: string
  readonly status: number
}

export interface EndpointsOptions {
  readonly settings: Settings
  readonly faults: Faults
  readonly tokens: IssuedTokens
  readonly keys: SigningKeys
  readonly alg: Algorithm
  readonly sub: string
  readonly now: () => number
  readonly facts: () => Facts
  readonly accessToken: (about: MintOptions) => Promise<string>
  readonly idToken: (claims: Members) => Promise<string>
}

export class Endpoints {
  readonly clients: Clients
  readonly tokenEndpoint: TokenEndpoint
  readonly #options: EndpointsOptions
  readonly #authorization: Authorization
  readonly #status: TokenStatus

  constructor(options: EndpointsOptions) {
    const { settings, sub, now, tokens, facts } = options
    const granted = (asked: readonly string[]): readonly string[] => grantedScopes(asked, settings.scopes)
    this.#options = options
    this.clients = new Clients(settings.clients)
    this.#authorization = new Authorization({ clients: this.clients, consent: settings.consent, sub, now, granted, issuer: () => facts().issuer })
    this.tokenEndpoint = new TokenEndpoint({
      clients: this.clients,
      authorization: this.#authorization,
      granted,
      expiresIn: settings.expiresIn,
      proofs: new ProofCheck(now),
      accessToken: (grant) => options.accessToken(mintedBy(grant)),
      idToken: (grant, nonce) => options.idToken(this.#idTokenClaims(grant, nonce)),
    })
    this.#status = new TokenStatus({ clients: this.clients, tokens, tokenEndpoint: this.tokenEndpoint, now })
  }

  /** `anyOrigin`: by the path alone. */
  async answer(request: Request, anyOrigin: boolean): Promise<{ readonly answer: Answer; readonly call: IssuerCall }> {
    const url = new URL(request.url)
    const route = routeOf(url, this.#options.facts(), anyOrigin)
    const fault = route && (await this.#options.faults.answerAt(route.endpoint))
    const answer = fault ?? withCors(request.method === 'OPTIONS' ? new Response(null, { status: 204 }) : await this.#at(route, request, url))
    return { answer, call: { endpoint: route?.endpoint, method: request.method, url: request.url, status: typeof answer === 'string' ? 0 : answer.status } }
  }

  async #at(route: Route | undefined, request: Request, url: URL): Promise<Response> {
    if (route === undefined) return page('<h1>There is nothing here</h1>', 404)
    const { endpoint, rest } = route
    const [id = '', answer = ''] = rest
    const methods = METHODS[rest.length > 0 ? 'answer' : endpoint] ?? METHODS.other
    if (!methods.includes(request.method)) return new Response(null, { status: 405, headers: { Allow: methods.join(', ') } })
    switch (endpoint) {
      case 'discovery':
        return this.#metadata()
      case 'jwks':
        return this.#jwks(id)
      case 'authorization':
        return rest.length > 0 ? this.#authorization.answer(id, answer) : this.#authorization.ask(url)
      case 'token':
        return this.tokenEndpoint.answer(request)
      case 'registration':
        return this.clients.register(request)
      case 'introspection':
        return this.#status.introspect(request)
      case 'revocation':
        return this.#status.revoke(request)
      case 'userinfo':
        return this.#status.userinfo(request)
    }
  }

  #metadata(): Response {
    const { facts, alg, settings, faults } = this.#options
    return Response.json(metadataOf(facts(), { alg, scopes: settings.scopes ?? [], issuer: faults.issuer }))
  }

  /** RFC 7517 section 5; of a load balancer one key, as PEM. */
  async #jwks(kid: string): Promise<Response> {
    const { keys, alg, faults, facts } = this.#options
    await keys.current(alg)
    const published = await keys.published({ duplicate: faults.duplicatesKid })
    if (facts().shape.format !== 'alb') return Response.json({ keys: published.map(({ publicJwk }) => publicJwk) })
    const pem = published.find((key) => key.kid === kid)?.pem
    return pem === undefined ? page('<h1>No such key</h1>', 404) : new Response(pem)
  }

  /** OIDC Core section 2. */
  #idTokenClaims({ sub, sid, clientId }: Grant, nonce: string | undefined): Members {
    const { now, settings, facts } = this.#options
    return present({ iss: facts().issuer, sub, aud: clientId, iat: now(), exp: now() + settings.expiresIn, auth_time: now(), sid, nonce })
  }
}

const METHODS: Readonly<Record<string, readonly string[]>> & { readonly other: readonly string[] } = {
  discovery: ['GET', 'HEAD'],
  jwks: ['GET', 'HEAD'],
  authorization: ['GET'],
  userinfo: ['GET', 'POST'],
  answer: ['GET', 'POST'],
  other: ['POST'],
}

function mintedBy({ clientId, sub, sid, scopes, resources, jkt, signIn }: Grant): MintOptions {
  const claims = { ...(sid !== '' && { sid }), ...(jkt !== undefined && { cnf: { jkt } }), ...signIn }
  return { clientId, sub, scopes, claims, ...(resources.length > 0 && { audience: resources }) }
}

/** RFC 6749 section 3.3: a client may get less than it asks for, and what the server thinks fit where it asks for nothing. */
function grantedScopes(asked: readonly string[], supported: readonly string[] | undefined): readonly string[] {
  if (supported === undefined) return asked
  return asked.length === 0 ? supported : asked.filter((scope) => ['openid', 'offline_access', ...supported].includes(scope))
}

// Clients may be pages of other origins; there are no cookies that they could use.
function withCors(response: Response): Response {
  const { headers } = response
  headers.set('Access-Control-Allow-Origin', '*')
  headers.set('Access-Control-Allow-Headers', 'Authorization, Content-Type, DPoP, MCP-Protocol-Version')
  headers.set('Access-Control-Allow-Methods', 'GET, POST')
  return response
}
