/** Reads JSON from another server, bounded in time and size, without following redirects. */
import { fetchText, placeOf } from './fetch-text.js'
import { NotHereError } from './not-here.js'
import type { FetchTextOptions, TextAnswer } from './fetch-text.js'

export type { Fetch } from './bounded-fetch.js'

export type FetchJsonOptions = FetchTextOptions

export interface JsonAnswer extends Pick<TextAnswer, 'kind' | 'status' | 'headers'> {
  readonly json: unknown
}

/** Gets a URL as `fetchText` does, and reads JSON. @throws AuthUnavailableError for a body that is no JSON, too. */
export async function fetchJson(url: string, options: FetchJsonOptions): Promise<JsonAnswer> {
  const { kind, status, text, headers } = await fetchText(url, { ...options, headers: { Accept: 'application/json', ...options.headers } })
  if (kind !== 'found') return { kind, status, json: undefined, headers }
  try {
    return { kind, status, json: JSON.parse(text), headers }
  } catch {
    // Without the parser's words as cause: they quote the body.
    throw new NotHereError(`the answer of ${placeOf(url)} is ${whatIs(text)}`)
  }
}

/** What came in the place of JSON. */
export function whatIs(text: string): string {
  if (text.trim() === '') return 'empty, and not JSON'
  return text.trimStart().startsWith('<') ? 'not JSON, but HTML or XML: a page for people, a sign-in or a firewall' : 'not JSON'
}
