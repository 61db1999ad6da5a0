/** Gets an access token the short way: one call to a token endpoint that is known (RFC 6749 section 4.4). */
import type { Client, IdentityProvider } from './identity-provider.js'

/** A new token, good for one server only: the one whose URL is `resource`. */
export async function requestToken({ issuer, client: usual }: IdentityProvider, resource: string, client: Client = usual): Promise<string> {
  const { clientId, clientSecret, scope } = client
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource }),
  })
  if (!response.ok) throw new Error(`the authorization server answered ${response.status}: ${await response.text()}`)
  const { access_token } = (await response.json()) as { access_token: string } // RFC 6749 section 5.1
  return access_token
}

/** Takes a token back at the authorization server (RFC 7009): those who remember it find out when they ask again. */
export async function revokeToken({ issuer }: IdentityProvider, token: string, { clientId, clientSecret }: Client): Promise<void> {
  const response = await fetch(`${issuer}/token/revocation`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ token }),
  })
  if (!response.ok) throw new Error(`the authorization server answered ${response.status}: ${await response.text()}`)
}
