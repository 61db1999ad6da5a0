/** The breaker knows the server from the queue, and from a process that stood still. */
import { describe, expect, test } from 'vitest'
import { GuardedCalls } from '../../src/upstream/guarded-calls.js'
import { clock } from '../oauth-kit.js'
import type { AuthEvent } from '../../src/index.js'

describe('a call that was too slow', () => {
  const never = (): Promise<never> => new Promise(() => undefined)

  function calls({ standsStill = false } = {}) {
    const events: AuthEvent[] = []
    let beaten = 0
    const heart = { get beats() { return standsStill ? 0 : (beaten += 10) }, listen: () => undefined, unlisten: () => undefined }
    const closed = new AbortController().signal
    const context = { closed, now: clock().now, clockTolerance: 5, provider: 'x', tell: (event: AuthEvent) => void events.push(event) }
    const guarded = new GuardedCalls({ heart, timeout: 0.3, context })
    return { run: (work: () => Promise<unknown>) => guarded.run('id.example.com', work).catch((error: { fault?: string }) => error.fault), events }
  }

  test('counts where nothing else was heard of the server', async () => {
    const { run, events } = calls()
    expect(await Promise.all(Array.from({ length: 5 }, () => run(never)))).toEqual(Array(5).fill('too slow'))
    expect(events).toEqual([{ type: 'breaker_opened', provider: 'x' }])
  })

  test('does not count where the server answered another meanwhile', async () => {
    const { run, events } = calls()
    const slow = Array.from({ length: 5 }, () => run(never))
    expect(await run(async () => 'fine')).toBe('fine')
    expect(await Promise.all(slow)).toEqual(Array(5).fill('too slow'))
    expect(events).toEqual([])
  })

  test('does not count where this process stood still', async () => {
    const { run, events } = calls({ standsStill: true })
    expect(await Promise.all(Array.from({ length: 20 }, () => run(never)))).toEqual(Array(20).fill('too slow'))
    expect(events).toEqual([])
  })

  test('that had its turn too late is the line\u2019s, and blames nobody', async () => {
    const { run } = calls()
    const answers = await Promise.all(Array.from({ length: 100 }, () => run(never)))
    // Those whose turn still came met the breaker, which the first 48 had opened.
    expect(new Set(answers.slice(48))).not.toContain('too slow')
  })
})
