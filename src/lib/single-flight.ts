/** Does one thing at a time under each name: whoever asks for it meanwhile gets the same promise. */
import { mayShareBetweenRequests } from './runtime.js'

/** On Cloudflare Workers, where a request cannot await what another one began, everybody asks for itself. */
export class SingleFlight<T> {
  readonly #underWay = new Map<string, Promise<T>>()

  /** What is being done under this name, for whoever may wait for it. */
  underWay(name = ''): Promise<T> | undefined {
    return this.#underWay.get(name)
  }

  /** Does the work, or waits for the one who does it already. */
  run(work: () => Promise<T>, name = ''): Promise<T> {
    return this.#underWay.get(name) ?? this.share(work(), name)
  }

  /** Lets others wait for this. */
  share(begun: Promise<T>, name = ''): Promise<T> {
    if (!mayShareBetweenRequests) return begun
    // A failure is for those who wait, and no rejection of its own.
    const shared = begun.finally(() => this.#underWay.delete(name))
    this.#underWay.set(name, shared)
    return shared
  }
}
