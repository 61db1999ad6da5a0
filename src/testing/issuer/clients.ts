/** The clients of a test issuer: those that it knows, and those that register themselves (RFC 7591). */
import { isSameText } from '../../lib/digest.js'
import { json, oauthError } from './responses.js'
import type { TestClient } from './issuer-options.js'

export class Clients {
  readonly #clients: Map<string, TestClient>

  constructor(clients: readonly TestClient[]) {
    this.#clients = new Map(clients.map((client) => [client.clientId, client]))
  }

  find(clientId: string | null | undefined): TestClient | undefined {
    return this.#clients.get(clientId ?? '')
  }

  /** Who sends this: by `client_secret_basic`, `client_secret_post`, or by name alone where the client is a public one. */
  authenticated(request: Request, form: URLSearchParams): TestClient | undefined {
    const { clientId, clientSecret } = basicOf(request) ?? { clientId: form.get('client_id'), clientSecret: form.get('client_secret') ?? undefined }
    const client = this.find(clientId)
    if (client?.clientSecret === undefined) return clientSecret === undefined ? client : undefined
    return isSameText(client.clientSecret, clientSecret ?? '') ? client : undefined
  }

  /** RFC 7591 section 3. */
  async register(request: Request): Promise<Response> {
    const metadata: unknown = await request.json().catch(() => null)
    if (typeof metadata !== 'object' || metadata === null) return oauthError('invalid_client_metadata', 'the metadata must be a JSON object')
    const given = metadata as Readonly<Record<string, unknown>> // looked at one by one
    const { redirect_uris = [], grant_types = ['authorization_code'], token_endpoint_auth_method = 'client_secret_basic', backchannel_logout_uri } = given
    if (!isListOfTexts(grant_types) || !METHODS.includes(String(token_endpoint_auth_method))) return oauthError('invalid_client_metadata', 'grant_types or token_endpoint_auth_method is not supported')
    const mustRedirect = grant_types.includes('authorization_code')
    if (!isListOfTexts(redirect_uris) || !redirect_uris.every(isRedirectUri) || (mustRedirect && redirect_uris.length === 0)) {
      return oauthError('invalid_redirect_uri', 'redirect_uris must be absolute, without a fragment, and not plain http but to this machine')
    }
    const clientId = globalThis.crypto.randomUUID()
    const clientSecret = token_endpoint_auth_method === 'none' ? undefined : globalThis.crypto.randomUUID()
    this.#clients.set(clientId, {
      clientId,
      clientSecret,
      redirectUris: redirect_uris,
      backchannelLogoutUri: typeof backchannel_logout_uri === 'string' ? backchannel_logout_uri : undefined,
    })
    const secret = clientSecret !== undefined && { client_secret: clientSecret, client_secret_expires_at: 0 }
    return json({ ...given, client_id: clientId, ...secret, redirect_uris, grant_types, response_types: ['code'], token_endpoint_auth_method }, 201)
  }
}

/** Ways to authenticate at the token endpoint, by the names of RFC 7591. */
export const METHODS = ['client_secret_basic', 'client_secret_post', 'none']

/** To the letter, but for the port of a loopback address (RFC 8252 section 7.3). */
export function mayRedirectTo(client: TestClient, uri: string | null): uri is string {
  return uri !== null && (client.redirectUris ?? []).some((one) => one === uri || (isLoopback(uri) && withoutPort(one) === withoutPort(uri)))
}

/** RFC 6749 section 2.3.1: both are form-encoded first. */
function basicOf({ headers }: Request): { clientId: string; clientSecret: string } | undefined {
  const [, encoded] = /^basic +([\w+/=-]+)$/i.exec(headers.get('authorization') ?? '') ?? []
  if (encoded === undefined) return undefined
  const [clientId = '', clientSecret = ''] = atob(encoded).split(':', 2).map((part) => new URLSearchParams(`v=${part}`).get('v') ?? '')
  return { clientId, clientSecret }
}

function isRedirectUri(uri: string): boolean {
  if (!URL.canParse(uri) || uri.includes('#')) return false
  const { protocol } = new URL(uri)
  // Schemes of apps have a dot in them (RFC 8252 section 7.1), or are the words that editors use; none that a browser would run.
  return protocol === 'https:' || (protocol === 'http:' ? isLoopback(uri) : !['javascript:', 'data:', 'vbscript:', 'file:', 'blob:'].includes(protocol))
}

function isLoopback(uri: string): boolean {
  return URL.canParse(uri) && ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(uri).hostname)
}

function withoutPort(uri: string): string {
  const url = new URL(uri)
  url.port = ''
  return url.href
}

function isListOfTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
