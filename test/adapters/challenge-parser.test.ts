import { describe, expect, test } from 'vitest'
import { parseChallenge, parseChallenges } from './challenge-parser.js'

describe('the reader of challenges', () => {
  test('reads a scheme that stands alone', () => {
    expect(parseChallenge('Bearer')).toEqual({ scheme: 'Bearer', parameters: {} })
  })

  test('reads quoted parameters, tokens and quoted pairs', () => {
    expect(parseChallenge('Bearer error="invalid_token", realm=a, x="a \\"b\\" \\\\, c"').parameters).toEqual({
      error: 'invalid_token',
      realm: 'a',
      x: 'a "b" \\, c',
    })
  })

  test('tells two challenges apart', () => {
    expect(parseChallenges('Basic realm="a", Bearer error="b"')).toEqual([
      { scheme: 'Basic', parameters: { realm: 'a' } },
      { scheme: 'Bearer', parameters: { error: 'b' } },
    ])
  })

  for (const [what, header] of Object.entries({
    'a quote inside': 'Bearer error="a"b"',
    'an open quote': 'Bearer error="a',
    'no comma': 'Bearer error="a" scope="b"',
    'a comma at the end': 'Bearer error="a",',
    'two commas': 'Bearer error="a",, scope="b"',
    'a line break': 'Bearer error="a\r\nX: b"',
    'a letter outside ASCII': 'Bearer error="ä"',
    'a parameter twice': 'Bearer error="a", Error="b"',
    'no value': 'Bearer error=',
    'no scheme': '="a"',
    'two blanks in a scope': 'Bearer scope="a  b"',
    'a quote in a description': 'Bearer error_description="a\\"b"',
    'metadata that is nowhere': 'Bearer resource_metadata="mcp"',
  })) {
    test(`refuses ${what}`, () => {
      expect(() => parseChallenge(header)).toThrow(SyntaxError)
    })
  }
})
