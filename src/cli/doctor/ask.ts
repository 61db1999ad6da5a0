/** This file asks a server one question with bounds: https or this machine, a deadline, a body of limited size, and no redirect is followed. */
import { AuthUnavailableError } from '../../errors.js'
import { withinSpan } from '../../lib/deadline.js'
import { readText, respond } from '../../lib/net/bounded-fetch.js'
import { webUrl } from '../../lib/net/web-url.js'
import { parseJson } from '../../lib/parse-json.js'
import type { FetchAnswer, FetchInit } from '../../lib/net/bounded-fetch.js'

export interface Asked {
  readonly status: number
  readonly headers: FetchAnswer['headers']
  /** The body as JSON; undefined for anything else. */
  readonly json: unknown
  /** When it was asked and when the answer was there: seconds since the epoch. */
  readonly between: readonly [number, number]
}

/** @throws AuthUnavailableError, whose message says what gave no answer. */
export type Ask = (url: string, init?: Omit<FetchInit, 'signal' | 'redirect'>) => Promise<Asked>

export interface AskOptions {
  /** Seconds for one answer. */
  readonly timeout: number
  /** Allow plain http beyond this machine. */
  readonly insecure: boolean
  /** Told before each question. */
  readonly about: (host: string) => void
}

/** Bytes: more than any document has that is looked at here. */
const MAX_BYTES = 512 * 1024

export function asker({ timeout, insecure, about }: AskOptions): Ask {
  return async (url, init = {}) => {
    const { href, host } = checked(url, insecure)
    about(host)
    const start = Date.now() / 1000
    const exchange = async (signal: AbortSignal): Promise<Asked> => {
      const response = await respond(globalThis.fetch, href, { ...init, signal })
      const text = await readText(response, host, MAX_BYTES)
      return { status: response.status, headers: response.headers, json: parseJson(text), between: [start, Date.now() / 1000] }
    }
    return withinSpan({ timeout }, exchange, () => new AuthUnavailableError(`no answer from ${host} in ${timeout} seconds`))
  }
}

function checked(url: string, insecure: boolean): URL {
  try {
    return webUrl('URL', url, { insecure })
  } catch {
    throw new AuthUnavailableError(`${URL.canParse(url) ? new URL(url).host : 'that'} is not asked: it must be an https URL, and plain http is for this machine`)
  }
}
