/** This file knows a client by its certificate (RFC 8705 section 3.1): the SHA-256 of its DER form. */
import { decodeBase64 } from './base64.js'
import { sha256 } from '../../lib/digest.js'
import type { GateRequest } from '../request/gate-request.js'

/**
 * Reads the certificate that the client of a request has proved to hold: DER, or PEM, or its SHA-256 in base64url.
 * Undefined where it has shown none.
 */
export type ReadCertificate = (request: GateRequest) => Uint8Array | string | undefined

/** `x5t#S256` of a certificate; undefined for what is none. */
export function certificateThumbprint(certificate: Uint8Array | string): string | undefined {
  if (typeof certificate !== 'string') return certificate.length > 0 ? sha256(certificate) : undefined
  if (THUMBPRINT.test(certificate)) return certificate
  // The first of a chain is the client's own.
  const [, body] = PEM.exec(certificate) ?? []
  const der = body === undefined ? undefined : decodeBase64(body.replace(/\s/g, ''))
  return der && certificateThumbprint(der)
}

/** 32 bytes in base64url; of the last character's bits two are nothing. */
const THUMBPRINT = /^[\w-]{42}[AEIMQUYcgkosw048]$/

const PEM = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/
