/** Lets in whoever reads what the server prints at its start: a link with a code that is good once. */
import { sha256 } from '../lib/digest.js'

/** How long a code may wait for its one use. In seconds. */
const GOOD_FOR = 600

/** What `oneTimeLink` gives: for the option `access` of `inspector`. */
export class OneTimeLink {
  readonly #tell: (path: string) => void
  /** The digest, so that nobody finds the code in the memory of the process. */
  #code: { readonly digest: string; readonly until: number } | undefined

  constructor(tell: (path: string) => void) {
    if (typeof tell !== 'function') throw new TypeError('oneTimeLink takes what prints the link: oneTimeLink((path) => console.error(`http://localhost:3000${path}`))')
    this.#tell = tell
  }

  /** Tells a new link. The one of before is good no longer. */
  renew(path: string, now: number): void {
    const code = randomCode()
    this.#code = { digest: sha256(code), until: now + GOOD_FOR }
    // Behind the hash: browsers send it to nobody, and it is in no log.
    this.#tell(`${path}/#${code}`)
  }

  /** True for the code that was told last, once. A wrong one costs nothing: 256 random bits need no lock. */
  take(code: string, now: number): boolean {
    const known = this.#code
    if (known === undefined || now >= known.until || sha256(code) !== known.digest) return false
    this.#code = undefined
    return true
  }
}

/**
 * For `access` of `inspector`: whoever opens the link that is told gets in, in one browser, within ten minutes of the start
 * or of `newLink()`. `tell` gets the path; write the server's own address before it.
 */
export function oneTimeLink(tell: (path: string) => void): OneTimeLink {
  return new OneTimeLink(tell)
}

/** 256 random bits. */
export function randomCode(): string {
  return sha256(crypto.getRandomValues(new Uint8Array(32)))
}
