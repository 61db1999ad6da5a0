/** A revocation log in Redis or Valkey: a stream is the truth, a channel is the bell. Needs Redis 6.2 or newer. */
import { spanInSeconds } from '../lib/options.js'
import { prefixOf } from './prefix.js'
import { redisLine } from './redis-client.js'
import { entriesOf, isEarlier, isOver } from './stream-entry.js'
import type { LoggedEntries, RevocationLog } from '../revocations/revocation-log.js'
import type { RedisClient, RedisLine } from './redis-client.js'
import type { StreamEntry } from './stream-entry.js'

export interface RedisRevocationLogOptions {
  /** Stands before the names of the stream and of the channel. Default none: they begin with `bearer-auth-providers:`. */
  prefix?: string | undefined
}

/**
 * Every entry carries its span, and goes only when that is over by the clock of Redis; each `append` looks through a
 * hundred entries for such. So the stream is about as large as what is in force. It has no expiry of its own: with
 * `maxmemory-policy` `noeviction` or one of `volatile-*` Redis never drops it.
 *
 * `append` and `read` reject or hang as the client does; hold them to a time yourself. Does NOT connect or end the client.
 *
 * @throws TypeError for a client that is none, or one of a cluster.
 */
export function redisRevocationLog(client: RedisClient, { prefix }: RedisRevocationLogOptions = {}): RevocationLog {
  const key = prefixOf(prefix)
  return new StreamLog(redisLine(client), key('bearer-auth-providers:revocations'))
}

class StreamLog implements RevocationLog {
  readonly #line: RedisLine
  readonly #stream: string
  /** The channel that says that something was added; its messages say nothing else. */
  readonly #bell: string
  /** Where the search for entries that are over goes on. */
  #swept = BEGINNING

  constructor(line: RedisLine, stream: string) {
    this.#line = line
    this.#stream = stream
    this.#bell = `${stream}:bell`
  }

  async append(entry: string, seconds: number): Promise<void> {
    const span = String(Math.ceil(spanInSeconds('seconds', seconds, TEN_YEARS)))
    const id = String(await this.#line.command('XADD', this.#stream, '*', 'entry', entry, 'seconds', span))
    // The entry is in: a bell that is not heard and a sweep that fails are no failures of this.
    const rings = this.#line.command('PUBLISH', this.#bell, '')
    await Promise.allSettled([rings, this.#sweep(id)])
  }

  async read(after: string | undefined): Promise<LoggedEntries> {
    const from = after !== undefined && (await this.#knows(after)) ? after : BEGINNING
    const found: StreamEntry[] = []
    let position = from
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const entries = await this.#page(position)
      found.push(...entries)
      position = entries.at(-1)?.id ?? position
      if (entries.length < PAGE) break
    }
    const entries = found.flatMap(({ text }) => text ?? [])
    return { entries, position: position === BEGINNING ? undefined : position }
  }

  async listen(rung: () => void): Promise<() => Promise<void>> {
    const end = this.#line.listen(this.#bell, rung)
    return async () => end()
  }

  /** False after Redis came back empty and with an earlier clock: what is added now would stand before our position. */
  async #knows(position: string): Promise<boolean> {
    const reply = await this.#line.command('XREVRANGE', this.#stream, '+', '-', 'COUNT', '1')
    const last = entriesOf(reply).at(-1)
    return last === undefined || !isEarlier(last.id, position)
  }

  async #page(after: string): Promise<StreamEntry[]> {
    const reply = await this.#line.command('XRANGE', this.#stream, `(${after}`, '+', 'COUNT', String(PAGE))
    return entriesOf(reply)
  }

  /** Takes out what is over, from a hundred entries at a time, round and round. `newest`: its time is Redis's own. */
  async #sweep(newest: string): Promise<void> {
    const reply = await this.#line.command('XRANGE', this.#stream, `(${this.#swept}`, '+', 'COUNT', String(SWEPT_AT_ONCE))
    const entries = entriesOf(reply)
    this.#swept = entries.length < SWEPT_AT_ONCE ? BEGINNING : (entries.at(-1)?.id ?? BEGINNING)
    const over = entries.filter((entry) => isOver(entry, newest)).map(({ id }) => id)
    if (over.length > 0) await this.#line.command('XDEL', this.#stream, ...over)
  }
}

/** Before every id. */
const BEGINNING = '0-0'

/** Entries in one reply. */
const PAGE = 1_000
/** A million entries in one `read`; the next one goes on from there. */
const MAX_PAGES = 1_000

const SWEPT_AT_ONCE = 100

const TEN_YEARS = { min: 0, max: 315_360_000 }
