/** Checks signatures by WebCrypto, with keys that it imported and in jose's way: the reference, on every runtime. */
import { ALGORITHMS } from './algorithms.js'
import { decodeBase64url } from '../token/base64url.js'
import type { SignatureEngine } from './signature-engine.js'

const ascii = new TextEncoder()

// It does not call `compactVerify`, which reads the token again, and makes an error with a stack for each that is simply bad. (D29)
export const webCryptoEngine: SignatureEngine = {
  name: 'jose',
  isSignedBy: ({ signed, signature }, alg, key) => crypto.subtle.verify(ALGORITHMS[alg].webCrypto, key, decodeBase64url(signature), ascii.encode(signed)),
}
