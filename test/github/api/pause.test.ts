/** A pause lets nobody through while it lasts, then one at a time. */
import { expect, test } from 'vitest'
import { Pause } from '../../../src/github/api/pause.js'
import { clock } from '../../oauth-kit.js'

function setUp() {
  const time = clock()
  const pause = new Pause(time.now, 3)
  const run = (work: () => Promise<string> = async () => 'done'): Promise<string> => pause.run('api.github.com', work).catch((error: { fault: string; retryAfter: number }) => `${error.fault} ${error.retryAfter}`)
  return { time, pause, run }
}

test('whoever was never told to wait runs, however many', async () => {
  const { run } = setUp()
  expect(await Promise.all([run(), run(), run()])).toEqual(['done', 'done', 'done'])
})

test('the wait is told in whole seconds, rounded up', async () => {
  const { time, pause, run } = setUp()
  pause.hold(10)
  time.forward(0.5)
  expect(await run()).toBe('held back 10')
})

test('a probe that came through does not end a pause that was asked for meanwhile', async () => {
  const { time, pause, run } = setUp()
  pause.hold(10)
  time.forward(10)
  const probe = run(async () => {
    pause.hold(30)
    return 'done'
  })
  expect(await probe).toBe('done')
  expect(await run()).toBe('held back 30')
})

test('a call from before the pause does not end it', async () => {
  const { pause, run } = setUp()
  const before = run(async () => {
    pause.hold(10)
    return 'done'
  })
  expect(await before).toBe('done')
  expect(await run()).toBe('held back 10')
})
