/** A revocation log in Redis or Valkey: a stream is the truth, a channel is the bell. Needs Redis 6.2 or newer. */
import { spanInSeconds } from '../lib/options.js'
import { prefixOf } from './prefix.js'
import { redisLine } from './redis-client.js'
import { entriesOf, isEarlier, isOver } from './stream-entry.js'
import type { IsOver, LogEntry, LoggedEntries, RevocationLog } from '../revocations/revocation-log.js'
import type { RedisClient, RedisLine } from './redis-client.js'
import type { StreamEntry } from './stream-entry.js'

export interface RedisRevocationLogOptions {
  /** Stands before the names of the stream and of the channel. Default none: they begin with `bearer-auth-providers:`. */
  prefix?: string | undefined
}

/**
 * An entry goes when it has expired by what is sealed in it; each revocation looks through a hundred entries for such. So
 * the stream is about as large as what is in force. It has no expiry of its own: with `maxmemory-policy` `noeviction` or
 * one of `volatile-*` Redis never drops it.
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
  /** Where the search for entries that have expired goes on. */
  #swept = BEGINNING
  /** Entries in one page. */
  #count = FIRST_PAGE
  #ringing = Promise.resolve()
  #nextRing: Promise<void> | undefined

  constructor(line: RedisLine, stream: string) {
    this.#line = line
    this.#stream = stream
    this.#bell = `${stream}:bell`
  }

  async append(entry: string, seconds: number): Promise<void> {
    return this.appendAll([{ entry, seconds }])
  }

  async appendAll(entries: readonly LogEntry[]): Promise<void> {
    const spans = entries.map(({ seconds }) => String(Math.ceil(spanInSeconds('seconds', seconds, TEN_YEARS))))
    await Promise.all(entries.map(({ entry }, index) => this.#line.command('XADD', this.#stream, '*', 'entry', entry, 'seconds', spans[index] ?? '0')))
    await this.#ring()
  }

  /** Rings once for all that was added while the last ring was under way. Never rejects: the entry is in, and a bell that is not heard is no failure. */
  #ring(): Promise<void> {
    this.#nextRing ??= this.#ringing.then(() => {
      this.#nextRing = undefined
      return (this.#ringing = this.#line.command('PUBLISH', this.#bell, '').then(nothing, nothing))
    })
    return this.#nextRing
  }

  async read(after: string | undefined): Promise<LoggedEntries> {
    if (after === undefined) return this.#page(BEGINNING)
    const [page, isKnown] = await Promise.all([this.#page(after), this.#knows(after)])
    return isKnown ? page : { ...(await this.#page(BEGINNING)), isAnew: true }
  }

  /** Looks at a hundred entries at a time, round and round. */
  async sweep(hasExpired: IsOver): Promise<void> {
    const [time, reply] = await Promise.all([
      this.#line.command('TIME'),
      this.#line.command('XRANGE', this.#stream, `(${this.#swept}`, '+', 'COUNT', String(SWEPT_AT_ONCE)),
    ])
    const at = Number(Array.isArray(time) ? time[0] : Number.NaN) // whole seconds, and microseconds
    const entries = entriesOf(reply)
    const last = entries.at(-1)?.id ?? LAST_ID
    this.#swept = entries.length < SWEPT_AT_ONCE || last === LAST_ID ? BEGINNING : last
    const over: string[] = []
    for (const entry of entries) {
      const verdict = entry.text === undefined ? undefined : await hasExpired(entry.text, at)
      // Of somebody else's entry nothing is known but what it says in the clear.
      if (verdict ?? isOver(entry, at)) over.push(entry.id)
    }
    if (over.length > 0) await this.#line.command('XDEL', this.#stream, ...over)
  }

  ready(): Promise<void> {
    return this.#line.ready()
  }

  async listen(rung: () => void): Promise<() => Promise<void>> {
    const end = this.#line.listen(this.#bell, rung)
    return async () => end()
  }

  /** False after Redis came back empty, or began the stream anew with an earlier clock. A stream that was swept empty stays. */
  async #knows(position: string): Promise<boolean> {
    const [reply, exists] = await Promise.all([this.#line.command('XREVRANGE', this.#stream, '+', '-', 'COUNT', '1'), this.#line.command('EXISTS', this.#stream)])
    const last = entriesOf(reply).at(-1)
    return last === undefined ? Number(exists) === 1 : !isEarlier(last.id, position)
  }

  async #page(after: string): Promise<LoggedEntries> {
    // Behind it there is nothing, and to ask for that is an error: whoever wrote it must not make all who read it deaf for good.
    if (after === LAST_ID) return { entries: [], position: after }
    const entries = entriesOf(await this.#line.command('XRANGE', this.#stream, `(${after}`, '+', 'COUNT', String(this.#count)))
    this.#count = nextCount(this.#count, entries)
    const position = entries.at(-1)?.id ?? after
    return { entries: entries.flatMap(({ text }) => text ?? []), position: position === BEGINNING ? undefined : position }
  }
}

/** Before every id. */
const BEGINNING = '0-0'
/** After every id. No entry of ours has it. */
const LAST_ID = '18446744073709551615-18446744073709551615'

/** Entries in the first page, and in the largest. */
const FIRST_PAGE = 100
const LARGEST_PAGE = 1_000

/** Whoever can write to the stream can write entries of any length: pages grow while these are as short as ours are. */
function nextCount(count: number, entries: readonly StreamEntry[]): number {
  const length = entries.reduce((sum, { text = '' }) => sum + text.length, 0)
  return length > entries.length * LONG ? FIRST_PAGE / 10 : Math.min(count * 2, LARGEST_PAGE)
}

/** Characters of an entry, on an average. */
const LONG = 2_048

const SWEPT_AT_ONCE = 100

const TEN_YEARS = { min: 0, max: 315_360_000 }

function nothing(): void {}
