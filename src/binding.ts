/** This file says what a token is bound to: the key of whoever may present it (`cnf`, RFC 7800). */
import { ownProperty } from './lib/own-property.js'

/** What must be proved to present the token. Empty for a binding that this library does not know. */
export interface TokenBinding {
  /** The thumbprint of a key that makes DPoP proofs (RFC 9449 section 6.1). */
  readonly jkt?: string
  /** The SHA-256 of a client's TLS certificate (RFC 8705 section 3.1). */
  readonly 'x5t#S256'?: string
}

/** Undefined for a token that is bound to nothing. What is beside a binding that is known is left out of account (RFC 7800 section 3.1). */
export function bindingOf({ cnf }: { readonly [name: string]: unknown }): TokenBinding | undefined {
  if (cnf === undefined) return undefined
  const [jkt, x5t] = [ownProperty(cnf, 'jkt'), ownProperty(cnf, 'x5t#S256')]
  // One that is there and cannot be fulfilled makes the whole binding one.
  if ([jkt, x5t].some((one) => one !== undefined && !isThumbprint(one))) return UNKNOWN
  return Object.freeze({ ...(isThumbprint(jkt) && { jkt }), ...(isThumbprint(x5t) && { 'x5t#S256': x5t }) })
}

const UNKNOWN: TokenBinding = Object.freeze({})

/** True where both are bound to the same, or both to nothing. */
export function isSameBinding(one: TokenBinding | undefined, other: TokenBinding | undefined): boolean {
  return (one === undefined) === (other === undefined) && one?.jkt === other?.jkt && one?.['x5t#S256'] === other?.['x5t#S256']
}

/** SHA-256 in base64url. */
function isThumbprint(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{43}$/.test(value)
}
