import { describe, expect, test } from 'vitest'
import { decodeJwt, unverifiedIssuer } from '../../../src/jwt/token/decode.js'

const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const bytes = (...values: number[]): string => Buffer.from(values).toString('base64url')
const HEADER = encode({ alg: 'ES256' })
const CLAIMS = encode({ iss: 'https://id.example.com' })
const SIGNATURE = 'AAAA'
const nested = (depth: number): string => encode(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`)

describe('decodeJwt', () => {
  test('reads header, claims and signature', () => {
    const { header, claims, signature } = decodeJwt(`${HEADER}.${CLAIMS}.${SIGNATURE}`) ?? {}
    expect({ header, claims, signature }).toEqual({ header: { alg: 'ES256' }, claims: { iss: 'https://id.example.com' }, signature: SIGNATURE })
  })

  test('what it read is frozen to the bottom', () => {
    const payload = encode('{"roles":["viewer",{"a":[1]}],"org":{"teams":[{"id":1}]},"__proto__":{"b":{}}}')
    const jwt = decodeJwt(`${HEADER}.${payload}.${SIGNATURE}`)
    const unfrozen = (value: unknown): boolean =>
      typeof value === 'object' && value !== null && (!Object.isFrozen(value) || Object.values(value).some(unfrozen))
    expect([unfrozen(jwt?.header), unfrozen(jwt?.claims)]).toEqual([false, false])
  })

  const none: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['one part', HEADER],
    ['two parts', `${HEADER}.${CLAIMS}`],
    ['four parts', `${HEADER}.${CLAIMS}.${SIGNATURE}.AAAA`],
    ['the five parts of a JWE', `${HEADER}.AAAA.AAAA.AAAA.AAAA`],
    ['an empty header', `.${CLAIMS}.${SIGNATURE}`],
    ['an empty payload', `${HEADER}..${SIGNATURE}`],
    ['a stripped signature', `${HEADER}.${CLAIMS}.`],
    ['padding', `${HEADER}.${CLAIMS}.AA==`],
    ['the alphabet of plain base64', `${HEADER}.${CLAIMS}.AA+/`],
    ['a line break in the signature', `${HEADER}.${CLAIMS}.AA\nAA`],
    ['a blank at the end', `${HEADER}.${CLAIMS}.${SIGNATURE} `],
    ['trailing bits after two characters', `${HEADER}.${CLAIMS}.AB`],
    ['trailing bits after three characters', `${HEADER}.${CLAIMS}.AAB`],
    ['a single character left over', `${HEADER}.${CLAIMS}.AAAAA`],
    ['trailing bits in the payload', `${HEADER}.${encode('{ }').slice(0, -1)}B.${SIGNATURE}`],
    ['a JSON serialization', JSON.stringify({ payload: CLAIMS, signatures: [] })],
    ['a header that is an array', `${encode([])}.${CLAIMS}.${SIGNATURE}`],
    ['a payload that is an array', `${HEADER}.${encode([])}.${SIGNATURE}`],
    ['a payload that is text', `${HEADER}.${encode('"text"')}.${SIGNATURE}`],
    ['a payload that is null', `${HEADER}.${encode('null')}.${SIGNATURE}`],
    ['a payload that is a number', `${HEADER}.${encode('7')}.${SIGNATURE}`],
    ['a payload with something behind it', `${HEADER}.${encode('{}x')}.${SIGNATURE}`],
    ['a byte order mark', `${HEADER}.${bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d)}.${SIGNATURE}`],
    ['bytes that are no UTF-8', `${HEADER}.${bytes(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)}.${SIGNATURE}`],
    ['UTF-16 text', `${HEADER}.${Buffer.from('{}', 'utf16le').toString('base64url')}.${SIGNATURE}`],
    ['claims nested too deep', `${HEADER}.${nested(16)}.${SIGNATURE}`],
    ['claims nested by the thousand', `${HEADER}.${nested(6000)}.${SIGNATURE}`],
    ['more than 32 KiB', `${HEADER}.${encode({ a: 'x'.repeat(25_000) })}.${SIGNATURE}`],
    ['letters outside of ASCII', `${HEADER}.${CLAIMS}.\u0391AAA`],
  ]
  test.each(none)('%s is no JWT', (_, token) => {
    expect(decodeJwt(token)).toBeNull()
  })

  test('12 KiB of claims are fine', () => {
    expect(decodeJwt(`${HEADER}.${encode({ groups: 'x'.repeat(12_000) })}.${SIGNATURE}`)).not.toBeNull()
  })

  test('fifteen levels are fine', () => {
    expect(decodeJwt(`${HEADER}.${nested(15)}.${SIGNATURE}`)).not.toBeNull()
  })

  test('of duplicate names the last one counts', () => {
    const token = `${HEADER}.${encode('{"iss":"https://first.example","iss":"https://last.example"}')}.${SIGNATURE}`
    expect(unverifiedIssuer(token)).toBe('https://last.example')
  })

  test('a member called __proto__ is a member and no prototype', () => {
    const claims = decodeJwt(`${HEADER}.${encode('{"__proto__":{"iss":"https://evil.example"}}')}.${SIGNATURE}`)?.claims
    expect(claims?.iss).toBeUndefined()
  })

  test('an issuer that is no text is none', () => {
    expect(unverifiedIssuer(`${HEADER}.${encode({ iss: ['https://id.example.com'] })}.${SIGNATURE}`)).toBeUndefined()
    expect(unverifiedIssuer('opaque')).toBeUndefined()
    expect(unverifiedIssuer(`${HEADER}.${CLAIMS}.${SIGNATURE}`)).toBe('https://id.example.com')
    expect(unverifiedIssuer(`${HEADER}.${CLAIMS}.${SIGNATURE}.${SIGNATURE}`), 'of four parts').toBeUndefined()
  })
})
