/** One exchange with a server: no redirect is followed, its body is bounded, and no error shows what was sent. */
import { readText, respond } from '../lib/bounded-fetch.js'
import { abandon } from '../lib/bounded-text.js'
import { blaming, NoAnswer } from './no-answer.js'
import type { Fetch, FetchAnswer, FetchInit } from '../lib/bounded-fetch.js'

/** Bytes of one answer about a token, after decoding. */
export const MAX_BYTES = 64 * 1024

/** The head of an answer, whatever its status. @throws NoAnswer */
export async function headOf(fetch: Fetch, url: string, init: FetchInit): Promise<FetchAnswer> {
  const { host } = new URL(url)
  const response = await respond(fetch, url, init).catch((error: Error) => {
    throw new NoAnswer('connection', error.message)
  })
  // Credentials have gone there, by a `fetch` that follows where it was told not to: what comes from there is not taken.
  if (response.redirected) throw new NoAnswer('redirect', `${host} redirected, and "fetch" followed`)
  return response
}

/** The body of an answer. @throws NoAnswer */
export function textIn(response: FetchAnswer, host: string, maxBytes = MAX_BYTES): Promise<string> {
  return blaming('unreadable', () => readText(response, host, maxBytes))
}

/** The JSON in an answer that says that it is JSON. @throws NoAnswer */
export async function jsonIn(response: FetchAnswer, host: string, maxBytes = MAX_BYTES): Promise<unknown> {
  if (mediaTypeOf(response) !== 'application/json') {
    abandon(response.body)
    throw new NoAnswer('unreadable', `${host} answered with another content type than application/json`)
  }
  const text = await textIn(response, host, maxBytes)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new NoAnswer('unreadable', `the answer of ${host} is not JSON`) // without the parser's words: they quote the body
  }
  if (isShallow(json, 0)) return json
  throw new NoAnswer('unreadable', `the answer of ${host} is nested too deep`)
}

/** The content type without its parameters. */
export function mediaTypeOf({ headers }: FetchAnswer): string | undefined {
  return headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
}

/** Levels of an answer. */
const MAX_DEPTH = 16

/** True for what is not nested deeper than any answer is. */
export function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth < MAX_DEPTH && Object.values(value).every((member) => isShallow(member, depth + 1))
}
