/** The endpoints that are asked about tokens: introspection (RFC 7662), revocation (RFC 7009) and userinfo (OIDC Core section 5.3). */
import { INVALID_CLIENT, json } from './responses.js'
import { inScope, present } from './token-claims.js'
import type { Clients } from './clients.js'
import type { IssuedTokens } from './issued-tokens.js'
import type { TokenEndpoint } from './token-endpoint.js'
import type { Members } from '../vendors/vendor-shape.js'

export interface TokenStatusOptions {
  readonly clients: Clients
  readonly tokens: IssuedTokens
  readonly tokenEndpoint: TokenEndpoint
  readonly now: () => number
}

export class TokenStatus {
  readonly #options: TokenStatusOptions

  constructor(options: TokenStatusOptions) {
    this.#options = options
  }

  /** For confidential clients only (RFC 7662 section 2.1). */
  async introspect(request: Request): Promise<Response> {
    const { clients, tokens, now } = this.#options
    const form = new URLSearchParams(await request.text())
    if (clients.authenticated(request, form)?.clientSecret === undefined) return INVALID_CLIENT()
    const claims = tokens.find(form.get('token') ?? '', now())
    if (claims === undefined) return json({ active: false })
    const { scope, scp } = claims
    const scopes = [scope ?? scp ?? []].flat().map(String)
    const { client_id = claims.azp ?? claims.cid } = claims
    return json(present({ ...claims, active: true, token_type: isBoundToKey(claims) ? 'DPoP' : 'Bearer', client_id, ...(scopes.length > 0 && inScope(scopes)) }))
  }

  /** Says yes to what it does not know, as RFC 7009 section 2.2 has it. */
  async revoke(request: Request): Promise<Response> {
    const { clients, tokens, tokenEndpoint } = this.#options
    const form = new URLSearchParams(await request.text())
    if (clients.authenticated(request, form) === undefined) return INVALID_CLIENT()
    tokens.revoke(form.get('token') ?? '')
    tokenEndpoint.revoke(form.get('token') ?? '')
    return new Response(null, { status: 200 })
  }

  /** Says who the token is about, and no more than that of what is registered for JWTs. */
  userinfo(request: Request): Response {
    const { tokens, now } = this.#options
    const [, token = ''] = /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
    const claims = tokens.find(token, now())
    // RFC 9449 section 7.2: a bound token as plain Bearer is a downgrade.
    if (claims === undefined || isBoundToKey(claims)) return json({ error: 'invalid_token' }, 401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' })
    const { iss, aud, exp, iat, nbf, jti, scope, scp, client_id, cnf, ...about } = claims
    return json(about)
  }
}

/** RFC 9449 section 6.2. */
function isBoundToKey({ cnf }: Members): boolean {
  return typeof cnf === 'object' && cnf !== null && 'jkt' in cnf
}
