/** Replicas that introspect opaque tokens, on a simulated clock: how often the authorization server is asked. */
import { Clock } from './clock.js'
import { replicaOf } from './requests.js'
import { Tally } from './tally.js'
/** @import { World } from './assumptions.js' */
/** @import { Policy } from './policy.js' */
/** @import { Requests } from './requests.js' */

/** Takes the answer: until when it may be remembered, or undefined for "nobody knows". @typedef {(until: number | undefined) => void} Done */

/**
 * @param {{ world: World, policy: Policy, requests: Requests, replicas: number, shared: boolean }} options `shared`: with the second level
 * @returns {Tally} of `calls` to the authorization server, `requests` and those `unanswered`, and `commands` to the second level
 */
export function simulateIntrospection({ world, policy, requests, replicas, shared }) {
  const clock = new Clock()
  const tally = new Tally(world.bucket)
  const idp = new IdentityProvider(clock, tally, world)
  const store = shared ? new Store(clock, tally, policy) : undefined
  const start = () => Array.from({ length: replicas }, () => new Replica({ clock, tally, world, policy, idp, store }))
  let fleet = start()
  let deployed = false
  for (let index = 0; index < requests.length; index += 1) {
    const time = /** @type {number} */ (requests.at[index])
    if (!deployed && time >= world.timeline.deployment) {
      clock.advance(world.timeline.deployment)
      fleet = start()
      deployed = true
    }
    clock.advance(time)
    fleet[replicaOf(requests, index, replicas)]?.request(/** @type {number} */ (requests.token[index]))
  }
  clock.advance(world.timeline.end)
  return tally
}

class IdentityProvider {
  /** @param {Clock} clock @param {Tally} tally @param {World} world */
  constructor(clock, tally, { latency, timeline: { outage } }) {
    this.clock = clock
    this.tally = tally
    this.latency = latency
    this.outage = outage
  }

  /** @param {(isUp: boolean) => void} done */
  ask(done) {
    const { now } = this.clock
    const [from, to] = this.outage
    this.tally.count('calls', now)
    this.clock.after(this.latency, () => done(now < from || now >= to))
  }
}

/** One process: its memory and its circuit breaker are the library's own. */
class Replica {
  #world
  /** Who waits for a token that is being asked about. @type {Map<number, number>} */
  #underWay = new Map()
  #calls = 0
  /** Questions that wait for their turn. @type {Map<() => void, true>} */
  #line = new Map()

  /** @param {{ clock: Clock, tally: Tally, world: World, policy: Policy, idp: IdentityProvider, store: Store | undefined }} options */
  constructor({ clock, tally, world, policy, idp, store }) {
    const now = () => clock.now
    this.#world = { clock, tally, idp, store, policy }
    this.plan = { ...policy.cache, ...world.cache }
    this.memory = new policy.VerdictCache({ ...this.plan, sizeOf: () => 1, tell: () => undefined, now })
    this.breaker = new policy.CircuitBreaker(now)
  }

  /** @param {number} token */
  request(token) {
    const { clock, tally, store } = this.#world
    tally.count('requests', clock.now)
    if (this.memory.recall(token, clock.now) !== undefined) return
    const waiting = this.#underWay.get(token)
    this.#underWay.set(token, (waiting ?? 0) + 1)
    if (waiting !== undefined) return
    /** @type {Done} */
    const done = (until) => {
      const waited = this.#underWay.get(token) ?? 0
      this.#underWay.delete(token)
      if (until === undefined) tally.count('unanswered', clock.now, waited)
      else this.memory.ask(token, () => ({ accepted: true, expiresAt: undefined, until }))
    }
    if (store === undefined) this.askMyself(done)
    else store.ask(token, this, done)
  }

  /** Within the limit of calls at once, and not while the breaker is open. @param {Done} done */
  askMyself(done) {
    const { clock, policy } = this.#world
    if (this.#calls < policy.mostCalls) return this.#call(done)
    const turn = () => this.#call(done)
    this.#line.set(turn, true)
    clock.after(policy.timeout, () => void (this.#line.delete(turn) && done(undefined)))
  }

  /** @param {Done} done */
  #call(done) {
    const { clock, idp } = this.#world
    if (this.breaker.wait() > 0) return done(undefined)
    this.#calls += 1
    idp.ask((isUp) => {
      this.#calls -= 1
      if (isUp) this.breaker.succeeded()
      else this.breaker.failed()
      done(isUp ? clock.now + this.plan.ttl : undefined)
      this.#next()
    })
  }

  /** The next in line, and those behind it while none of them calls. */
  #next() {
    for (const turn of this.#line.keys()) {
      if (this.#calls >= this.#world.policy.mostCalls) return
      this.#line.delete(turn)
      turn()
    }
  }
}

/** The second level as `SharedVerdicts` uses it: an answer, or the lock of the one who asks, under one name. It is always there. */
class Store {
  #clock
  #tally
  #policy
  /** @type {Map<number, { until: number, asking: boolean }>} */
  #entries = new Map()

  /** @param {Clock} clock @param {Tally} tally @param {Policy} policy */
  constructor(clock, tally, policy) {
    this.#clock = clock
    this.#tally = tally
    this.#policy = policy
  }

  /** @param {number} token @param {Replica} replica @param {Done} done */
  ask(token, replica, done) {
    const seen = this.#look(token)
    if (seen?.asking === true) return this.#join(token, replica, done, 0)
    if (seen !== undefined) return done(seen.until)
    this.#command(() => this.#entries.set(token, { until: this.#clock.now + this.#policy.lock, asking: true }))
    this.#askMyself(token, replica, done)
  }

  /** Looks again and again at what the other hears. @param {number} token @param {Replica} replica @param {Done} done @param {number} looked how often */
  #join(token, replica, done, looked) {
    const pause = this.#policy.looks[looked]
    if (pause === undefined) return this.#askMyself(token, replica, done)
    this.#clock.after(pause, () => {
      const seen = this.#look(token)
      if (seen === undefined) return this.#askMyself(token, replica, done)
      return seen.asking ? this.#join(token, replica, done, looked + 1) : done(seen.until)
    })
  }

  /** @param {number} token @param {Replica} replica @param {Done} done */
  #askMyself(token, replica, done) {
    replica.askMyself((until) => {
      this.#command(() => (until === undefined ? this.#entries.delete(token) : this.#entries.set(token, { until, asking: false })))
      done(until)
    })
  }

  /** @param {number} token */
  #look(token) {
    const entry = this.#command(() => this.#entries.get(token))
    if (entry !== undefined && entry.until > this.#clock.now) return entry
    this.#entries.delete(token) // by itself, at its end
    return undefined
  }

  /** @template T @param {() => T} work */
  #command(work) {
    this.#tally.count('commands', this.#clock.now)
    return work()
  }
}
