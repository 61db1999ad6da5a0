/** Holds how we say who asks an introspection endpoint. */
import { bearerClientAuth, clientCredentials, clientSecretBasic, clientSecretJwt, noClientAuth, privateKeyJwt, tlsClientAuth } from '../../src/index.js'
import type { ClientAuth, DpopKeyPair } from '../../src/index.js'

const jwk = { kty: 'EC', crv: 'P-256', x: 'a', y: 'b', d: 'c' }
void ([
  () => privateKeyJwt('a', jwk),
  () => privateKeyJwt('a', 'pem', { alg: 'ES256' }),
  () => privateKeyJwt('a', async (data) => data, { alg: 'ES256', kid: 'k' }),
] satisfies (() => ClientAuth)[])
bearerClientAuth(clientCredentials({ clientAuth: tlsClientAuth('a'), scope: 'introspect', parameters: { resource: 'b' } })) satisfies ClientAuth
bearerClientAuth(async () => 'token') satisfies ClientAuth
clientCredentials({ clientAuth: tlsClientAuth('a'), dpop: true })
clientCredentials({ clientAuth: tlsClientAuth('a'), dpop: {} as CryptoKeyPair satisfies DpopKeyPair })
// @ts-expect-error TS2322 a proof needs both halves
clientCredentials({ clientAuth: tlsClientAuth('a'), dpop: {} as CryptoKey })
// @ts-expect-error TS2554 a secret of nobody
clientSecretBasic('secret')
// @ts-expect-error TS2345 a variable that may be missing is no secret
clientSecretBasic('a', process.env.SECRET)
// @ts-expect-error TS2353 an option that does not exist
clientSecretJwt('a', 'b', { algorithm: 'HS256' })
// @ts-expect-error TS2820 a shared secret is no private key
privateKeyJwt('a', jwk, { alg: 'HS256' })
// @ts-expect-error TS2345 a token that is fixed ends some day, and nobody renews it
bearerClientAuth('token')
// @ts-expect-error TS2741 a grant to nobody
clientCredentials({ scope: 'introspect' })
// @ts-expect-error TS2554 who proves nothing has nothing to prove it with
noClientAuth('a', 'secret')
