/** Writes and signs the JWTs of a test issuer. */
import { base64url } from 'jose'
import { present } from './token-claims.js'
import type { Algorithm } from '../../jwt/signature/algorithms.js'
import type { SigningKeys } from './signing-keys.js'
import type { MintJwtOptions } from './token-claims.js'
import type { Members, VendorShape } from '../vendors/vendor-shape.js'

type Shape = Omit<VendorShape, 'preset'>

/** A signed JWT with these claims, in the format of the vendor. */
export async function signedJwt(claims: Members, options: MintJwtOptions, shape: Shape, keys: SigningKeys, usual: Algorithm): Promise<string> {
  const { alg = usual, typ = shape.typ === undefined ? 'JWT' : shape.typ } = options
  if (alg === 'none') return `${encode(present({ alg, typ: typ ?? undefined, ...options.header }))}.${encode(claims)}.`
  const key = await (options.signedBy === 'stranger' ? keys.stranger(alg) : keys.current(alg))
  const isAlb = shape.format === 'alb'
  const { iss, client_id: client, exp, signer, ...rest } = claims
  const header = present({ alg, kid: key.kid, typ: typ ?? undefined, ...(isAlb && { iss, client, exp, signer }), ...options.header })
  const write = isAlb ? padded : (part: string) => part
  const text = `${write(encode(header))}.${write(encode(isAlb ? rest : claims))}`
  return `${text}.${write(await key.sign(text))}`
}

function encode(part: Members): string {
  return base64url.encode(JSON.stringify(part))
}

// RFC 4648 section 5, with the padding that RFC 7515 leaves out.
function padded(part: string): string {
  return part.padEnd(Math.ceil(part.length / 4) * 4, '=')
}
