/** Says that something was closed. Not by an AbortController: at the top of a module, workerd refused to make one before September 2026. */

/** As much of an `AbortSignal` as calls need that end with it. */
export interface Closed {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void, options: { readonly once: true }): void
}

export class Closing implements Closed {
  #aborted = false
  readonly #listeners: (() => void)[] = []

  get aborted(): boolean {
    return this.#aborted
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** The first time it ends what goes on. */
  abort(): void {
    this.#aborted = true
    for (const listener of this.#listeners.splice(0)) listener()
  }
}
