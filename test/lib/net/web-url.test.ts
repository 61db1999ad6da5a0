import { describe, expect, test } from 'vitest'
import { webUrl } from '../../../src/lib/net/web-url.js'

const read = (url: unknown, insecure: boolean | 'never' = false): string => webUrl('endpoint', url, { insecure }).href

describe('a URL that we fetch from', () => {
  test.each(['https://id.example.com/keys', 'http://localhost:3000/', 'http://127.0.0.1/', 'http://127.8.8.8/', 'http://[::1]:9/'])('may be %s', (url) => {
    expect(read(url)).toBe(url)
  })

  test.each<[unknown, RegExp]>([
    ['http://id.example.com/', /must be an https URL/],
    ['http://127.0.0.1.evil.example/', /must be an https URL/],
    ['http://localhost.evil.example/', /must be an https URL/],
    ['ftp://localhost/', /must be an https URL/],
    ['https://ada:secret@id.example.com/', /must not contain a user name or a password/],
    ['https://ada@id.example.com/', /must not contain a user name or a password/],
    ['https://:secret@id.example.com/', /must not contain a user name or a password/],
    ['https://id.example.com/#keys', /must not have a fragment/],
    ['https://id.example.com/\n', /must be an absolute URL/],
    [' https://id.example.com/', /must be an absolute URL/],
    ['id.example.com', /must be an absolute URL/],
    [undefined, /must be an absolute URL/],
  ])('may not be %j', (url, advice) => {
    expect(() => read(url)).toThrow(advice)
  })

  test('may be on plain http by name', () => {
    expect(read('http://id.example.com/', true)).toBe('http://id.example.com/')
    expect(() => read('http://id.example.com/', 'never')).toThrow(/allowed on loopback$/)
  })
})
