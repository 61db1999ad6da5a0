/** This file reads the client's certificate from a header of a proxy that ended the TLS connection. */
import { checkOptions, headerName, oneOf } from '../../lib/options.js'
import { decodeBase64 } from './base64.js'
import { trustedProxies } from './proxies.js'
import type { ReadCertificate } from './certificate.js'

export interface ProxyCertificateOptions {
  /**
   * How the proxy writes it. `'rfc9440'`: `Client-Cert: :MII…:`. `'nginx'`: `$ssl_client_escaped_cert`. `'envoy'`:
   * `X-Forwarded-Client-Cert`, by `Cert` or `Hash` of its one element (`SANITIZE_SET`). `'aws'`: `X-Amzn-Mtls-Clientcert` of a load balancer
   * (for `verify` mode name the header `X-Amzn-Mtls-Clientcert-Leaf`).
   */
  readonly format: 'rfc9440' | 'nginx' | 'envoy' | 'aws'
  /** Who may send the header, by address or IPv4 network: `['10.0.0.0/8']`. Whoever else sends it is not believed. */
  readonly proxies: readonly string[]
  /** Default: the header of that format; nginx has none of its own: `X-Client-Cert`. */
  readonly header?: string | undefined
}

/**
 * The certificate as a proxy passes it on. The proxy MUST take the header away from what clients send, and have the client
 * prove the key. Does NOT work where the address of the connection is not known, such as on Workers: write a function of
 * your own there.
 *
 * @throws TypeError for an option that is wrong; says what to write instead.
 */
export function proxyCertificate(options: ProxyCertificateOptions): ReadCertificate {
  checkOptions('proxyCertificate', options, ['format', 'proxies', 'header'])
  const format = oneOf('format', options.format, ['rfc9440', 'nginx', 'envoy', 'aws'])
  const { header: usual, read } = FORMATS[format]
  const header = headerName('header', options.header ?? usual)
  const isTrusted = trustedProxies(options.proxies)
  return (request) => {
    const { socket } = (request.source ?? {}) as { readonly socket?: { readonly remoteAddress?: string } } // a message of node:http, where it is one
    const [value, ...others] = request.header(header)
    if (value === undefined || others.length > 0 || value.length > LONGEST || !isTrusted(socket?.remoteAddress)) return undefined
    return read(value)
  }
}

/** In characters. */
const LONGEST = 32_768

const FORMATS = {
  rfc9440: { header: 'client-cert', read: (value: string) => decodeBase64(/^:([^:]*):$/.exec(value)?.[1] ?? '') },
  nginx: { header: 'x-client-cert', read: unescaped },
  aws: { header: 'x-amzn-mtls-clientcert', read: unescaped },
  envoy: { header: 'x-forwarded-client-cert', read: ofEnvoy },
} as const

/** PEM. A plus stays one: these are no forms. A comma, which is always escaped, joins two headers, and the first is the client's own. */
function unescaped(value: string): string | undefined {
  if (value.includes(',')) return undefined
  try {
    const text = decodeURIComponent(value)
    return text.includes('BEGIN CERTIFICATE') ? text : undefined
  } catch {
    return undefined
  }
}

/**
 * Exactly one element: with several, what stands before the last was written by somebody further away, who could leave a
 * quote open and so hide the last. Envoy writes one by `SANITIZE_SET`.
 */
function ofEnvoy(value: string): string | undefined {
  if (!ELEMENT.test(value)) return undefined
  const pairs = [...value.matchAll(PAIR)].map(([, key = '', quoted, plain = '']) => [key.toLowerCase(), quoted ?? plain] as const)
  const member = (name: string): readonly string[] => pairs.flatMap(([key, text]) => (key === name ? [text] : []))
  const [[cert, ...certs], [hash, ...hashes]] = [member('cert'), member('hash')]
  if (certs.length > 0 || hashes.length > 0) return undefined
  if (cert !== undefined) return unescaped(cert)
  return hash !== undefined && /^[\da-f]{64}$/i.test(hash) ? Buffer.from(hash, 'hex').toString('base64url') : undefined
}

const PAIR = /([a-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^";,\\]*))/gi
const ELEMENT = new RegExp(`^${PAIR.source}(?:;${PAIR.source})*$`, 'i')
