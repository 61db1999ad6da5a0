/** One exchange with a server: no redirect is followed, its body is bounded, and no error shows what was sent. */
import { readText, respond } from '../lib/bounded-fetch.js'
import { abandon } from '../lib/bounded-text.js'
import { ownProperty } from '../lib/own-property.js'
import { blaming, NoAnswer } from './no-answer.js'
import type { Fetch, FetchInit } from '../lib/bounded-fetch.js'

/** How large an answer may be. */
export interface Size {
  /** After decoding. */
  readonly bytes: number
  /** Members, objects and arrays, at all levels: each of them costs time. */
  readonly members: number
}

/** An answer about one token. */
const SMALL: Size = { bytes: 64 * 1024, members: 2_000 }

/** The head of an answer, whatever its status. @throws NoAnswer */
export async function headOf(fetch: Fetch, url: string, init: FetchInit): Promise<Response> {
  const { host } = new URL(url)
  const response = await respond(fetch, url, init).catch((error: Error) => {
    // Without the cause: the error of a `fetch` that was handed in may hold the request, secrets and all.
    throw new NoAnswer('connection', `no answer from ${host}${codeOf(error)}`)
  })
  // Credentials have gone there, by a `fetch` that follows where it was told not to: what comes from there is not taken.
  if (response.redirected) throw new NoAnswer('redirect', `${host} redirected, and "fetch" followed`)
  return response
}

/** The body of an answer. @throws NoAnswer */
export function textIn(response: Response, host: string, { bytes } = SMALL): Promise<string> {
  return blaming('unreadable', () => readText(response, host, bytes))
}

/** The JSON in an answer that says that it is JSON. @throws NoAnswer */
export async function jsonIn(response: Response, host: string, size = SMALL): Promise<unknown> {
  if (mediaTypeOf(response) !== 'application/json') {
    abandon(response.body)
    throw new NoAnswer('unreadable', `${host} answered with another content type than application/json`)
  }
  const text = await textIn(response, host, size)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new NoAnswer('unreadable', `the answer of ${host} is not JSON`) // without the parser's words: they quote the body
  }
  if (isModest(json, size)) return json
  throw new NoAnswer('unreadable', `the answer of ${host} is deeper or wider than any should be`)
}

/** The content type without its parameters. */
export function mediaTypeOf({ headers }: Response): string | undefined {
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

/** The code that Node gives to what went wrong, such as ECONNREFUSED. */
function codeOf(error: unknown): string {
  const causes = [0, 1, 2].reduce<readonly unknown[]>((found) => [...found, (found.at(-1) as Error | undefined)?.cause], [error])
  const codes = causes.map((cause) => ownProperty(cause, 'code'))
  const code = codes.find((one) => typeof one === 'string' && /^E[A-Z_]{3,40}$/.test(one) && one !== 'ERR_AUTH_UNAVAILABLE')
  return typeof code === 'string' ? ` (${code})` : ''
}
