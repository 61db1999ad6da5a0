import { describe, expect, test } from 'vitest'
import { hasRepeatedName } from '../../src/lib/repeated-name.js'

describe('a name that stands twice in an object', () => {
  test.each([
    '{"a":1,"a":2}',
    '{"a":{"b":1,"b":2}}',
    '[{"a":1},{"a":1,"b":{},"a":2}]',
    '{ "a" : {"a":1}, "b": [], "a" :2 }',
    '{"a":1,"\\u0061":2}',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
    '{"a\\"}":1,"b":"{","a\\"}":2}',
  ])('is found in %s', (json) => {
    expect(() => JSON.parse(json)).not.toThrow()
    expect(hasRepeatedName(json)).toBe(true)
  })

  test.each([
    '{"a":1,"b":2}',
    '{"a":{"a":{"a":1}},"b":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a"}',
    '{"a":"\\"a\\":","b":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":"}","b":"{"}',
    '{"a\\\\":1,"a":2}',
    '{"constructor":1,"toString":2}',
    '"a"',
  ])('is not imagined in %s', (json) => {
    expect(() => JSON.parse(json)).not.toThrow()
    expect(hasRepeatedName(json)).toBe(false)
  })
})
