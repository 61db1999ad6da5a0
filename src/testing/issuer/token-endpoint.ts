/**
 * The token endpoint (RFC 6749 sections 4 to 6): codes with PKCE, refresh tokens that are used once, and client credentials. A
 * proof binds what it gives (RFC 9449 section 5).
 */
import { sha256 } from '../../lib/digest.js'
import { isResource, scopesIn } from './authorization.js'
import { INVALID_CLIENT, json, oauthError } from './responses.js'
import type { Authorization, Grant } from './authorization.js'
import type { ProofCheck } from '../dpop/proof-check.js'
import type { Clients } from './clients.js'
import type { TestClient } from './issuer-options.js'

export interface TokenEndpointOptions {
  readonly clients: Clients
  readonly authorization: Authorization
  readonly granted: (asked: readonly string[]) => readonly string[]
  readonly expiresIn: number
  readonly proofs: ProofCheck
  /** Makes an access token. */
  readonly accessToken: (grant: Grant) => Promise<string>
  /** Makes an ID token for the client (OIDC Core section 2). */
  readonly idToken: (grant: Grant, nonce: string | undefined) => Promise<string>
}

/** What a refresh token stands for. */
interface Refreshable extends Grant {
  /** True for a client without a secret. */
  readonly isPublic: boolean
}

export class TokenEndpoint {
  readonly #options: TokenEndpointOptions
  readonly #refreshTokens = new Map<string, Refreshable>()

  constructor(options: TokenEndpointOptions) {
    this.#options = options
  }

  async answer(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text())
    const client = this.#options.clients.authenticated(request, form)
    if (client === undefined) return INVALID_CLIENT()
    if (!form.getAll('resource').every(isResource)) return oauthError('invalid_target', 'a resource is an absolute URI without a fragment')
    const jkt = await this.#options.proofs.jkt(request)
    if (jkt === null) return oauthError('invalid_dpop_proof', 'the DPoP proof is not one for this request, or was used before')
    if (form.get('grant_type') === 'authorization_code') return this.#byCode(client, form, jkt)
    if (form.get('grant_type') === 'refresh_token') return this.#byRefreshToken(client, form, jkt)
    if (form.get('grant_type') === 'client_credentials') return this.#byCredentials(client, form, jkt)
    return oauthError('unsupported_grant_type', 'authorization_code, refresh_token and client_credentials are supported')
  }

  /** Takes a refresh token back. */
  revoke(token: string): void {
    this.#refreshTokens.delete(token)
  }

  /** Takes back those of a subject, or of one of its sessions. */
  revokeAll({ sub, sid }: { readonly sub?: string | undefined; readonly sid?: string | undefined }): void {
    for (const [token, grant] of this.#refreshTokens) {
      if ((sub === undefined || grant.sub === sub) && (sid === undefined || grant.sid === sid)) this.#refreshTokens.delete(token)
    }
  }

  async #byCode({ clientId, clientSecret }: TestClient, form: URLSearchParams, jkt: string | undefined): Promise<Response> {
    const code = this.#options.authorization.redeem(form.get('code'))
    if (code === undefined || code.clientId !== clientId) return oauthError('invalid_grant', 'the code is unknown, used, expired, or of another client')
    if (form.get('redirect_uri') !== code.redirectUri) return oauthError('invalid_grant', 'redirect_uri is not the one of the authorization request')
    // RFC 7636 section 4.6.
    if (sha256(form.get('code_verifier') ?? '') !== code.codeChallenge) return oauthError('invalid_grant', 'code_verifier does not fit the code_challenge')
    // RFC 9449 section 10: the key was named when the code was asked for.
    if (code.jkt !== undefined && code.jkt !== jkt) return oauthError('invalid_grant', 'the code is for whoever holds the key of dpop_jkt')
    return this.#give({ ...code, jkt, isPublic: clientSecret === undefined }, form, code.nonce)
  }

  async #byRefreshToken({ clientId }: TestClient, form: URLSearchParams, jkt: string | undefined): Promise<Response> {
    const token = form.get('refresh_token') ?? ''
    const grant = this.#refreshTokens.get(token)
    if (grant === undefined || grant.clientId !== clientId) return oauthError('invalid_grant', 'the refresh token is unknown, used, or of another client')
    const asked = form.has('scope') ? scopesIn(form) : grant.scopes
    if (!asked.every((scope) => grant.scopes.includes(scope))) return oauthError('invalid_scope', 'more than what was granted')
    // RFC 9449 section 5: of a public client the refresh token is bound too, and of another one its credentials are enough.
    if (grant.isPublic && grant.jkt !== jkt && grant.jkt !== undefined) return oauthError('invalid_grant', 'the refresh token is for whoever holds its key')
    this.#refreshTokens.delete(token)
    return this.#give({ ...grant, scopes: asked, jkt }, form)
  }

  async #byCredentials({ clientId, clientSecret }: TestClient, form: URLSearchParams, jkt: string | undefined): Promise<Response> {
    if (clientSecret === undefined) return oauthError('unauthorized_client', 'a public client has no credentials')
    const scopes = this.#options.granted(scopesIn(form)).filter((scope) => scope !== 'openid' && scope !== 'offline_access')
    // RFC 9068 section 2.2: without a resource owner, the subject is the client.
    const grant = { clientId, sub: clientId, sid: '', scopes, resources: form.getAll('resource'), jkt }
    return json(await this.#accessToken(grant))
  }

  /** With a refresh token, as every client of MCP wants one. */
  async #give(grant: Refreshable, form: URLSearchParams, nonce?: string): Promise<Response> {
    const asked = form.getAll('resource')
    if (asked.some((one) => grant.resources.length > 0 && !grant.resources.includes(one))) return oauthError('invalid_target', 'a resource that was not granted')
    const refreshToken = globalThis.crypto.randomUUID()
    this.#refreshTokens.set(refreshToken, grant)
    const idToken = grant.scopes.includes('openid') && { id_token: await this.#options.idToken(grant, nonce) }
    return json({ ...(await this.#accessToken(asked.length > 0 ? { ...grant, resources: asked } : grant)), refresh_token: refreshToken, ...idToken })
  }

  async #accessToken(grant: Grant): Promise<object> {
    const { accessToken, expiresIn } = this.#options
    const type = grant.jkt === undefined ? 'Bearer' : 'DPoP'
    return { access_token: await accessToken(grant), token_type: type, expires_in: expiresIn, ...(grant.scopes.length > 0 && { scope: grant.scopes.join(' ') }) }
  }
}
