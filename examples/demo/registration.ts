/** What a stranger may register as (RFC 7591): a public client whose answers go to a website or to the machine that it runs on. */
import { InvalidClientMetadata } from 'oidc-provider/lib/helpers/errors.js'

interface ClientMetadata {
  scope?: string
  readonly redirect_uris?: unknown
  readonly grant_types?: unknown
  readonly token_endpoint_auth_method?: string
  readonly sector_identifier_uri?: unknown
  /** Only clients that registered themselves have it. */
  readonly client_id_issued_at?: number
}

/** For `extraClientMetadata`, which is how the provider can be told. @throws InvalidClientMetadata */
export function checkRegistration(_context: unknown, _property: string, _value: unknown, client: ClientMetadata): void {
  if (client.client_id_issued_at === undefined) return
  if (client.token_endpoint_auth_method !== 'none') {
    throw new InvalidClientMetadata('token_endpoint_auth_method must be none')
  }
  if (![client.redirect_uris].flat().every(isSafeRedirect)) {
    throw new InvalidClientMetadata('redirect_uris must be https, or http on a loopback address')
  }
  if (![client.grant_types].flat().every((type) => type === 'authorization_code' || type === 'refresh_token')) {
    throw new InvalidClientMetadata('grant_types must be authorization_code and refresh_token: a person signs in')
  }
  // The provider would read it at once, wherever it is.
  if (client.sector_identifier_uri !== undefined) throw new InvalidClientMetadata('sector_identifier_uri is not taken')
  // Clients register the first scopes that they need. Kept, these would be the only ones that they can ever ask for.
  delete client.scope
}

// RFC 8252 section 7.3; OAuth 2.1 allows `localhost` too.
function isSafeRedirect(uri: unknown): boolean {
  if (typeof uri !== 'string' || !URL.canParse(uri)) return false
  const { protocol, hostname } = new URL(uri)
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname))
}
