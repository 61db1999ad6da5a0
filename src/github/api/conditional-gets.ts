/** Gets what the holder of a token sees, at no cost of the budget where GitHub says that nothing has changed. */
import { LRUCache } from 'lru-cache'
import { sha256 } from '../../lib/digest.js'
import type { FetchAnswer } from '../../lib/net/bounded-fetch.js'
import type { Size } from '../../upstream/exchange.js'
import type { GitHubAnswer } from './github-answer.js'
import type { GitHubCalls } from './github-calls.js'

/** How an answer is read. */
export interface ResponseReader<T, U> {
  /** A 200. What it gives is kept: no token, and nothing of the headers. */
  readonly found: (answer: GitHubAnswer) => T
  /** Any other status. */
  readonly otherwise: (answer: GitHubAnswer) => U
  /** Of the answer. Default: as for one token. */
  readonly size?: Size
}

export interface Found<T> {
  readonly value: T
  /** Of this answer, even where the value is an old one. */
  readonly headers: FetchAnswer['headers']
}

interface Kept {
  readonly etag: string
  readonly value: object
}

const MOST_KEPT = 5_000
const MOST_LETTERS = 16_000_000

export class ConditionalGets {
  readonly #calls: GitHubCalls
  /** By the digest of the token and the URL. */
  readonly #kept = new LRUCache<string, Kept>({
    maxSize: MOST_LETTERS,
    sizeCalculation: ({ value }) => Math.max(JSON.stringify(value).length + 100, MOST_LETTERS / MOST_KEPT),
  })

  constructor(calls: GitHubCalls) {
    this.#calls = calls
  }

  /** @throws NoAnswerError, also what the reading throws */
  get<T extends object, U>(url: string, token: string, { found, otherwise, size }: ResponseReader<T, U>): Promise<Found<T> | U> {
    const key = keyOf(url, token)
    const kept = this.#kept.get(key)
    return this.#calls.ask({ method: 'GET', url, etag: kept?.etag, size }, token, (answer): Found<T> | U => {
      const { status, headers } = answer
      if (status === 304 && kept !== undefined) return { value: kept.value as T, headers } // the same URL is read in the same way
      if (status !== 200) return otherwise(answer)
      const value = found(answer)
      const etag = headers.get('etag')
      if (etag !== null) this.#kept.set(key, { etag, value })
      return { value, headers }
    })
  }

  /** Has the next `get` bring all of it. */
  forget(url: string, token: string): void {
    this.#kept.delete(keyOf(url, token))
  }

  clear(): void {
    this.#kept.clear()
  }
}

function keyOf(url: string, token: string): string {
  return sha256(`${token} ${url}`)
}
