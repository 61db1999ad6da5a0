/** A log that is long, slow, full of junk, lost or not there yet. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Revocations } from '../../src/revocations/revocations.js'
import { writeRevocation } from '../../src/revocations/revocation-text.js'
import { Seal } from '../../src/shared/seal.js'
import { clock, START } from '../oauth-kit.js'
import { quiet } from '../quiet.js'
import { until } from '../until.js'
import { MemoryLog, sealing, timers } from './revocation-kit.js'
import type { AuthEvent } from '../../src/index.js'
import type { LoggedEntries } from '../../src/revocations/revocation-log.js'
import type { RevocationsParts } from '../../src/revocations/revocations.js'

const SECRET = 'what-all-replicas-of-these-tests-know'

afterEach(() => vi.restoreAllMocks())

function processOn(log: MemoryLog, { seal = sealing(), secret }: { seal?: RevocationsParts['seal']; secret?: string } = {}) {
  const clockwork = timers()
  const time = clock()
  const events: AuthEvent[] = []
  const parts = { after: clockwork.after, ...(secret === undefined && { seal }) }
  const revocations = new Revocations({ now: time.now, observe: (event) => events.push(event), log, secret }, parts)
  const forward = async (seconds: number): Promise<void> => {
    time.forward(seconds)
    await clockwork.forward(seconds)
  }
  const revoked = (sub: string): boolean => revocations.covers(revocations.marksOf('opaque', { sub }))
  const told = (type: AuthEvent['type']): number => events.filter((event) => event.type === type).length
  return { revocations, events, told, time, forward, revoked, clockwork }
}

const entry = (sub: string): string => writeRevocation({ by: 'sub', issuer: undefined, value: sub, before: Number.POSITIVE_INFINITY, until: START + 9999 })

/** Pages of a thousand, so that a long log is few looks at a kit. */
class LongLog extends MemoryLog {
  override async read(after: string | undefined): Promise<LoggedEntries> {
    this.reads += 1
    const start = Number(after ?? 0)
    const page = this.entries.slice(start, start + 1000)
    return { entries: page.map(({ text }) => text), position: String(start + page.length) }
  }
}

describe('a log of a hundred thousand', () => {
  test('the keys of the seal are derived once, however many entries are opened at once', async () => {
    const seal = new Seal(SECRET)
    const sealed = await Promise.all(Array.from({ length: 50 }, (_, n) => new Seal(SECRET).close('name', `${n}`)))
    const derived = vi.spyOn(crypto.subtle, 'deriveBits')
    const opened = await Promise.all(sealed.map((text) => seal.open('name', text)))
    expect(opened).toEqual(Array.from({ length: 50 }, (_, n) => `${n}`))
    expect(derived).toHaveBeenCalledTimes(2) // the key, and its id
  })

  test('is opened in slices, and everybody else has a turn between them', async () => {
    const log = new LongLog()
    const seal = sealing()
    for (let n = 0; n < 100_000; n += 1) log.entries.push({ text: await seal.close('revocation', entry(`s-${n}`)), seconds: 60 })
    let opened = 0
    let most = 0
    let isOver = false
    const turn = (): void => {
      most = Math.max(most, opened)
      opened = 0
      if (!isOver) setImmediate(turn)
    }
    setImmediate(turn)
    const counting = { ...seal, open: (name: string, text: string) => ((opened += 1), seal.open(name, text)) }
    const { revocations, revoked } = processOn(log, { seal: counting })
    await revocations.ready()
    isOver = true
    expect([revocations.size, revocations.caughtUp, revoked('s-99999')]).toEqual([100_000, true, true])
    expect(most).toBeLessThanOrEqual(250)
  })

  test('at a distance: each page has its own time', async () => {
    const log = new LongLog()
    const seal = sealing()
    for (let n = 0; n < 5000; n += 1) log.entries.push({ text: await seal.close('revocation', entry(`s-${n}`)), seconds: 60 })
    const there = processOn(log)
    const { read } = log
    log.read = (after) => new Promise((resolve) => void there.clockwork.after(4, () => resolve(read.call(log, after))))
    await until(async () => {
      await there.forward(4)
      return there.revocations.caughtUp
    })
    expect([there.revocations.size, there.told('revocations_unavailable')]).toEqual([5000, 0])
  })

  test('one that fails in its middle goes on from there, and not from its beginning', async () => {
    const log = new LongLog()
    const seal = sealing()
    for (let n = 0; n < 5000; n += 1) log.entries.push({ text: await seal.close('revocation', entry(`s-${n}`)), seconds: 60 })
    const { read } = log
    const asked: (string | undefined)[] = []
    log.read = async (after) => {
      asked.push(after)
      if (asked.length === 3) throw new Error('gone')
      return read.call(log, after)
    }
    log.faults.listen = 'hangs'
    const there = processOn(log)
    await there.revocations.ready()
    expect([there.revocations.size, there.revocations.caughtUp]).toEqual([2000, false])
    await until(async () => {
      await there.forward(1)
      return there.revocations.caughtUp
    })
    expect([there.revocations.size, asked.slice(0, 5)]).toEqual([5000, [undefined, '1000', '2000', '2000', '3000']])
  })
})

