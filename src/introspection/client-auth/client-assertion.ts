/** A client assertion (RFC 7523 section 3) that is signed elsewhere: in a key management service or a security module. */
import { AuthUnavailableError } from '../../errors.js'
import { encodeBase64url } from '../../lib/base64url.js'
import { errorWord } from '../../lib/net/error-word.js'
import type { ClientAuth as Apply } from 'openid-client'
import type { Algorithm } from '../../jwt/signature/algorithms.js'

/** Signs these bytes with the algorithm agreed upon, and gives the signature as JWS has it (RFC 7518 section 3). */
export type AssertionSigner = (data: Uint8Array) => Promise<Uint8Array> | Uint8Array

export interface AssertionOptions {
  readonly alg: Algorithm
  readonly kid: string | undefined
  /** Default: the issuer. */
  readonly audience: string | undefined
}

/** Seconds that an assertion is good for. */
const LIFETIME = 60

/** Puts an assertion into the body of a request. @throws AuthUnavailableError when the signer fails. */
export function signedAssertion(sign: AssertionSigner, { alg, kid, audience }: AssertionOptions): Apply {
  return async (server, client, body) => {
    // The system's clock, as openid-client's own assertions: it is for the server to read, and no decision of ours.
    const now = Math.floor(Date.now() / 1000)
    const { client_id: id } = client
    const claims = { iss: id, sub: id, aud: audience ?? server.issuer, jti: crypto.randomUUID(), iat: now, nbf: now, exp: now + LIFETIME }
    const header = { alg, ...(kid !== undefined && { kid }) }
    const input = `${encoded(header)}.${encoded(claims)}`
    const signature = await signatureOf(sign, input)
    body.set('client_id', id)
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    body.set('client_assertion', `${input}.${encodeBase64url(signature)}`)
  }
}

async function signatureOf(sign: AssertionSigner, input: string): Promise<Uint8Array> {
  let signature: unknown
  try {
    signature = await sign(new TextEncoder().encode(input))
  } catch (error) {
    // Without the cause, which may hold the request that failed, secrets and all.
    throw new AuthUnavailableError(`the client assertion could not be signed${errorWord(error)}`)
  }
  if (signature instanceof Uint8Array) return signature
  throw new AuthUnavailableError('the signer of the client assertion gave no bytes')
}

function encoded(part: object): string {
  return encodeBase64url(JSON.stringify(part))
}
