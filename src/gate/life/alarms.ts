/** This file wakes many at one instant by one timer: thousands of streams take a handful of timers. */
import { nextTurn } from '../../lib/timer.js'
import type { After } from '../../lib/timer.js'

export interface Sleeper {
  wake(): void
}

/** Those who are woken at one instant. */
export interface Alarm {
  readonly instant: number
  readonly sleepers: Set<Sleeper>
  callOff: () => void
}

export class Alarms {
  readonly #after: After
  readonly #now: () => number
  readonly #alarms = new Map<number, Alarm>()

  constructor(after: After, now: () => number) {
    this.#after = after
    this.#now = now
  }

  /** Wakes the sleeper at that instant, in seconds since the epoch. Gives the alarm, for `cancel`. */
  set(instant: number, sleeper: Sleeper): Alarm {
    const alarm = this.#alarms.get(instant) ?? this.#newAlarm(instant)
    alarm.sleepers.add(sleeper)
    return alarm
  }

  cancel(alarm: Alarm, sleeper: Sleeper): void {
    if (alarm.sleepers.delete(sleeper) && alarm.sleepers.size === 0) this.#end(alarm)
  }

  #newAlarm(instant: number): Alarm {
    const alarm: Alarm = { instant, sleepers: new Set(), callOff: this.#after(instant - this.#now(), () => this.#ring(alarm)) }
    this.#alarms.set(instant, alarm)
    return alarm
  }

  /** In slices: a thousand streams that end in one second hold up nobody. */
  #ring(alarm: Alarm): void {
    this.#end(alarm) // whoever sleeps again until this instant, by a clock that was set back, has a timer of its own
    let count = 0
    for (const sleeper of alarm.sleepers) {
      if ((count += 1) > SLICE) return void nextTurn().then(() => this.#ring(alarm))
      alarm.sleepers.delete(sleeper)
      sleeper.wake()
    }
  }

  #end(alarm: Alarm): void {
    alarm.callOff()
    if (this.#alarms.get(alarm.instant) === alarm) this.#alarms.delete(alarm.instant)
  }
}

/** Sleepers that are woken before everything else has its turn. */
const SLICE = 100
