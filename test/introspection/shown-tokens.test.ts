/** A stranger's JWT is worth something elsewhere: however it is spelt, the endpoint does not see it. */
import { describe, expect, test } from 'vitest'
import { checkedPrefixes, recognition, unshownRefusal } from '../../src/introspection/shown-tokens.js'

const ISSUER = 'https://id.example.com'
const shown = { issuer: ISSUER, prefixes: [] }
const encoded = (text: string): string => Buffer.from(text).toString('base64url')
const STRANGER = encoded('{"iss":"https://evil.example","sub":"x"}')

describe('a stranger\u2019s JWT', () => {
  const spellings: readonly (readonly [string, string])[] = [
    ['with a blank in its header', `${encoded('{ "alg":"RS256"}')}.${STRANGER}.AAAA`],
    ['with lines in its header', `${encoded('{\r\n\t"alg":"RS256"}')}.${STRANGER}.AAAA`],
    ['with blanks before its header', `${encoded('   {"alg":"RS256"}')}.${STRANGER}.AAAA`],
    ['with a last letter that nobody would write', `${encoded('{ "alg":"RS256"}').slice(0, -1)}R.${STRANGER}.AAAA`],
    ['with padding at the end', `${encoded('{ "alg":"RS256" }')}.${STRANGER}.AAA=`],
    ['in the other alphabet of base64', `${Buffer.from('{ "alg":"RS256","x":"\u00ff\u00fe?>"}').toString('base64').replace(/=/g, '')}.${STRANGER}.AAAA`],
    ['with a payload that is none', `${encoded('{ "alg":"RS256"}')}.${encoded('hello')}.AAAA`],
    ['with four parts', `${encoded('{ "alg":"RS256"}')}.${STRANGER}.AAAA.AAAA`],
    ['unsigned', `${encoded('{ "alg":"none"}')}.${STRANGER}.`],
    ['encrypted, with its issuer outside', `${encoded('{ "alg":"dir","enc":"A256GCM","iss":"https://evil.example"}')}..aaaa.bbbb.cccc`],
  ]
  test.each(spellings)('%s is foreign', (_, token) => {
    expect(recognition(token, shown)).toBe('foreign')
  })
})

test('what only looks a little like a JWT is opaque', () => {
  const opaque = ['a.b.c', 'v2.local.AAAA', 'eyJ', 'eyJhbGciOiJub25lIn0.e30', 'ory_at_a.b', '1.2.3.4.5', `${encoded('{"alg":"dir","enc":"A256GCM"}')}..aaaa.bbbb.cccc`]
  expect(opaque.map((token) => recognition(token, shown))).toEqual(opaque.map(() => 'maybe'))
})

test('a prefix of GitHub\u2019s is refused: its tokens are never shown', () => {
  expect(() => checkedPrefixes('ghp_')).toThrow(/"prefix".*GitHub/)
})

test.each(['gho_', 'ghp_', 'ghs_', 'ghu_', 'ghr_', 'github_pat_'])('a token of GitHub is shown to no authorization server (%s)', (prefix) => {
  expect(recognition(`${prefix}16C7e42F292c6912E7710c838347Ae178B4a`, shown)).toBe('foreign')
})

test('where the tokens of an issuer begin in a known way, others are not shown to it', () => {
  const ory = { issuer: undefined, prefixes: ['ory_at_', 'ory_pat_'] }
  expect(['ory_at_x', 'ory_pat_x', 'ory_x', 'xory_at_x', 'opaque'].map((token) => recognition(token, ory))).toEqual(['mine', 'mine', 'foreign', 'foreign', 'foreign'])
})

describe('a JWT that names no issuer', () => {
  const jwt = (claims: string, header = '{"alg":"RS256"}'): string => `${encoded(header)}.${encoded(claims)}.AAAA`
  const GITEA = jwt('{"gnt":12,"tt":0,"exp":2000000000}')

  test('is foreign, where nobody said otherwise', () => {
    expect(recognition(GITEA, shown)).toBe('foreign')
    expect(recognition(GITEA, { ...shown, prefixes: ['gta_'] })).toBe('foreign')
  })

  test('is mine by a prefix, and may be mine by the symbol', () => {
    expect(recognition(GITEA, { ...shown, prefixes: ['gta_', 'eyJ'] })).toBe('mine')
    expect(recognition(jwt('{"iss":null}'), { ...shown, prefixes: ['eyJ'] })).toBe('mine')
    expect(recognition(GITEA, { ...shown, withoutIssuer: true })).toBe('maybe')
    expect(recognition(GITEA, { issuer: undefined, prefixes: [], withoutIssuer: true })).toBe('maybe')
  })

  test.each([
    ['names a stranger', jwt('{"iss":"https://evil.example"}')],
    ['names somebody in an odd way', jwt('{"iss":["https://id.example.com"]}')],
    ['names nobody in an empty text', jwt('{"iss":""}')],
    ['cannot be read', `${encoded('{ "alg":"RS256"}')}.${encoded('hello')}.AAAA`],
    ['has four parts', `${GITEA}.AAAA`],
  ])('is another matter than one that %s', (_, token) => {
    expect(recognition(token, { ...shown, prefixes: ['eyJ'], withoutIssuer: true })).toBe('foreign')
  })

  test('is told of with what to set', () => {
    expect(unshownRefusal(GITEA, shown).detail?.hint).toContain('set "prefix"')
    expect(unshownRefusal(jwt('{"iss":"https://evil.example"}'), shown).reason).toBe('wrong_issuer')
  })
})
