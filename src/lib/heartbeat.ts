/** Tells whether this process came to do anything meanwhile, or stood still: then a silence was its own. */
import { after } from './timer.js'

/** Beats while somebody listens, and keeps no process alive. */
export class Heartbeat {
  readonly #every: number
  #beats = 0
  #listeners = 0
  #callOff: () => void = () => undefined

  /** `every`: seconds. */
  constructor(every: number) {
    this.#every = every
  }

  /** How often it has beaten. */
  get beats(): number {
    return this.#beats
  }

  /** It beats until `unlisten` is called as often. */
  listen(): void {
    this.#listeners += 1
    if (this.#listeners === 1) this.#next()
  }

  unlisten(): void {
    this.#listeners -= 1
    if (this.#listeners === 0) this.#callOff()
  }

  #next(): void {
    this.#callOff = after(this.#every, () => {
      this.#beats += 1
      this.#next()
    })
  }
}
