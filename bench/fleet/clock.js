/** A clock that jumps from one event to the next. */

/** Work and its time, in seconds. @typedef {{ time: number, order: number, work: () => void }} Event */

export class Clock {
  now = 0
  #order = 0
  /** A heap: no event is earlier than the one at half its index. @type {Event[]} */
  #events = []

  /** @param {number} seconds @param {() => void} work */
  after(seconds, work) {
    this.#order += 1
    this.#push({ time: this.now + seconds, order: this.#order, work })
  }

  /** Goes on to this time, doing what is due on the way. True when there was something. @param {number} time */
  advance(time) {
    let worked = false
    for (let next = this.#events[0]; next !== undefined && next.time <= time; next = this.#events[0]) {
      this.#pop()
      this.now = next.time
      next.work()
      worked = true
    }
    this.now = time
    return worked
  }

  /** As `advance`, and lets what waits for promises go on after each event. @param {number} time */
  async advanceSlowly(time) {
    for (let next = this.#events[0]; next !== undefined && next.time <= time; next = this.#events[0]) {
      this.advance(next.time)
      await new Promise(setImmediate)
    }
    this.now = time
  }

  /** When something is due, or never. */
  get next() {
    return this.#events[0]?.time ?? Number.POSITIVE_INFINITY
  }

  /** @param {Event} event */
  #push(event) {
    const events = this.#events
    let place = events.push(event) - 1
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!isEarlier(event, events[above])) break
      events[place] = /** @type {Event} */ (events[above])
      place = above
    }
    events[place] = event
  }

  #pop() {
    const events = this.#events
    const last = events.pop()
    if (last === undefined || events.length === 0) return
    let place = 0
    for (;;) {
      const left = 2 * place + 1
      const below = isEarlier(events[left + 1], events[left]) ? left + 1 : left
      if (!isEarlier(events[below], last)) break
      events[place] = /** @type {Event} */ (events[below])
      place = below
    }
    events[place] = last
  }
}

/** @param {Event | undefined} one @param {Event | undefined} other */
function isEarlier(one, other) {
  if (one === undefined) return false
  return other === undefined || one.time < other.time || (one.time === other.time && one.order < other.order)
}
