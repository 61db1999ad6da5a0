/** What was told is counted in steps of ten seconds over ten minutes, and never grows beyond that. */
import { describe, expect, test } from 'vitest'
import { History } from '../../src/inspector/history.js'
import { clock } from '../oauth-kit.js'
import type { AuthEvent } from '../../src/index.js'

const accepted = (): AuthEvent => ({ type: 'accepted', provider: 'jwks', remembered: false })
const rejected = (reason: 'expired' | 'revoked' = 'expired', hint?: string): AuthEvent => ({ type: 'rejected', provider: 'jwks', reason, remembered: false, ...(hint && { hint }) })

function watched() {
  const time = clock()
  const history = new History(time.now)
  const counts = (name: string): readonly number[] => history.read().series.find((one) => one.name === name)?.counts ?? []
  return { time, history, counts }
}

describe('counts', () => {
  test('stand in the step in which they came, the last one being now', () => {
    const { time, history, counts } = watched()
    history.observe(accepted())
    time.forward(10)
    history.observe(accepted())
    history.observe(accepted())
    expect(counts('accepted').slice(-3)).toEqual([0, 1, 2])
    time.forward(20)
    expect(counts('accepted').slice(-4)).toEqual([1, 2, 0, 0])
  })

  test('leave after ten minutes, and the total stays', () => {
    const { time, history, counts } = watched()
    history.observe(rejected())
    time.forward(590)
    expect(counts('expired')[0]).toBe(1)
    time.forward(10)
    expect(counts('expired')).toEqual(Array(60).fill(0))
    expect(history.read().series[0]?.total).toBe(1)
  })

  test('are of each reason by itself, and of the gate apart from the provider', () => {
    const { history } = watched()
    for (const event of [rejected(), rejected('revoked')]) history.observe(event)
    history.observe({ type: 'denied', provider: 'gate', method: 'POST', status: 403, reason: 'insufficient_scope' })
    expect(history.read().series.map(({ of, name, total }) => [of, name, total])).toEqual([['rejected', 'expired', 1], ['rejected', 'revoked', 1], ['denied', 'insufficient_scope', 1]])
  })

  test('are apart of what is only reported, which is no refusal', () => {
    const { history } = watched()
    history.observe({ type: 'would_reject', provider: 'people', reason: 'wrong_audience', remembered: false })
    history.observe({ type: 'would_deny', provider: 'gate', method: 'POST', status: 403, reason: 'insufficient_scope' })
    const { series, refusals } = history.read()
    expect(series.map(({ of, name }) => [of, name])).toEqual([['would_reject', 'wrong_audience'], ['would_deny', 'insufficient_scope']])
    expect(refusals).toEqual([])
  })

  test('an event that comes by two ways counts once', () => {
    const { history, counts } = watched()
    const one = accepted()
    history.observe(one)
    history.observe(one)
    expect(counts('accepted').at(-1)).toBe(1)
  })

  test('go on where the clock is set back, and forget everything after a jump ahead', () => {
    const { time, history, counts } = watched()
    history.observe(accepted())
    time.forward(-3_600)
    history.observe(accepted())
    expect(counts('accepted').at(-1)).toBe(2)
    time.forward(1e9)
    expect(counts('accepted')).toEqual(Array(60).fill(0))
  })

  test('of names without end stay few', () => {
    const { history } = watched()
    for (let n = 0; n < 1_000; n += 1) history.observe(rejected(`made up ${n}` as 'expired'))
    const { series, refusals } = history.read()
    expect([series.length, refusals.length]).toEqual([64, 20])
    expect(refusals[0]?.what).toBe('made up 999')
  })

  test.each([[undefined], [null], ['text'], [7]])('what is no event (%s) is nothing', (event) => {
    const { history } = watched()
    history.observe(event as unknown as AuthEvent)
    expect(history.read().series).toEqual([])
  })
})

describe('what was told last', () => {
  test('says how often in the same words, and how long ago', () => {
    const { time, history } = watched()
    history.observe(rejected('expired', 'a hint'))
    history.observe(rejected('revoked'))
    history.observe(rejected('expired', 'a hint'))
    time.forward(7)
    expect(history.read().refusals).toEqual([
      { what: 'expired', provider: 'jwks', hint: 'a hint', times: 2, ago: 7 },
      { what: 'revoked', provider: 'jwks', times: 1, ago: 7 },
    ])
  })

  test('is one line for a refusal that the gate tells again', () => {
    const { history } = watched()
    history.observe(rejected())
    history.observe({ type: 'denied', provider: 'gate', method: 'POST', status: 401, reason: 'invalid_token', because: 'expired' })
    expect(history.read().refusals.map(({ what }) => what)).toEqual(['expired'])
  })

  test('has rotations, outages and breakers apart, and no long text', () => {
    const { history } = watched()
    history.observe({ type: 'keys_rotated', provider: 'jwks', issuer: 'https://id.example.com', keys: 2 })
    history.observe({ type: 'keys_unavailable', provider: 'jwks', issuer: 'https://id.example.com', message: 'x'.repeat(5_000), usable: true, retryAfter: 1 })
    history.observe({ type: 'breaker_opened', provider: 'introspection' })
    const { news } = history.read()
    expect(news.map(({ what }) => what)).toEqual(['breaker_opened', 'keys_unavailable', 'keys_rotated'])
    expect(news[1]?.hint).toHaveLength(300)
  })

  test('never has the names of roles, which are values of claims', () => {
    const { history } = watched()
    history.observe({ type: 'roles_unknown', provider: 'jwks', claim: 'roles', names: ['secret-project'], unnamed: 1 })
    history.observe({ ...accepted(), key: 'ci of ada' } as AuthEvent)
    expect(JSON.stringify(history.read())).not.toMatch(/secret-project|ci of ada/)
  })
})
