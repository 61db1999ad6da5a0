/** This file reads the client's certificate from the TLS connection that this process ends. */
import type { ReadCertificate } from './certificate.js'

/** What we need of a TLS socket of Node. */
interface PeerSocket {
  getPeerCertificate?(): { readonly raw?: unknown } | null
}

/**
 * The certificate that the client showed to this very server (`https` and `http2` of Node, with `requestCert: true`). The
 * handshake proves that it holds the key; who signed the certificate does not matter here, since the token names it
 * (RFC 8705 section 3): `rejectUnauthorized` may be false.
 */
export function tlsCertificate(): ReadCertificate {
  return ({ source }) => {
    const { socket } = (source ?? {}) as { readonly socket?: PeerSocket } // a message of node:http, where it is one
    const raw = socket?.getPeerCertificate?.()?.raw
    return raw instanceof Uint8Array ? raw : undefined
  }
}
