/** Signatures by `jose`, which is WebCrypto: the reference, on every runtime. */
import { compactVerify, errors } from 'jose'
import type { SignatureEngine } from './signature-engine.js'

export const joseEngine: SignatureEngine = {
  name: 'jose',
  async isSignedBy(token, _signature, alg, key) {
    try {
      await compactVerify(token, key, { algorithms: [alg] })
      return true
    } catch (error) {
      // Only this finding means no; whatever else goes wrong is not the token's fault.
      if (error instanceof errors.JWSSignatureVerificationFailed) return false
      throw error
    }
  },
}
