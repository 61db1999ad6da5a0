/**
 * Opens a signed answer (RFC 9701): whoever stands between us and the issuer can write none. Does NOT say which token it is
 * about, since RFC 9701 does not: one of the last minute, about another token, could be put in its place.
 */
import { AuthUnavailableError } from '../../errors.js'
import { decodeJwt } from '../../jwt/token/decode.js'
import { isAlgorithm } from '../../jwt/signature/algorithms.js'
import { isSigned, signatureEngine } from '../../jwt/signature/signature.js'
import { ownProperty } from '../../lib/own-property.js'
import type { JSONWebKeySet } from 'jose'
import type { DecodedJwt } from '../../jwt/token/decode.js'
import type { Algorithm } from '../../jwt/signature/algorithms.js'
import type { IssuerKeys } from '../../jwt/keys/issuer-keys.js'
import type { anyAudience } from '../../jwt/jwt-options.js'
import type { AnswerKey, Decrypt } from './encrypted-response.js'

/** What to ask for and expect of signed answers. */
export type SignedAnswers = {
  /**
   * Who the answers are for. Default: the identifier of this client, as RFC 9701 section 5 has it. For servers that
   * write another: that one, or `anyAudience`.
   */
  audience?: string | readonly [string, ...string[]] | typeof anyAudience | undefined
  /** Signature algorithms taken. Default: every asymmetric one of RS, PS, ES 256–512 and EdDSA. */
  algorithms?: readonly [Algorithm, ...Algorithm[]] | undefined
  /** Decrypts answers, which must then be encrypted: a private key as JWK with `alg`, or as PEM with the algorithm. */
  decryption?: AnswerKey | undefined
} & (
  | { /** Where the issuer's keys are, instead of discovery. */ jwksUri?: string | undefined; jwks?: never }
  | { /** The issuer's keys themselves. */ jwks: JSONWebKeySet; jwksUri?: never }
)

export const SIGNED_TYPE = 'application/token-introspection+jwt'

export interface SignedExpectations {
  readonly issuer: string
  /** Undefined: any. */
  readonly audiences: readonly string[] | undefined
  readonly algorithms: readonly string[]
  readonly keys: IssuerKeys
  /** Undefined: answers come in the clear. */
  readonly decrypt: Decrypt | undefined
  readonly clockTolerance: number
  readonly now: () => number
}

/** Seconds that an answer is good for: an old one may be about a time when the token was. */
const MAX_AGE = 60

/**
 * What is inside: the members of an ordinary answer, still to be checked.
 *
 * @throws AuthUnavailableError for an answer that is not this issuer's, not for us, or not of now.
 */
export async function openSigned(text: string, expected: SignedExpectations): Promise<unknown> {
  const token = expected.decrypt === undefined ? text.trim() : await expected.decrypt(text.trim())
  const jwt = decodeJwt(token)
  if (jwt === null) throw untrusted('is no signed JWT')
  const { header, claims } = jwt
  const { alg } = header
  // RFC 9701 section 5: this type and no other, so that no other JWT of the issuer can pass for an answer.
  if (typeof header.typ !== 'string' || !TYPES.includes(header.typ.toLowerCase())) throw untrusted('has another "typ"')
  // RFC 7797 section 6: without "crit" some would read the payload in another way.
  if (header.crit !== undefined || header.b64 !== undefined || !isAlgorithm(alg) || !expected.algorithms.includes(alg)) throw untrusted('is signed in a way that is not taken')
  if (claims.iss !== expected.issuer) throw untrusted('is of another issuer')
  if (!(await isSignedByIssuer(jwt, alg, expected))) throw untrusted('is not signed with a key of the issuer')
  if (!isForUs(claims.aud, expected.audiences)) throw untrusted('is for somebody else; see "signed.audience"')
  if (!isOfNow(claims, expected)) throw untrusted('is not of now, by "iat" and "exp"')
  return ownProperty(claims, 'token_introspection')
}

const TYPES = ['token-introspection+jwt', SIGNED_TYPE]

/** By a key at hand, or by a new one under an old name. */
async function isSignedByIssuer(jwt: DecodedJwt, alg: Algorithm, { keys, issuer }: SignedExpectations): Promise<boolean> {
  const { header, claims } = jwt
  const kid = typeof header.kid === 'string' ? header.kid : undefined
  const engine = signatureEngine('auto')
  const atHand = await keys.candidates(issuer, alg, kid, claims.iat)
  if (await isSigned(engine, jwt, alg, atHand)) return true
  const newer = atHand.length === 0 ? undefined : await keys.newer(issuer, alg, kid, claims.iat)
  return newer !== undefined && isSigned(engine, jwt, alg, newer)
}

function isForUs(audience: unknown, audiences: readonly string[] | undefined): boolean {
  return audiences === undefined || [audience].flat().some((one) => typeof one === 'string' && audiences.includes(one))
}

function isOfNow({ iat, exp, nbf }: Readonly<Record<string, unknown>>, { now, clockTolerance }: SignedExpectations): boolean {
  const age = typeof iat === 'number' ? now() - iat : Number.NaN
  if (!(age >= -clockTolerance && age <= MAX_AGE + clockTolerance)) return false
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf - clockTolerance <= now())) return false
  return exp === undefined || (typeof exp === 'number' && exp + clockTolerance > now())
}

function untrusted(why: string): AuthUnavailableError {
  return new AuthUnavailableError(`the signed answer ${why}`)
}
