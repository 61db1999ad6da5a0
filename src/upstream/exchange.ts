/** One exchange with a server: no redirect is followed, its body is bounded, and no error shows what was sent. */
import { readText, respond } from '../lib/net/bounded-fetch.js'
import { whatIs } from '../lib/net/fetch-json.js'
import { abandon } from '../lib/net/bounded-text.js'
import { isNode } from '../lib/runtime.js'
import { NoAnswerError } from './no-answer.js'
import type { Fetch, FetchAnswer, FetchInit } from '../lib/net/bounded-fetch.js'

/** How large an answer may be. */
export interface Size {
  /** After decoding. */
  readonly bytes: number
  /** Members, objects and arrays, at all levels: each of them costs time. */
  readonly members: number
}

/** How a request with a body is made: neither way follows a redirect. */
type Redirects = { readonly redirect: 'manual' } | { readonly redirect: 'error'; readonly window: null }

/**
 * For Node's own `fetch`, which copies the body for a redirect that it might follow, and does not where none is allowed and no
 * `window` is there. A redirect fails then, and the second attempt, which is made as any other, says what it was. (D148)
 */
export function redirectsAtFirst(isOwnFetch: boolean): Redirects {
  return isOwnFetch && isNode ? { redirect: 'error', window: null } : { redirect: 'manual' }
}

/** An answer about one token. */
const SMALL: Size = { bytes: 64 * 1024, members: 2_000 }

/** The head of an answer, whatever its status. @throws NoAnswerError */
export async function headOf(fetch: Fetch, url: string, init: FetchInit): Promise<FetchAnswer> {
  let response: FetchAnswer
  try {
    response = await respond(fetch, url, init)
  } catch (error) {
    throw new NoAnswerError('connection', (error as Error).message) // an AuthUnavailableError
  }
  // Credentials have gone there, by a `fetch` that follows where it was told not to: what comes from there is not taken.
  if (response.redirected) throw new NoAnswerError('redirect', `${new URL(url).host} redirected, and "fetch" followed`)
  return response
}

/** The body of an answer. @throws NoAnswerError */
export async function textIn(response: FetchAnswer, host: string, { bytes } = SMALL): Promise<string> {
  try {
    return await readText(response, host, bytes)
  } catch (error) {
    throw new NoAnswerError('unreadable', (error as Error).message) // an AuthUnavailableError
  }
}

/** The JSON in an answer that says that it is JSON. @throws NoAnswerError */
export async function jsonIn(response: FetchAnswer, host: string, size = SMALL): Promise<unknown> {
  if (mediaTypeOf(response) !== 'application/json') {
    abandon(response.body)
    throw new NoAnswerError('unreadable', `${host} answered with another content type than application/json`)
  }
  const text = await textIn(response, host, size)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new NoAnswerError('unreadable', `the answer of ${host} is ${whatIs(text)}`) // without the parser's words: they quote the body
  }
  if (isModest(json, size)) return json
  throw new NoAnswerError('unreadable', `the answer of ${host} is deeper or wider than any should be`)
}

/** The content type without its parameters. */
export function mediaTypeOf({ headers }: FetchAnswer): string | undefined {
  return headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
}

/** Levels of an answer. */
const MAX_DEPTH = 16

/** True for what is neither deeper nor wider than any answer is. */
export function isModest(answer: unknown, { members } = SMALL): boolean {
  return membersOf(answer, 0) <= members
}

function membersOf(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth === MAX_DEPTH) return Number.POSITIVE_INFINITY
  const members: readonly unknown[] = Object.values(value)
  return members.reduce<number>((sum, member) => sum + membersOf(member, depth + 1), Array.isArray(value) ? 1 : 1 + members.length)
}
