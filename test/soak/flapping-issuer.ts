/** An authorization server over real HTTP that breaks in every way it knows, and rotates its keys meanwhile. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { FAULTS, REFUSED } from './faults.js'
import { IssuerKey } from './issuer-key.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Fault } from './faults.js'

const REALM = '/realms/soak'
const KEYS = `${REALM}/keys`
const TRAP = '/trap'

export class FlappingIssuer {
  readonly #now: () => number
  readonly #server = createServer((request, response) => this.#receive(request, response))
  readonly #keys: IssuerKey[] = []
  #removed: readonly IssuerKey[] = []
  #made = 0
  #origin = ''
  #fault: { readonly fault: Fault; readonly at: 'discovery' | 'keys' } | undefined
  /** How often each fault was met, by name. */
  readonly met = new Map<string, number>(FAULTS.map(({ name }) => [name, 0]))
  /** What was asked of the place where a redirect and a false discovery document point. */
  readonly trapped: string[] = []
  /** What it signs with. */
  signing: IssuerKey
  /** Never published. */
  readonly stranger = new IssuerKey(0)

  constructor(now: () => number) {
    this.#now = now
    this.#server.keepAliveTimeout = 60_000 // whoever waits for the end of a connection waits long
    this.signing = this.publish(this.make())
  }

  async listen(): Promise<void> {
    await new Promise<void>((ready) => void this.#server.listen(0, '127.0.0.1', ready))
    const { port } = this.#server.address() as AddressInfo // a TCP server that listens has one
    this.#origin = `http://127.0.0.1:${port}`
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done))
    this.#server.closeAllConnections()
    await closed
  }

  get issuer(): string {
    return this.#origin + REALM
  }

  get jwksUri(): string {
    return this.#origin + KEYS
  }

  get published(): readonly IssuerKey[] {
    return this.#keys
  }

  /** The last that were taken away. */
  get removed(): readonly IssuerKey[] {
    return this.#removed
  }

  make(): IssuerKey {
    return new IssuerKey(this.#made++)
  }

  publish(key: IssuerKey): IssuerKey {
    key.publishedAt = this.#now()
    this.#keys.push(key)
    return key
  }

  remove(key: IssuerKey): void {
    key.removedAt = this.#now()
    this.#keys.splice(this.#keys.indexOf(key), 1)
    this.#removed = [key, ...this.#removed].slice(0, 3)
  }

  /** Broken from now on. */
  break(fault: Fault, at: 'discovery' | 'keys'): void {
    this.#fault = { fault, at }
  }

  mend(): void {
    this.#fault = undefined
  }

  /** Where a request to this URL goes: to an address where nobody listens, while connections are refused. */
  route(url: string): string {
    if (this.#fault?.fault.name !== REFUSED || !this.#isSpoilt(new URL(url).pathname)) return url
    this.#meet()
    return url.replace('127.0.0.1', '127.0.0.2')
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? ''
    if (path.startsWith(TRAP)) this.trapped.push(path)
    const document = this.#document(path)
    if (document === undefined) return void response.writeHead(404).end()
    const send = (text: string): void => answer(request, response, text)
    if (this.#fault === undefined || !this.#isSpoilt(path)) return send(JSON.stringify(document))
    this.#meet()
    this.#fault.fault.answer(response, { send, document, trap: `${this.#origin}${TRAP}` })
  }

  #document(path: string): Record<string, unknown> | undefined {
    if (path === KEYS) return { keys: this.#keys.map(({ jwk }) => jwk) }
    // Discovery and keys in one: it does for both.
    if (path === TRAP) return { issuer: this.issuer, jwks_uri: this.#origin + TRAP, keys: [this.stranger.jwk] }
    const isDiscovery = path.includes('/.well-known/') && path.includes(REALM)
    return isDiscovery ? { issuer: this.issuer, jwks_uri: this.jwksUri } : undefined
  }

  #isSpoilt(path: string): boolean {
    return this.#fault !== undefined && (path === KEYS ? this.#fault.at === 'keys' : this.#fault.at === 'discovery')
  }

  #meet(): void {
    const name = this.#fault?.fault.name ?? ''
    this.met.set(name, (this.met.get(name) ?? 0) + 1)
  }
}

function answer(request: IncomingMessage, response: ServerResponse, text: string): void {
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { ETag: etag }).end()
  response.writeHead(200, { 'Content-Type': 'application/json', ETag: etag }).end(text)
}
