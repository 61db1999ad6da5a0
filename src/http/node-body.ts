/** This file looks at the body of a request of `node:http` while it arrives. Nothing of it is read, so that all of it is there for whoever reads it. */
import { AsyncResource } from 'node:async_hooks'
import { Later } from '../lib/awaitable.js'
import { privateNotes } from '../lib/private-notes.js'
import type { IncomingMessage } from 'node:http'
import type { Awaitable } from '../lib/awaitable.js'
import type { ReadBody, RequestBody } from '../gate/request/request-body.js'

/** What Express's parsers leave, and what a request of `node:http2` stands on. */
type Message = IncomingMessage & { readonly body?: unknown; readonly stream?: { readonly readableEnded: boolean } }

/** `took`: is given what was seen, which is there to be read. */
export function bodyOfMessage(message: Message, { took }: { readonly took?: (body: Buffer) => void } = {}): ReadBody {
  return (maxBytes, rest) => {
    // A parser that had nothing to do with this body leaves `{}` and the stream as it was: the stream is the truth.
    if (!message.readableDidRead || PUT_BACK.read(message) === message.readableLength) return seen(message, { maxBytes, rest, took })
    const { body } = message
    // Whoever is behind the gate parses it.
    if (typeof body === 'string') return { text: body }
    if (body instanceof Uint8Array) return inText(body)
    return body === undefined ? { problem: 'unreadable' } : { parsed: body }
  }
}

/** The bytes that a gate has read and put back, by the message that has them again. */
const PUT_BACK = privateNotes<number>()

interface Look {
  readonly maxBytes: number
  readonly rest: 'kept' | undefined
  readonly took: ((body: Buffer) => void) | undefined
}

/** All of the body, which stays to be read. */
function seen(given: Message, look: Look): Awaitable<RequestBody> {
  if (given.readableEnded) return { text: '' } // nobody has read it, so there was none
  const message = whole(given)
  // Nor for two who look at the same time, nor where somebody has it read as another text.
  if (message.destroyed || ARRIVING.read(message) !== undefined || typeof message.readableEncoding === 'string') return { problem: 'unreadable' }
  return new Arriving(message, look).begin()
}

/** The message itself, where it was given with another in front (`Object.create(req)`): Node knows only that one. */
function whole(message: Message): Message {
  let one: unknown = message
  while (typeof one === 'object' && one !== null && !Object.hasOwn(one, '_events')) one = Object.getPrototypeOf(one)
  return (one as Message | null) ?? message
}

const ARRIVING = privateNotes<Arriving | undefined>()

/**
 * One body on its way. Node hands each piece to `push` of the message, which is ours while we wait: the request goes on within
 * the call that brings the end, in the async context in which it came. Each message is given the same functions (D110). (D142)
 */
class Arriving extends AsyncResource {
  readonly #message: Message
  readonly #look: Look
  readonly #push: Message['push']
  /** Whoever listens already hears of it once all was seen, together with those behind the gate. */
  readonly #isFlowing: boolean
  readonly #later = new Later<RequestBody>()
  readonly #chunks: Buffer[] = []
  #length = 0

  constructor(message: Message, look: Look) {
    super('BEARER_AUTH_BODY')
    this.#message = message
    this.#look = look
    this.#push = message.push
    this.#isFlowing = message.readableFlowing === true
  }

  begin(): Awaitable<RequestBody> {
    const message = this.#message
    if (this.#isFlowing) message.on('readable', holdBack)
    // What came before we were asked. Where nothing did, this asks for it.
    for (let chunk: Buffer | null = message.read(); chunk !== null; chunk = message.read()) {
      if (this.#add(chunk)) break
    }
    if (this.#length > 0) message.unshift(this.#all())
    // On HTTP/2 it is complete only when its stream has said that it ended.
    const found = this.#found(message.stream?.readableEnded ?? message.complete)
    if (found !== undefined) return found
    ARRIVING.write(message, this)
    message.push = pushSeen
    message.on('close', breakOff).on('error', breakOff)
    return this.#later
  }

  push(...pushed: Parameters<Message['push']>): void {
    const [given, encoding] = pushed as [Buffer | string | null, BufferEncoding?]
    this.#push.apply(this.#message, pushed)
    // A text comes from tools for tests, such as the `inject` of Fastify.
    const chunk = typeof given === 'string' ? Buffer.from(given, encoding) : given
    if (chunk !== null) this.#add(chunk)
    // Where its stream broke off, HTTP/2 says so too, and that it closes afterwards.
    const found = this.#found(chunk === null && this.#message.stream?.readableEnded !== false)
    if (found !== undefined) this.end(found)
  }

  end(found: RequestBody): void {
    const message = this.#message
    message.off('close', breakOff).off('error', breakOff)
    message.push = this.#push
    ARRIVING.write(message, undefined)
    this.runInAsyncScope(this.#later.give, this.#later, found)
  }

  /** True where it is too much. */
  #add(chunk: Buffer): boolean {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    return this.#length > this.#look.maxBytes
  }

  #found(isOver: boolean): RequestBody | undefined {
    const isTooLarge = this.#length > this.#look.maxBytes
    if (!isOver && !isTooLarge) return undefined
    if (this.#isFlowing) this.#message.off('readable', holdBack)
    if (!isTooLarge) return this.#whole()
    // Or the next request on this connection would wait behind the rest for ever.
    if (this.#look.rest !== 'kept') this.#message.resume()
    return { problem: 'too large' }
  }

  #whole(): RequestBody {
    const message = this.#message
    // It broke off, which HTTP/2 ends as any other; or somebody has taken of it, or put something in front.
    if (message.aborted || message.readableLength !== this.#length) return { problem: 'unreadable' }
    const body = this.#all()
    if (message.readableDidRead) PUT_BACK.write(message, body.length)
    this.#look.took?.(body)
    return inText(body)
  }

  #all(): Buffer {
    const [first] = this.#chunks
    return first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks)
  }
}

/** True, or Node would wait until somebody reads. */
function pushSeen(this: Message, ...pushed: Parameters<Message['push']>): boolean {
  ARRIVING.read(this)?.push(...pushed)
  return true
}

function breakOff(this: Message): void {
  ARRIVING.read(this)?.end({ problem: 'unreadable' })
}

function holdBack(): void {
  // That somebody waits for `readable` keeps a stream from flowing.
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
