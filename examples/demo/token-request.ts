/** Gets an access token the short way: one call to a token endpoint that is known (RFC 6749 section 4.4). */
import type { IdentityProvider } from './identity-provider.js'

/** A new token, good for one server only: the one whose URL is `resource`. */
export async function requestToken({ issuer, client }: IdentityProvider, resource: string): Promise<string> {
  const { clientId, clientSecret, scope } = client
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource }),
  })
  if (!response.ok) throw new Error(`the identity provider answered ${response.status}: ${await response.text()}`)
  const { access_token } = (await response.json()) as { access_token: string } // RFC 6749 section 5.1
  return access_token
}
