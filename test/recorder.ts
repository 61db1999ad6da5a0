/** Keeps what a provider tells its observer, in order. */
import type { AuthEvent } from '../src/index.js'

type EventOf<T extends AuthEvent['type']> = Extract<AuthEvent, { type: T }>

/** `observe` is an option of every provider; `told` gives the events of one type. */
export function recorder() {
  const events: AuthEvent[] = []
  return {
    events,
    observe: (event: AuthEvent): void => void events.push(event),
    told: <T extends AuthEvent['type']>(type: T): EventOf<T>[] => events.filter((event): event is EventOf<T> => event.type === type),
  }
}
