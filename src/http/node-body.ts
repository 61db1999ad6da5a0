/** This file reads the body of a request of `node:http`, and puts it back. */
import { privateNotes } from '../lib/private-notes.js'
import type { IncomingMessage } from 'node:http'
import type { Awaitable } from '../lib/awaitable.js'
import type { ReadBody, RequestBody } from '../gate/request/request-body.js'

/** What Express's parsers leave, and what a request of `node:http2` stands on. */
type Message = IncomingMessage & { readonly body?: unknown; readonly stream?: { readonly readableEnded: boolean } }

/** `took`: is given what was read, which is there to be read again. */
export function bodyOfMessage(message: Message, { took }: { readonly took?: (body: Buffer) => void } = {}): ReadBody {
  return (maxBytes, rest) => {
    // A parser that had nothing to do with this body leaves `{}` and the stream as it was: the stream is the truth.
    if (!message.readableDidRead || PUT_BACK.read(message) === message.readableLength) return peek(message, { maxBytes, rest, took })
    const { body } = message
    // Whoever is behind the gate parses it.
    if (typeof body === 'string') return { text: body }
    if (body instanceof Uint8Array) return inText(body)
    return body === undefined ? { problem: 'unreadable' } : { parsed: body }
  }
}

/** The bytes that another gate has read, by the message that has them again. */
const PUT_BACK = privateNotes<number>()

interface Peek {
  readonly maxBytes: number
  readonly rest: 'kept' | undefined
  readonly took: ((body: Buffer) => void) | undefined
}

/** All of the body, which stays to be read. */
function peek(message: Message, { maxBytes, rest, took }: Peek): Awaitable<RequestBody> {
  if (message.readableEnded) return { text: '' } // nobody has read it, so there was none
  if (message.destroyed) return { problem: 'unreadable' }
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    const end = (result: RequestBody): void => {
      message.off('readable', take).off('close', broken).off('error', broken)
      resolve(result)
    }
    const broken = (): void => end({ problem: 'unreadable' })
    const take = (): void => {
      for (let chunk: Buffer | null = message.read(); chunk !== null; chunk = message.read()) {
        chunks.push(chunk)
        length += chunk.length
        if (length > maxBytes) {
          end({ problem: 'too large' })
          if (rest === 'kept') message.unshift(Buffer.concat(chunks))
          else message.resume() // or the next request on this connection would wait behind the rest for ever
          return
        }
      }
      // On HTTP/2 it is complete only when it has said that it ended.
      if (!(message.stream?.readableEnded ?? message.complete)) return
      const body = Buffer.concat(chunks)
      // In the same turn as the last read: the stream has not said that it ended yet, and says it once this was read again.
      message.unshift(body)
      PUT_BACK.write(message, body.length)
      took?.(body)
      end(inText(body))
    }
    message.on('readable', take).on('close', broken).on('error', broken)
    take()
  })
}

/** One for all: it keeps nothing from one text to the next. */
const UTF8 = new TextDecoder('utf-8', { fatal: true })

function inText(body: Uint8Array): RequestBody {
  try {
    return { text: UTF8.decode(body) }
  } catch {
    return { problem: 'unreadable' }
  }
}
