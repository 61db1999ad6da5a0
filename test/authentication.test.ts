/** How somebody signed in: what is asked for, and what a token says of it. */
import { describe, expect, test } from 'vitest'
import { authenticationLack, authenticationTogether, checkedAuthentication } from '../src/authentication.js'
import { START } from './oauth-kit.js'
import type { AuthenticationRequirements } from '../src/index.js'

const lackOf = (claims: Record<string, unknown>, requirements: AuthenticationRequirements): string | undefined => {
  const lack = authenticationLack(claims, checkedAuthentication(requirements), () => START)
  return lack && `${lack.claim}: ${lack.hint}`
}

describe('the class of a sign-in', () => {
  test.each(['phr', 'phrh'])('may be any of those that are named: %s', (acr) => {
    expect(lackOf({ acr }, { acr: ['phr', 'phrh'] })).toBeUndefined()
  })

  test.each<[string, unknown]>([
    ['another', 'pwd'],
    ['one in other letters', 'PHR'],
    ['several in one text', 'phr phrh'],
    ['an empty one', ''],
    ['the beginning of one', 'ph'],
  ])('is not %s', (_, acr) => {
    expect(lackOf({ acr }, { acr: ['phr', 'phrh'] })).toBe('acr: the sign-in was of another class than "acr" names')
  })

  test.each<[string, unknown]>([
    ['none', undefined],
    ['null', null],
    ['a list', ['phr']],
    ['a number', 1],
    ['true', true],
    ['an object', { toString: () => 'phr' }],
  ])('is nothing where the token has %s', (_, acr) => {
    expect(lackOf({ acr }, { acr: ['phr', '1'] })).toMatch(/^acr: the token has no "acr"/)
  })
})

describe('the time of a sign-in', () => {
  test.each([START, START - 299, START - 300, START - 305, START + 5, START - 0.5])('will do at %d', (at) => {
    expect(lackOf({ auth_time: at }, { maxAuthAge: 300 })).toBeUndefined()
  })

  test.each<[string, unknown, RegExp]>([
    ['longer ago than is forgiven', START - 305.1, /longer ago/],
    ['the beginning of time', 0, /longer ago/],
    ['before all time', Number.NEGATIVE_INFINITY, /longer ago/],
    ['further ahead than is forgiven', START + 5.1, /lies in the future/],
    ['in milliseconds', START * 1000, /lies in the future/],
    ['never to come', Number.POSITIVE_INFINITY, /lies in the future/],
    ['not said', undefined, /no "auth_time"/],
    ['null', null, /no "auth_time"/],
    ['a text', String(START), /no "auth_time"/],
    ['no number', Number.NaN, /no "auth_time"/],
    ['a date', new Date(START * 1000), /no "auth_time"/],
    ['a list', [START], /no "auth_time"/],
  ])('will not do where it is %s', (_, at, hint) => {
    expect(lackOf({ auth_time: at, iat: START }, { maxAuthAge: 300 })).toMatch(hint)
  })

  test('is read of a real answer that has a number beyond all numbers', () => {
    expect(lackOf(JSON.parse('{"auth_time":1e999}') as Record<string, unknown>, { maxAuthAge: 300 })).toMatch(/lies in the future/)
  })
})

test('what is asked for stands together, whichever of it is wrong', () => {
  const terms = checkedAuthentication({ acr: ['phr'], maxAuthAge: 60 })
  for (const claims of [{}, { acr: 'phr' }, { auth_time: START }]) expect(authenticationLack(claims, terms, () => START)).toMatchObject(terms)
  expect(authenticationLack({ acr: 'phr', auth_time: START }, terms, () => START)).toBeUndefined()
})

test('several ask for what is enough for all, in the order of the first', () => {
  const terms = (acr?: string[], maxAuthAge?: number) => ({ acr, maxAuthAge })
  expect(authenticationTogether([terms(['c', 'a', 'b'], 60), terms(), terms(['a', 'b', 'c', 'd'], 30), terms(['b', 'c'])])).toEqual(terms(['c', 'b'], 30))
  expect(authenticationTogether([terms(), terms()])).toEqual(terms())
  expect(lackOf({ acr: 'a' }, {})).toBeUndefined()
  const none = authenticationTogether([terms(['a']), terms(['b'])])
  expect(authenticationLack({ acr: 'a' }, none, () => START)).toMatchObject({ acr: [], hint: expect.stringContaining('one by one') })
})

test.each<[string, object, RegExp]>([
  ['an empty list', { acr: [] }, /"acr" must be an array of authentication context classes/],
  ['a text', { acr: 'phr' }, /"acr" must be an array/],
  ['a blank', { acr: ['phr phrh'] }, /without blanks or quotes/],
  ['a quote', { acr: ['p"hr'] }, /without blanks or quotes/],
  ['a backslash', { acr: ['p\\hr'] }, /without blanks or quotes/],
  ['a line end', { acr: ['phr\r\nX: y'] }, /without blanks or quotes/],
  ['an empty class', { acr: ['phr', ''] }, /"acr" must be an array/],
  ['a number in it', { acr: [1] }, /"acr" must be an array/],
  ['null', { acr: null }, /"acr" must be an array/],
  ['a negative age', { maxAuthAge: -1 }, /"maxAuthAge" must be a number of seconds from 0/],
  ['an age that is no number', { maxAuthAge: Number.NaN }, /"maxAuthAge" must be a number of seconds/],
  ['an age in a text', { maxAuthAge: '300' }, /"maxAuthAge" must be a number of seconds/],
  ['an age in milliseconds', { maxAuthAge: 3_600_000 }, /looks like milliseconds, write 3600/],
  ['an age without an end', { maxAuthAge: Number.POSITIVE_INFINITY }, /"maxAuthAge" must be a number of seconds/],
  ['a half of a second', { maxAuthAge: 0.5 }, /"maxAuthAge" must be a whole number/],
  ['null for an age', { maxAuthAge: null }, /"maxAuthAge" must be a number of seconds/],
])('%s is refused', (_, requirements, message) => {
  expect(() => checkedAuthentication(requirements)).toThrow(message)
  expect(() => checkedAuthentication(requirements)).toThrow(TypeError)
})
