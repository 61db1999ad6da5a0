/** Reads a file every few seconds and hands it on when it has changed. */
import { sha256 } from '../lib/digest.js'
import type { TextFile } from '../lib/text-file.js'
import type { After } from '../lib/timer.js'

export interface FileFollowerOptions {
  readonly read: () => Promise<TextFile>
  /** What was read before. */
  readonly text: string
  /** Seconds. */
  readonly every: number
  readonly after: After
  /** Takes what has changed; throws for what is no good. */
  readonly take: (file: TextFile) => void
  /** Told once for each thing that is wrong. */
  readonly failed: (message: string) => void
}

/**
 * Never rejects. Compares what the file says and not its time, which some file systems count in seconds, and which a
 * swapped link need not change.
 */
export class FileFollower {
  readonly #options: FileFollowerOptions
  /** The digest of what was read last, or the message of what went wrong. */
  #last: string
  /** One look at a time. */
  #looking: Promise<void> = Promise.resolve()
  #closed = false
  #callOff = (): void => undefined

  constructor(options: FileFollowerOptions) {
    this.#options = options
    this.#last = sha256(options.text)
    this.#lookLater()
  }

  /** Settles when the file was read after this call. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look())
    return this.#looking
  }

  close(): void {
    this.#closed = true
    this.#callOff()
  }

  #lookLater(): void {
    const { after, every } = this.#options
    this.#callOff = after(every, () => void this.look().then(() => this.#closed || this.#lookLater()))
  }

  async #look(): Promise<void> {
    let file: TextFile
    try {
      file = await this.#options.read()
    } catch (error) {
      return this.#saw(messageOf(error), () => this.#options.failed(messageOf(error)))
    }
    this.#saw(sha256(file.text), () => this.#take(file))
  }

  #saw(what: string, act: () => void): void {
    if (this.#closed || this.#last === what) return
    this.#last = what
    act()
  }

  #take(file: TextFile): void {
    try {
      this.#options.take(file)
    } catch (error) {
      this.#options.failed(messageOf(error))
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof TypeError ? error.message : 'it cannot be read'
}
