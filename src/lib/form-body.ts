/** Reads a form out of a request, bounded in size. */

/** The fields, or why there are none to be had. */
export type FormBody = { readonly fields: URLSearchParams } | { readonly problem: 'unsupported' | 'too large' | 'unreadable' }

/** A body of `application/x-www-form-urlencoded`, up to so many bytes. */
export async function formBody(request: Request, maxBytes: number): Promise<FormBody> {
  const [type = ''] = (request.headers.get('Content-Type') ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return { problem: 'unsupported' }
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBytes) return { problem: 'too large' }
  let text: string | undefined
  try {
    text = await boundedText(request.body, maxBytes)
  } catch {
    return { problem: 'unreadable' } // it broke off, somebody read it before, or it is no UTF-8
  }
  return text === undefined ? { problem: 'too large' } : { fields: new URLSearchParams(text) }
}

/** Undefined for more than so many bytes, of which no more are read. */
async function boundedText(body: Request['body'], maxBytes: number): Promise<string | undefined> {
  if (body === null) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const reader = body.getReader()
  let bytes = 0
  let text = ''
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.byteLength
    if (bytes > maxBytes) {
      // Not waited for: some streams end a cancellation only when somebody else reads them.
      reader.cancel().catch(() => undefined)
      return undefined
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}
