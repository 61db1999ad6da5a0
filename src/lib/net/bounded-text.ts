/** Reads the body of a request or an answer, of limited size. */

/** What we need of a stream of bytes. */
export interface ReadableBody {
  getReader(): {
    read(): Promise<{ readonly done: false; readonly value: Uint8Array } | { readonly done: true }>
    releaseLock(): void
  }
  cancel(): Promise<void>
}

/**
 * Reads the text, which must be UTF-8. Does NOT read on after `maxBytes`, counted as they come: after decoding.
 *
 * @throws RangeError for more than that, and whatever the body breaks off with.
 */
export async function boundedText(body: ReadableBody | null, maxBytes: number): Promise<string> {
  if (body === null) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const reader = body.getReader()
  let bytes = 0
  let text = ''
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      bytes += part.value.byteLength
      if (bytes > maxBytes) throw new RangeError('too large')
      text += decoder.decode(part.value, { stream: true })
    }
    return text + decoder.decode()
  } finally {
    reader.releaseLock()
    abandon(body)
  }
}

// Frees the connection. Not waited for: some streams end a cancellation only when somebody else reads them.
export function abandon(body: ReadableBody | null): void {
  body?.cancel().catch(() => undefined)
}
