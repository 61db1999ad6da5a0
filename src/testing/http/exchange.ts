/** One request as it is written, and what came back: what a prober sends and sees. */

export interface Sent {
  readonly method: string
  /** As it stands in the request line: odd spellings stay as they are. */
  readonly target: string
  /** In their order; a name may come twice. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: string | undefined
}

export interface Came {
  /** 0: no answer came. 101: the connection was handed over. */
  readonly status: number
  /** By lower-case name; values of one name are joined with commas. */
  readonly headers: Readonly<Record<string, string>>
  /** Its first 256 KiB; of an event stream the first event, and nothing where it was a GET. */
  readonly text: string
  /** True where such a request cannot be written that way, as TRACE cannot by `fetch`. */
  readonly unsendable?: true
}

/** Never throws: an answer that does not come is one too. */
export type Asking = (sent: Sent) => Promise<Came>

export const NO_ANSWER: Came = { status: 0, headers: {}, text: '' }
export const UNSENDABLE: Came = { ...NO_ANSWER, unsendable: true }

/** In characters. */
const LONGEST = 262_144

/** The text of a body as far as it is needed: event streams do not end by themselves. */
export async function textOf(chunks: AsyncIterable<Uint8Array>, type: string, method: string): Promise<string> {
  const isStream = type.startsWith('text/event-stream')
  if (isStream && method === 'GET') return ''
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > LONGEST || (isStream && FIRST_EVENT.test(text))) break
  }
  return text
}

const FIRST_EVENT = /^data: ?\S[^]*?\r?\n\r?\n/m

/** A header that comes twice is one with commas (RFC 9110 section 5.3). */
export function joined(pairs: Iterable<readonly [string, string]>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of pairs) {
    const known = headers[name.toLowerCase()]
    headers[name.toLowerCase()] = known === undefined ? value : `${known}, ${value}`
  }
  return headers
}
