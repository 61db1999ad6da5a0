/** A certificate authority of the tests' own: X.509 by hand (RFC 5280), since Node reads certificates and writes none. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

export interface Certificate {
  readonly cert: string
  readonly key: string
}

export interface Authority {
  readonly ca: string
  /** For a server on 127.0.0.1, or a client of this name. */
  issue(commonName: string): Certificate
}

export function authority(name = 'tests'): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    ca: certificate({ subject: name, issuer: name, publicKey, by: privateKey, isAuthority: true }),
    issue(commonName) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const cert = certificate({ subject: commonName, issuer: name, publicKey: own.publicKey, by: privateKey, isAuthority: false })
      return { cert, key: String(own.privateKey.export({ type: 'pkcs8', format: 'pem' })) }
    },
  }
}

interface Contents {
  readonly subject: string
  readonly issuer: string
  readonly publicKey: KeyObject
  readonly by: KeyObject
  readonly isAuthority: boolean
}

function certificate({ subject, issuer, publicKey, by, isAuthority }: Contents): string {
  const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
  const isCa = sequence(oid(0x55, 0x1d, 0x13), der(0x01, byte(0xff)), der(0x04, sequence(...(isAuthority ? [der(0x01, byte(0xff))] : []))))
  const atLoopback = sequence(oid(0x55, 0x1d, 0x11), der(0x04, sequence(der(0x87, Buffer.from([127, 0, 0, 1])))))
  const day = 24 * 3600 * 1000
  const contents = sequence(
    der(0xa0, der(0x02, byte(2))), // version 3
    der(0x02, Buffer.concat([byte(1), randomBytes(8)])),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(instant(Date.now() - day), instant(Date.now() + day)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(isCa, ...(isAuthority ? [] : [atLoopback]))),
  )
  const signature = der(0x03, byte(0), sign('sha256', contents, by))
  const text = sequence(contents, ecdsaWithSha256, signature).toString('base64').replace(/.{64}/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents)
  const { length } = body
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return der(0x30, ...contents)
}

function oid(...bytes: readonly number[]): Buffer {
  return der(0x06, Buffer.from(bytes))
}

function byte(value: number): Buffer {
  return Buffer.from([value])
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(commonName)))))
}

function instant(milliseconds: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(milliseconds).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))
}