describe('what somebody without the secret writes', () => {
  test('is put up with ten thousand at a look, and no more', async () => {
    const log = new LongLog()
    log.faults.listen = 'hangs'
    for (let n = 0; n < 25_000; n += 1) log.entries.push({ text: 'junk', seconds: 60 })
    const there = processOn(log)
    await there.revocations.ready()
    expect(log.reads).toBe(10)
    // The next look may not be waited for yet: time goes on until it comes.
    const reads = new Set<number>()
    await until(async () => {
      await there.forward(1)
      reads.add(log.reads)
      return there.revocations.caughtUp
    })
    expect([...reads]).toEqual(expect.arrayContaining([10, 20]))
  })

  test('is not even opened where it is longer than any entry of ours', async () => {
    const log = new MemoryLog()
    log.entries.push({ text: 'x'.repeat(4097), seconds: 60 }, { text: 'x'.repeat(4096), seconds: 60 })
    const open = vi.fn(async () => undefined)
    const there = processOn(log, { seal: { ...sealing(), open } })
    await there.revocations.ready()
    await quiet()
    expect([open.mock.calls.length, there.revocations.caughtUp]).toEqual([1, true])
  })

  test('an entry that another secret sealed may be a revocation in force: this process has not caught up', async () => {
    const log = new MemoryLog()
    const theirs = processOn(log, { secret: 'another-secret-of-another-deployment' })
    await theirs.revocations.revoke({ sub: 'ada' })
    const ours = processOn(log, { secret: SECRET })
    await until(() => ours.told('revocations_unreadable') > 0)
    await ours.revocations.ready()
    expect(ours.revocations.caughtUp).toBe(false)
    expect(ours.revoked('ada')).toBe(false)
  })
})

describe('a log that is not there yet', () => {
  test('the first look waits until it can be asked', async () => {
    const log = new MemoryLog()
    await processOn(log).revocations.revoke({ sub: 'ada' })
    let connected = (): void => undefined
    log.faults.read = 'fails'
    const connecting = Object.assign(log, { ready: () => new Promise<void>((resolve) => (connected = resolve)) })
    const there = processOn(connecting)
    let isReady = false
    const ready = there.revocations.ready().then(() => (isReady = true))
    await quiet()
    expect(isReady).toBe(false)
    log.faults.read = 'works'
    connected()
    await ready
    expect([there.revoked('ada'), there.revocations.caughtUp, there.told('revocations_unavailable')]).toEqual([true, true, 0])
  })

  test('but no longer than five seconds', async () => {
    const log = Object.assign(new MemoryLog(), { ready: () => new Promise<void>(() => undefined) })
    log.faults.read = log.faults.listen = 'fails'
    const there = processOn(log)
    await there.forward(5)
    await there.revocations.ready()
    expect([there.revocations.caughtUp, there.told('revocations_unavailable')]).toEqual([false, 1])
    log.faults.read = 'works'
    await there.forward(5)
    expect(there.revocations.caughtUp, 'and then it asks as always').toBe(true)
  })

  test('one that is empty is believed at the second look: those who know what was in it may be writing', async () => {
    const log = new LosingLog()
    const there = processOn(log)
    await there.revocations.ready()
    await quiet()
    expect(there.revocations.caughtUp).toBe(false)
    await there.forward(5)
    expect(there.revocations.caughtUp).toBe(true)
  })
})

/** Says where it began anew, as the log in Redis does. */
class LosingLog extends MemoryLog {
  #lives = 0

  lose(): void {
    this.#lives += 1
    this.entries.length = 0
  }

  override async read(after: string | undefined): Promise<LoggedEntries> {
    const [life, start] = (after ?? `${this.#lives}:0`).split(':').map(Number)
    const isAnew = life !== this.#lives
    const page = await super.read(isAnew ? undefined : String(start))
    return { entries: page.entries, position: page.position === '0' ? undefined : `${this.#lives}:${page.position}`, ...(isAnew && { isAnew }) }
  }
}

