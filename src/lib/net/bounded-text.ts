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
  const reader = body.getReader()
  let held: Uint8Array = NOTHING
  let bytes = 0
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const before = bytes
      bytes += part.value.byteLength
      if (bytes > maxBytes) throw new RangeError('too large')
      held = before === 0 ? part.value : appended(held, before, part.value)
    }
  } catch (error) {
    reader.releaseLock()
    abandon(body)
    throw error
  }
  // What was read to its end holds no connection: to release it would make an error that nobody sees.
  return UTF8.decode(held.subarray(0, bytes))
}

const NOTHING = new Uint8Array()

/** Made once: one that is strict is dear. It keeps nothing from text to text, for it is given each as a whole. */
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** With the part behind it: in the same place while there is room, else in one of twice the size. Many small parts take no more than one large. */
function appended(held: Uint8Array, bytes: number, part: Uint8Array): Uint8Array {
  // The first part is somebody else's, and as long as it is.
  const hasRoom = held.byteLength >= bytes + part.byteLength
  const place = hasRoom ? held : new Uint8Array(2 * (bytes + part.byteLength))
  if (!hasRoom) place.set(held.subarray(0, bytes))
  place.set(part, bytes)
  return place
}

// Frees the connection. Not waited for: some streams end a cancellation only when somebody else reads them.
export function abandon(body: ReadableBody | null): void {
  body?.cancel().catch(() => undefined)
}
