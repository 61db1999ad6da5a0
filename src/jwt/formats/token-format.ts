/** How a kind of JWT is read that is not quite one. Not public: only a preset gives it to a provider, and for its own tokens. */
import type { DecodedJwt } from '../token/decode.js'
import type { KeyHttp } from '../keys/key-loader.js'
import type { KeySourceOptions } from '../keys/key-source.js'

export const tokenFormat: unique symbol = Symbol('bearer-auth-providers.reading')

export interface TokenFormat {
  /** Header, claims and signature, or null for what is none of these tokens. Frozen to the bottom. */
  readonly read: (token: string) => DecodedJwt | null
  /** Where the keys are no JWK Set. */
  readonly fetchKeys?: (url: string, http: KeyHttp) => KeySourceOptions['load']
}