describe('a log that lost its entries', () => {
  async function three() {
    const log = new LosingLog()
    const [one, other] = [processOn(log), processOn(log)]
    for (const sub of ['ada', 'grace', 'alan', 'edsger']) await one.revocations.revoke({ sub })
    await one.forward(5)
    await other.forward(5)
    return { log, one, other }
  }

  test('is told, and those who know write back what was in it', async () => {
    const { log, one, other } = await three()
    log.faults.bellLost = true
    log.lose()
    await one.forward(5)
    expect([one.told('revocations_lost'), one.revocations.caughtUp]).toEqual([1, false])
    await one.forward(10)
    expect([log.entries.length, one.revocations.caughtUp]).toEqual([4, true])
    const late = processOn(log)
    await late.revocations.ready()
    expect(['ada', 'grace', 'alan', 'edsger'].map(late.revoked)).toEqual([true, true, true, true])
    await other.forward(20)
    expect([other.told('revocations_lost'), log.entries.length], 'the second one finds nothing to add').toEqual([1, 4])
  })

  test('is written back fifty at a time where it can take them, and not entry by entry', async () => {
    const log = Object.assign(new LosingLog(), { sizes: [] as number[] })
    const appendAll = async (entries: readonly { entry: string; seconds: number }[]): Promise<void> => {
      log.sizes.push(entries.length)
      for (const { entry, seconds } of entries) await log.append(entry, seconds)
    }
    const one = processOn(Object.assign(log, { appendAll }))
    for (let n = 0; n < 250; n += 1) await one.revocations.revoke({ sub: `person ${n}` })
    await one.forward(5)
    log.lose()
    await one.forward(15)
    expect([log.sizes, log.entries.length, one.revocations.caughtUp]).toEqual([[50, 50, 50, 50, 50], 250, true])
  })

  test('one that cannot be written is written when it can', async () => {
    const { log, one } = await three()
    log.lose()
    log.faults.append = 'fails'
    await one.forward(30)
    expect(one.revocations.caughtUp).toBe(false)
    log.faults.append = 'works'
    await one.forward(15)
    expect([log.entries.length, one.revocations.caughtUp]).toEqual([4, true])
  })

  test('what is revoked in between is in it once', async () => {
    const { log, one } = await three()
    log.lose()
    await one.revocations.revoke({ sub: 'barbara' })
    await one.forward(15)
    expect(log.entries).toHaveLength(5)
  })
})

describe('entries that have expired', () => {
  test('go by the end that is sealed in them, and only where the clock of the log agrees', async () => {
    const log = new MemoryLog()
    let sweep: ((at: number) => Promise<(boolean | undefined)[]>) | undefined
    const sweeping = Object.assign(log, {
      sweep: async (isOver: (text: string, at: number) => Promise<boolean | undefined>) => {
        sweep = (at) => Promise.all([...log.entries.map(({ text }) => isOver(text, at)), isOver('junk', at)])
      },
    })
    const here = processOn(sweeping)
    await here.revocations.revoke({ sub: 'ada', expiresAt: START + 100 })
    await here.revocations.revoke({ sub: 'grace', expiresAt: START + 900 })
    await quiet()
    expect(await sweep?.(START + 1e9), 'a clock of the log that jumped').toEqual([false, false, undefined])
    here.time.forward(200)
    expect(await sweep?.(START), 'a clock of ours that jumped').toEqual([false, false, undefined])
    expect(await sweep?.(START + 200)).toEqual([true, false, undefined])
  })

  test('are looked for once while many are revoked at the same moment, and again with the next', async () => {
    const log = new MemoryLog()
    let sweeps = 0
    let over: (() => void) | undefined
    const here = processOn(Object.assign(log, { sweep: () => new Promise<void>((resolve) => void ((sweeps += 1), (over = resolve))) }))
    await Promise.all(Array.from({ length: 50 }, (_, n) => here.revocations.revoke({ sub: `person ${n}` })))
    expect(sweeps).toBe(1)
    over?.()
    await quiet()
    await here.revocations.revoke({ sub: 'ada' })
    expect(sweeps).toBe(2)
  })

  test('are looked for again though a look for them hung', async () => {
    const log = new MemoryLog()
    let sweeps = 0
    const here = processOn(Object.assign(log, { sweep: () => new Promise<void>(() => void (sweeps += 1)) }))
    await here.revocations.revoke({ sub: 'ada' })
    await here.forward(5)
    await here.revocations.revoke({ sub: 'grace' })
    expect(sweeps).toBe(2)
  })

  test('are looked for where a log is full, too', async () => {
    const log = new MemoryLog()
    let sweeps = 0
    const here = processOn(Object.assign(log, { sweep: async () => void (sweeps += 1) }))
    log.faults.append = 'fails'
    await expect(here.revocations.revoke({ sub: 'ada' })).rejects.toMatchObject({ code: 'ERR_AUTH_UNAVAILABLE' })
    await quiet()
    expect(sweeps).toBe(1)
  })
})
