/** This file proves that this server's own token comes from this server: it is bound to a key, and each request is signed by it (RFC 9449). */
import { isUnavailable } from '../../errors.js'
import { NoAnswerError } from '../../upstream/no-answer.js'
import type { CryptoKey } from 'jose'
import type { CustomFetch, DPoPHandle } from 'openid-client'
import type { OpenidClient } from '../../upstream/openid-fetch.js'
import type { AuthTools } from '../way.js'

/** Two halves of WebCrypto's. The private one may be kept where nobody can read it out (`extractable: false`). */
export interface DpopKeyPair {
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
}

/** @throws TypeError for what cannot sign proofs. */
export function checkedDpop(dpop: unknown): OwnProof | undefined {
  if (dpop === undefined || dpop === false) return undefined
  if (dpop === true) return new OwnProof(undefined)
  const { privateKey, publicKey } = (dpop ?? {}) as Partial<DpopKeyPair> // whatever it is: it is looked at here
  const canSign = privateKey?.type === 'private' && privateKey.usages.includes('sign')
  if (canSign && publicKey?.type === 'public' && publicKey.extractable) return new OwnProof({ privateKey, publicKey })
  throw new TypeError('"dpop" of clientCredentials must be true, for a key of this process\'s own, or { privateKey, publicKey } of WebCrypto: one signs, the other can be exported')
}

/** One key, and the nonces that servers gave for it, by their origin. */
export class OwnProof {
  readonly #pair: DpopKeyPair | undefined
  #handle: Promise<DPoPHandle> | undefined

  /** `pair`: default is a new one for ES256, whose private half cannot be read out. */
  constructor(pair: DpopKeyPair | undefined) {
    this.#pair = pair
  }

  /** Signs requests for a token, and keeps nonces. */
  handle(openid: OpenidClient, server: AuthTools['server']): Promise<DPoPHandle> {
    this.#handle ??= this.#made(openid, server).catch((error: unknown) => {
      this.#handle = undefined
      throw error
    })
    return this.#handle
  }

  /** A `fetch` that signs each request with the token in it. One that is answered with a nonce is sent once more (RFC 9449 section 9). */
  proving({ openid, server }: AuthTools, fetch: CustomFetch): CustomFetch {
    const configuration = configurationOf(openid, server)
    configuration[openid.customFetch] = fetch
    return async (url, { method, headers: { authorization = '', ...headers }, body }) => {
      const token = authorization.slice('DPoP '.length)
      const options = { DPoP: await this.handle(openid, server) }
      try {
        return await openid.fetchProtectedResource(configuration, token, new URL(url), method, String(body), new Headers(headers), options) // a form
      } catch (error) {
        throw translated(openid, error, new URL(url).host)
      }
    }
  }

  async #made(openid: OpenidClient, server: AuthTools['server']): Promise<DPoPHandle> {
    const pair = this.#pair ?? (await openid.randomDPoPKeyPair('ES256'))
    return openid.getDPoPHandle(configurationOf(openid, server), pair)
  }
}

// Without a cause where it is not ours: openid-client's hold the answer.
function translated(openid: OpenidClient, error: unknown, host: string): unknown {
  const own = [error, (error as Error).cause].find(isUnavailable) // whatever it is, a member of it that is absent is undefined
  // With the nonce that it had just given us.
  if (error instanceof openid.WWWAuthenticateChallengeError) return new NoAnswerError('own proof', `${host} asks for another DPoP nonce each time`)
  return own ?? error
}

function configurationOf(openid: OpenidClient, server: AuthTools['server']): InstanceType<OpenidClient['Configuration']> {
  const configuration = new openid.Configuration(server, 'none')
  openid.allowInsecureRequests(configuration) // the URL was looked at before
  return configuration
}
