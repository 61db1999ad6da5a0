/** A log in memory with faults, and timers that run when told. */
import { quiet } from '../quiet.js'
import type { LoggedEntries, RevocationLog } from '../../src/revocations/revocation-log.js'
import type { Seal } from '../../src/shared/seal.js'
import type { After } from '../../src/lib/timer.js'

export interface LogFaults {
  /** Nobody hears the bell. */
  bellLost: boolean
  read: 'works' | 'fails' | 'hangs'
  append: 'works' | 'fails' | 'hangs'
  listen: 'works' | 'fails' | 'hangs'
}

/** One log for all who share it; pages of three. */
export class MemoryLog implements RevocationLog {
  readonly entries: { readonly text: string; readonly seconds: number }[] = []
  readonly faults: LogFaults = { bellLost: false, read: 'works', append: 'works', listen: 'works' }
  readonly bells = new Set<() => void>()
  reads = 0
  readsAtOnce = 0
  mostAtOnce = 0

  async append(text: string, seconds: number): Promise<void> {
    await this.#fault(this.faults.append)
    this.entries.push({ text, seconds })
    if (!this.faults.bellLost) for (const ring of this.bells) ring()
  }

  async read(after: string | undefined): Promise<LoggedEntries> {
    this.reads += 1
    this.mostAtOnce = Math.max(this.mostAtOnce, (this.readsAtOnce += 1))
    try {
      await this.#fault(this.faults.read)
    } finally {
      this.readsAtOnce -= 1
    }
    const start = Number(after ?? 0)
    const page = this.entries.slice(start, start + 3)
    return { entries: page.map(({ text }) => text), position: String(start + page.length) }
  }

  async listen(rung: () => void): Promise<() => Promise<void>> {
    await this.#fault(this.faults.listen)
    this.bells.add(rung)
    return async () => void this.bells.delete(rung)
  }

  async #fault(fault: 'works' | 'fails' | 'hangs'): Promise<void> {
    if (fault === 'fails') throw new Error('connect ECONNREFUSED secret-host:6379')
    if (fault === 'hangs') await new Promise(() => undefined)
  }
}

/** Not secret, but bound to its name and its key: enough to see who opens what. */
export function sealing(key = 'key'): Pick<Seal, 'close' | 'open'> {
  return {
    close: async (name, text) => `${key}|${name}|${Buffer.from(text).toString('base64')}`,
    open: async (name, text) => {
      const [by, under, body = ''] = text.split('|')
      return by === key && under === name ? Buffer.from(body, 'base64').toString() : undefined
    },
  }
}

/** Timers that go off when time is moved. */
export function timers() {
  const waiting = new Map<object, { at: number; work: () => void }>()
  let time = 0
  const after: After = (seconds, work) => {
    const id = {}
    waiting.set(id, { at: time + seconds, work })
    return () => void waiting.delete(id)
  }
  /** Moves on, and lets everything settle that this sets going. */
  const forward = async (seconds: number): Promise<void> => {
    const until = time + seconds
    await quiet()
    for (;;) {
      const [next] = [...waiting].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)
      if (next === undefined) break
      const [id, { at, work }] = next
      waiting.delete(id)
      time = at
      work()
      await quiet()
    }
    time = until
    await quiet()
  }
  return { after, forward, waiting }
}

