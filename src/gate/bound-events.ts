/** Binds the store of an MCP transport's events to one session: what a client missed is replayed to that client alone. */
import { currentAuth } from '../context.js'
import { sha256 } from '../lib/digest.js'
import { principalOf } from './sessions.js'

/** The `EventStore` of the MCP SDKs, 1.x and 2.x alike. */
export interface EventStore<Message> {
  storeEvent(streamId: string, message: Message): Promise<string>
  getStreamIdForEventId?(eventId: string): Promise<string | undefined>
  replayEventsAfter(lastEventId: string, to: { send: (eventId: string, message: Message) => Promise<void> }): Promise<string>
}

/**
 * A view of the store for one transport: `eventStore: boundEventStore(store, id)`, with the session's id, which
 * `boundSessions` makes. Needed where sessions share a store: the SDKs call the stream of every session `_GET_stream`, so
 * that `Last-Event-ID` replays what was sent to others. The store sees a digest of the session in front of each stream's
 * name. Where there is a caller, a replay is for the principal who opened the session only.
 *
 * Does NOT forget the events of a session that is over: that is the store's affair.
 *
 * @throws TypeError for what is no store, and for an id that is none.
 */
export function boundEventStore<Message>(store: EventStore<Message>, session: string): EventStore<Message> {
  if (typeof store?.storeEvent !== 'function' || typeof store.replayEventsAfter !== 'function') throw new TypeError(NO_STORE)
  if (typeof session !== 'string' || session === '') throw new TypeError('"session" must be the id of the session that the transport is for')
  const own = `${sha256(session)}:`
  const opener = caller()
  const isOwn = (stream: string | undefined): stream is string => stream?.startsWith(own) === true && (opener === undefined || opener === caller())
  const bound: EventStore<Message> = {
    storeEvent: (streamId, message) => store.storeEvent(`${own}${streamId}`, message),
    async replayEventsAfter(lastEventId, { send }) {
      if (store.getStreamIdForEventId !== undefined && !isOwn(await store.getStreamIdForEventId(lastEventId))) throw new Error(NOT_OWN)
      // Held back until the store has said whose they are.
      const missed: [string, Message][] = []
      const stream = await store.replayEventsAfter(lastEventId, { send: async (...event) => void missed.push(event) })
      if (!isOwn(stream)) throw new Error(NOT_OWN)
      for (const event of missed) await send(...event)
      return stream.slice(own.length)
    },
  }
  if (store.getStreamIdForEventId === undefined) return bound
  return {
    ...bound,
    async getStreamIdForEventId(eventId) {
      const stream = await store.getStreamIdForEventId?.(eventId)
      return isOwn(stream) ? stream.slice(own.length) : undefined
    },
  }
}

const NO_STORE = 'boundEventStore takes the event store of an MCP transport, { storeEvent, replayEventsAfter }, and the id of its session'
const NOT_OWN = 'the event belongs to another session'

/** Undefined where no gate is around. */
function caller(): string | undefined {
  const context = currentAuth()
  // A token that names nobody is its own principal.
  return context && (principalOf(context.token) ?? sha256(context.token?.token ?? ''))
}
