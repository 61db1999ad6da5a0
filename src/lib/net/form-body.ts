/** Reads a form out of a request, bounded in size. */
import { boundedText } from './bounded-text.js'

/** Holds the fields, or why there are none. */
export type FormBody = { readonly fields: URLSearchParams } | { readonly problem: 'unsupported' | 'too large' | 'unreadable' }

/** Reads a body of `application/x-www-form-urlencoded`, up to so many bytes. */
export async function formBody(request: Request, maxBytes: number): Promise<FormBody> {
  const [type = ''] = (request.headers.get('Content-Type') ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return { problem: 'unsupported' }
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBytes) return { problem: 'too large' }
  let text: string
  try {
    text = await boundedText(request.body, maxBytes)
  } catch (error) {
    // Otherwise it broke off, somebody read it before, or it is no UTF-8.
    return { problem: error instanceof RangeError ? 'too large' : 'unreadable' }
  }
  return { fields: new URLSearchParams(text) }
}
