// What a stream has sent, for a client that lost it and comes back with `Last-Event-ID`.
export function rememberedEvents() {
  const sent = []
  return {
    async storeEvent(stream, message) {
      return `${sent.push({ stream, message }) - 1}`
    },
    async getStreamIdForEventId(id) {
      return sent[id]?.stream
    },
    async replayEventsAfter(id, { send }) {
      const { stream } = sent[id]
      for (const [index, event] of sent.entries()) {
        if (index > id && event.stream === stream) await send(`${index}`, event.message)
      }
      return stream
    },
  }
}
