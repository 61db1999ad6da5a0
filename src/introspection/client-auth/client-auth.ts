/** How this server proves who it is when it asks about a token (RFC 6749 section 2.3, RFC 7523, RFC 8705). */
import { checkOptions } from '../../lib/options.js'
import { wayToAsk } from './asking.js'
import type { ModifyAssertionOptions } from 'openid-client'
import type { Algorithm } from '../../jwt/signature/algorithms.js'
import type { OpenidClient } from '../../upstream/openid-fetch.js'
import type { Apply, ClientAuth } from '../way.js'

export type { ClientAuth }

/** Sends identifier and secret in the `Authorization` header, form-encoded as RFC 6749 section 2.3.1 says. */
export function clientSecretBasic(clientId: string, clientSecret: string): ClientAuth {
  const [id, secret] = credentials(clientId, clientSecret)
  const header = basic(id, secret)
  return wayToAsk('client_secret_basic', id, () => sending(header), { header })
}

/** Sends identifier and secret in the body. For servers that do not know the header. */
export function clientSecretPost(clientId: string, clientSecret: string): ClientAuth {
  const [id, secret] = credentials(clientId, clientSecret)
  return wayToAsk('client_secret_post', id, ({ openid }) => openid.ClientSecretPost(secret))
}

/** Signs a short-lived assertion with the secret (HS256): the secret itself never travels. */
export function clientSecretJwt(clientId: string, clientSecret: string, options: { audience?: string | undefined } = {}): ClientAuth {
  checkOptions('clientSecretJwt', options, ['audience'])
  const [id, secret] = credentials(clientId, clientSecret)
  const { audience } = options
  const more = { needs: { issuer: audience === undefined } }
  return wayToAsk('client_secret_jwt', id, ({ openid }) => openid.ClientSecretJwt(secret, addressed(openid, { alg: 'HS256', audience })), more)
}

/** Sends the secret in the way that the issuer's discovery document names: in the header, else the body, else as an assertion. */
export function clientSecret(clientId: string, clientSecret: string): ClientAuth {
  const [id, secret] = credentials(clientId, clientSecret)
  return wayToAsk('client_secret', id, ({ openid, server }) => {
    const supported = server.introspection_endpoint_auth_methods_supported ?? server.token_endpoint_auth_methods_supported
    const takes = (method: string): boolean => Array.isArray(supported) && supported.includes(method)
    if (supported === undefined || takes('client_secret_basic')) return sending(basic(id, secret))
    if (takes('client_secret_post')) return openid.ClientSecretPost(secret)
    return takes('client_secret_jwt') ? openid.ClientSecretJwt(secret) : sending(basic(id, secret))
  })
}

/**
 * Names the client, and leaves the proof to the certificate of the connection (RFC 8705): hand in a `fetch` that brings
 * it, such as undici's with a dispatcher.
 */
export function tlsClientAuth(clientId: string): ClientAuth {
  return wayToAsk('tls_client_auth', named('clientId', clientId), ({ openid }) => openid.TlsClientAuth(), { needs: { certificate: true } })
}

/** Names the client and proves nothing, for servers that let public clients ask. Anybody can then ask as well. */
export function noClientAuth(clientId: string): ClientAuth {
  return wayToAsk('none', named('clientId', clientId), ({ openid }) => openid.None())
}

// openid-client encodes hyphens and dots as well, which RFC 6749 appendix B leaves alone: servers that do not decode
// (Glewlwyd) then refuse most secrets there are.
function basic(id: string, secret: string): string {
  const encoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)
  return `Basic ${btoa(`${encoded(id)}:${encoded(secret)}`)}`
}

function sending(header: string): Apply {
  return (_server, _client, _body, headers) => headers.set('Authorization', header)
}

function credentials(clientId: unknown, clientSecret: unknown): [string, string] {
  return [named('clientId', clientId), named('clientSecret', clientSecret)]
}

/** A text that is not empty. @throws TypeError */
export function named(name: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw new TypeError(`"${name}" must be a text that is not empty; is the environment variable set?`)
}

/** Has the assertion name this algorithm, to the letter (openid-client writes Ed25519 for EdDSA), and this addressee. */
export function addressed(openid: OpenidClient, { alg, audience }: { alg: Algorithm | 'HS256'; audience: string | undefined }): ModifyAssertionOptions {
  return {
    [openid.modifyAssertion](header, payload) {
      header.alg = alg
      if (audience !== undefined) payload.aud = audience
    },
  }
}
