/** This file reads the body of a request of `node:http`, and puts it back. */
import { Later } from '../lib/awaitable.js'
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
function peek(message: Message, how: Peek): Awaitable<RequestBody> {
  if (message.readableEnded) return { text: '' } // nobody has read it, so there was none
  // Nor for two who read at the same time: none of them would have all.
  if (message.destroyed || READING.read(message) !== undefined) return { problem: 'unreadable' }
  return new Later(new Promise((resolve) => new Reading(message, how, resolve).begin()))
}

const READING = privateNotes<Reading | undefined>()

/** One body on its way. Each message is given the same functions (D110). */
class Reading {
  readonly #message: Message
  readonly #how: Peek
  readonly #resolve: (result: RequestBody) => void
  readonly #chunks: Buffer[] = []
  #length = 0

  constructor(message: Message, how: Peek, resolve: (result: RequestBody) => void) {
    this.#message = message
    this.#how = how
    this.#resolve = resolve
  }

  begin(): void {
    READING.write(this.#message, this)
    this.#message.on('readable', takeMore).on('close', breakOff).on('error', breakOff)
    this.take()
  }

  take(): void {
    const message = this.#message
    for (let chunk: Buffer | null = message.read(); chunk !== null; chunk = message.read()) {
      this.#chunks.push(chunk)
      this.#length += chunk.length
      if (this.#length > this.#how.maxBytes) return this.#tooLarge()
    }
    // On HTTP/2 it is complete only when it has said that it ended.
    if (message.stream?.readableEnded ?? message.complete) this.#complete()
  }

  end(result: RequestBody): void {
    this.#message.off('readable', takeMore).off('close', breakOff).off('error', breakOff)
    READING.write(this.#message, undefined)
    this.#resolve(result)
  }

  #tooLarge(): void {
    this.end({ problem: 'too large' })
    if (this.#how.rest === 'kept') this.#message.unshift(this.#all())
    else this.#message.resume() // or the next request on this connection would wait behind the rest for ever
  }

  #complete(): void {
    const body = this.#all()
    // In the same turn as the last read: the stream has not said that it ended yet, and says it once this was read again.
    this.#message.unshift(body)
    PUT_BACK.write(this.#message, body.length)
    this.#how.took?.(body)
    this.end(inText(body))
  }

  #all(): Buffer {
    const [first] = this.#chunks
    return first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks)
  }
}

function takeMore(this: Message): void {
  READING.read(this)?.take()
}

function breakOff(this: Message): void {
  READING.read(this)?.end({ problem: 'unreadable' })
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
