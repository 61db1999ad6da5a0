/** Checks where the keys come from, as the options say, once where the verifier is built. */
import { fetchOption } from '../lib/net/fetch-option.js'
import { spanInSeconds } from '../lib/options.js'
import { requestHeaders } from '../lib/net/request-headers.js'
import { webUrl } from '../lib/net/web-url.js'
import { forTenant, issuersOf } from './rules/issuers.js'
import { allowInsecureHttp } from './jwt-options.js'
import { chosenByTenant } from './keys/discovery.js'
import { fetchJwks, readKeyFile, givenKeys, discoverJwks } from './keys/key-loader.js'
import { parseKeySet } from './keys/key-set.js'
import { tokenFormat } from './formats/token-format.js'
import type { Closed } from '../lib/closing.js'
import type { JwtOptions } from './jwt-options.js'
import type { KeyOptions } from './keys/issuer-keys.js'
import type { KeySourceOptions } from './keys/key-source.js'

/** Seconds for which keys in a file are used before it is read again. */
export const FILE_AGE = 10

/** What of the options says where keys are. */
type KeyOriginOptions = Pick<JwtOptions, 'issuer'> &
  Partial<Pick<JwtOptions, 'jwksUri' | 'jwks' | 'jwksFile' | 'timeout' | 'headers' | 'fetch' | typeof allowInsecureHttp | typeof chosenByTenant | typeof tokenFormat>> & {
    readonly keys?: KeyOptions | undefined
  }

/** Tells how each issuer's keys are read. @throws TypeError for an option that is wrong. */
export function keyOrigin(options: KeyOriginOptions, closed: Closed): (issuer: string) => KeySourceOptions['load'] {
  const { jwksUri, jwks, jwksFile, timeout = 2, headers, [allowInsecureHttp]: insecure = false } = options
  if ([jwksUri, jwks, jwksFile].filter((origin) => origin !== undefined).length > 1) {
    throw new TypeError('give one of "jwksUri", "jwks" and "jwksFile", not both')
  }
  const span = { timeout: spanInSeconds('timeout', timeout, { min: 0.001, max: 30 }), closed }
  if (jwks !== undefined) {
    const set = parseKeySet(copied(jwks))
    if (set === null) throw new TypeError('"jwks" must be a JWK Set with keys: { keys: [ … ] }')
    if (options.keys?.snapshot !== undefined) throw new TypeError('give "jwks" or "keys.snapshot", not both: a key taken out of one would live on in the other')
    if (!set.hasFitting()) throw new TypeError(`"jwks" has no key that can check signatures: ${set.faults().join('; ')}`)
    return () => givenKeys(set)
  }
  if (jwksFile !== undefined) {
    if (typeof jwksFile !== 'string' || jwksFile === '') throw new TypeError('"jwksFile" must be the path of a file')
    return () => readKeyFile(jwksFile, span)
  }
  const http = {
    fetch: fetchOption(options.fetch),
    ...span,
    headers: headers === undefined ? undefined : requestHeaders('headers', headers),
    insecure,
    ofTenant: options[chosenByTenant] === true,
  }
  if (jwksUri !== undefined) {
    const issuers = issuersOf(options.issuer)
    const uriOf = (issuer: string): string => forTenant(jwksUri, issuers.get(issuer))
    for (const issuer of issuers.keys()) {
      webUrl('jwksUri', uriOf(issuer), http)
      if (/[{}]/.test(uriOf(issuer))) throw new TypeError('"jwksUri" has braces for a claim that "issuer.template" does not name')
    }
    const load = options[tokenFormat]?.fetchKeys ?? fetchJwks
    // Under the issuer's name, where the issuer's own keys may be.
    if (load !== fetchJwks && options.keys?.store !== undefined) throw new TypeError('"keys.store" is for the key sets of issuers, and these keys are somebody else\u2019s')
    return (issuer) => load(uriOf(issuer), http)
  }
  for (const issuer of issuersOf(options.issuer).keys()) webUrl('issuer', issuer, http)
  return (issuer) => discoverJwks(issuer, http)
}

function copied(jwks: unknown): unknown {
  try {
    return structuredClone(jwks)
  } catch {
    return undefined // with a function in it, say: no JSON
  }
}
