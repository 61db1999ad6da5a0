/** A JWT as an AWS load balancer writes it: base64url with padding, which the signature covers. */
import { Buffer } from 'node:buffer'
import type { HandSigner } from '../../jwt/token-kit.js'

export function paddedJwt(signer: HandSigner, header: object, payload: object): string {
  const signed = [header, payload].map((part) => padded(Buffer.from(JSON.stringify(part)))).join('.')
  return `${signed}.${padded(Buffer.from(signer.seal(signed).split('.').at(-1) ?? '', 'base64url'))}`
}

function padded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}
