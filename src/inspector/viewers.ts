/** Remembers who was let in to look: a cookie each, whose digest is kept here; a few at a time, and none for long. */
import { sha256 } from '../lib/digest.js'
import { randomCode } from './one-time-link.js'

/** At once. The one who came first makes room. */
const MOST_VIEWERS = 16
const COOKIE = 'bearer-inspector'

interface Viewer {
  /** Seconds since the epoch. */
  readonly until: number
  /** Ends what was followed for this one. */
  leave: () => void
}

export class Viewers {
  /** By digest: who reads the memory of the process gets no cookie out of it. */
  readonly #viewers = new Map<string, Viewer>()

  /** True where one of the cookies of this request was given out here, and is good still. */
  knows(cookies: readonly string[], now: number): boolean {
    return digestsIn(cookies).some((digest) => (this.#viewers.get(digest)?.until ?? 0) > now)
  }

  /** The header that gives somebody new a cookie until then. `follow` is given what ends it early, and gives what undoes that. */
  add(now: number, until: number, isSecure: boolean, follow?: (end: () => void) => (() => void) | undefined): string {
    const value = randomCode()
    const digest = sha256(value)
    const [first] = this.#viewers.keys()
    if (this.#viewers.size >= MOST_VIEWERS && first !== undefined) this.#end(first)
    const viewer: Viewer = { until, leave: () => undefined }
    this.#viewers.set(digest, viewer)
    viewer.leave = follow?.(() => this.#end(digest)) ?? viewer.leave
    if (!this.#viewers.has(digest)) viewer.leave() // it ended while it began
    // Without `Path` it goes to the folder of the URL that set it, and below, whatever a proxy has cut off (RFC 6265 section 5.1.4).
    return `${COOKIE}=${value}; Max-Age=${Math.max(0, Math.floor(until - now))}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
  }

  /** Ends those of this request. Gives the header that has the browser forget them. */
  leave(cookies: readonly string[]): string {
    for (const digest of digestsIn(cookies)) this.#end(digest)
    return `${COOKIE}=; Max-Age=0; HttpOnly; SameSite=Strict`
  }

  clear(): void {
    for (const digest of [...this.#viewers.keys()]) this.#end(digest)
  }

  #end(digest: string): void {
    this.#viewers.get(digest)?.leave()
    this.#viewers.delete(digest)
  }
}

/** Of one name. A sibling host may have set more of them: each is looked at, as far as a browser would send. */
const MOST_COOKIES = 8

function digestsIn(headers: readonly string[]): readonly string[] {
  const pairs = headers.flatMap((header) => header.split(';')).map((pair) => pair.trim())
  const own = pairs.filter((pair) => pair.startsWith(`${COOKIE}=`)).slice(0, MOST_COOKIES)
  return own.map((pair) => sha256(pair.slice(COOKIE.length + 1)))
}
