import { describe, expect, test, vi } from 'vitest'
import { accessToken } from '../../../src/index.js'
import { LateWatches } from '../../../src/gate/life/late-watches.js'
import { until } from '../../until.js'

const ada = accessToken({ token: 'ada', claims: { sub: 'ada' }, scopes: [] })
const verify = async (): Promise<null> => null

function watching() {
  const seen = { begun: 0, ended: 0 }
  const watch = () => ((seen.begun += 1), () => void (seen.ended += 1))
  return { seen, watches: new LateWatches({ watch, every: 30, now: () => 0, after: () => () => undefined }) }
}

describe('what follows tokens is loaded by the first stream', () => {
  test('which is followed from then on, until it leaves', async () => {
    const { seen, watches } = watching()
    const first = watches.join(ada, verify, { end: () => undefined })
    expect(seen.begun).toBe(0)
    await vi.dynamicImportSettled()
    expect(seen).toEqual({ begun: 1, ended: 0 })
    const second = watches.join(ada, verify, { end: () => undefined })
    first.leave()
    second.leave()
    expect(seen).toEqual({ begun: 1, ended: 1 })
  })

  test('and not followed where it is over before that', async () => {
    const { seen, watches } = watching()
    watches.join(ada, verify, { end: () => undefined }).leave()
    await vi.dynamicImportSettled()
    expect(seen).toEqual({ begun: 0, ended: 0 })
  })

  test('which ends where that cannot be loaded: nothing outlives its token unseen', async () => {
    const watches = new LateWatches({ watch: undefined, every: 30, now: () => 0 }, () => Promise.reject(new Error('not there')))
    let over = 0
    watches.join(ada, verify, { end: () => void (over += 1) })
    const left = watches.join(ada, verify, { end: () => void (over += 1) })
    left.leave()
    await until(() => over === 1)
  })
})
