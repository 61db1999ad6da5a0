/** Answers are constant texts: what is said again and again is made once. */
import { expect, test } from 'vitest'
import { unavailableAnswer } from '../src/answer.js'
import { AuthUnavailableError } from '../src/index.js'

const answered = ({ status, headers: { 'Retry-After': wait } }: ReturnType<typeof unavailableAnswer>) => [status, wait]

test('a flood that is told to wait for as long is given the same answer, by the error and by the gate', () => {
  const why = { retryAfter: 12.3, tooManyRequests: true }
  expect(unavailableAnswer(new AuthUnavailableError('too many names', why))).toBe(unavailableAnswer({ ...why, retryAfter: 12.9 }))
})

test('whoever is told something else is given another', () => {
  const all = [{}, { retryAfter: 1 }, { retryAfter: 1, tooManyRequests: true }, { retryAfter: 1, overloaded: true }, { retryAfter: 2, overloaded: true }]
  for (const _ of [1, 2]) {
    expect(all.map((why) => answered(unavailableAnswer(why)))).toEqual([[503, '5'], [503, '1'], [429, '1'], [429, '1'], [429, '2']])
    expect(new Set(all.map((why) => unavailableAnswer(why).body)).size).toBe(3)
    expect(unavailableAnswer({}, 'Not now').body).toContain('Not now')
  }
})
