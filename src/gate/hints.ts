/** This file tells the developer, once each, what a gate does that he may not have meant. No text holds anything that a client sent. */
import { warn } from '../lib/warn.js'
import { othersOf } from './known-gates.js'
import { isDiscovery, NO_DOCUMENT } from './metadata/discovery.js'
import { accessOf, isBelow, isEndOf } from './paths.js'
import { PREFLIGHT } from './request/preflight.js'
import type { Decision } from './decision.js'
import type { KnownGate } from './known-gates.js'
import type { PathPolicy } from './paths.js'
import type { GatePolicy } from './policy.js'
import type { GateRequest } from './request/gate-request.js'

/** Watches the decisions of one gate. A request that comes with a good token costs a comparison or two. */
export class Hints {
  readonly #policy: GatePolicy
  readonly #gate: KnownGate
  readonly #told = new Set<string>()
  /** The metadata was asked for here, so it can be reached. */
  #servesMetadata = false
  /** Something came to a path of `protect`. */
  #metProtected = false

  constructor(policy: GatePolicy, gate: KnownGate) {
    this.#policy = policy
    this.#gate = gate
  }

  after(request: GateRequest, decision: Decision): void {
    const paths = this.#policy.paths[request.mounted === true ? 'mount' : 'app']
    if (decision.pass) return this.#passed(request, paths, decision.context.token === null)
    const { answer } = decision
    this.#servesMetadata ||= this.#gate.resource?.metadataPaths.includes(request.path) === true
    if (answer === PREFLIGHT) return this.#tell(PREFLIGHT_ANSWERED)
    if (answer === NO_DOCUMENT) return this.#noDocument(request)
    this.#metProtected = true
    if (answer.status === 401) this.#denied(request)
  }

  #passed(request: GateRequest, paths: PathPolicy, isStranger: boolean): void {
    const { protect } = paths
    if (protect === undefined || (this.#metProtected && !isStranger)) return
    if (accessOf(request, paths) !== 'open') return void (this.#metProtected = true)
    const names = [request.path, ...(request.routedPaths ?? [])]
    const path = this.#gate.resource?.path ?? '/'
    if (isStranger && names.some((name) => isEndOf(name, path) || isEndOf(path, name))) return this.#tell(missed(path))
    if (!this.#metProtected && !SAFE.has(request.method)) this.#tell(neverMet(protect))
  }

  #noDocument({ path, host }: GateRequest): void {
    const other = othersOf(this.#gate, host).find(({ metadataPaths: [own] }) => own === path)
    this.#tell(other === undefined ? DISCOVERY_ANSWERED : inTheWay(other.path))
  }

  #denied({ method, path, host, mounted }: GateRequest): void {
    const { resource } = this.#gate
    if (mounted === true && resource !== undefined && !this.#servesMetadata) this.#tell(unreachable(resource.metadataPaths[0] ?? ''))
    if (SAFE.has(method) && PROBED.has(path)) this.#tell(PROBE_DENIED)
    if (resource !== undefined && isBelow(path, resource.path)) return
    const other = isDiscovery(path) ? undefined : othersOf(this.#gate, host).find((one) => one.path !== '/' && isBelow(path, one.path))
    if (other !== undefined) this.#tell(inTheWay(other.path))
  }

  #tell(message: string): void {
    if (this.#told.has(message)) return
    this.#told.add(message)
    warn(message)
  }
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Where platforms look whether a server is alive. */
const PROBED: ReadonlySet<string> = new Set(['/health', '/healthz', '/livez', '/readyz', '/live', '/ready', '/ping'])

const PREFLIGHT_ANSWERED =
  'a CORS preflight came to the gate, which answers it and grants nothing; put your CORS in front of the gate, or give it preflight: \'pass\''
const DISCOVERY_ANSWERED =
  'a client looked for OAuth metadata that is not this gate\'s, and was answered with 404; if this app serves it, name its path in "exclude"'
const PROBE_DENIED = 'a probe such as GET /health was answered with 401; to open that path, write exclude: [\'/health\']'

const inTheWay = (path: string): string =>
  `one gate answers for another: this one guards everything, and what belongs to the gate of ${path} comes to it first; name the paths of each with "protect"`
const unreachable = (path: string): string =>
  `the gate is mounted on a path, and its challenges point to ${path}, which it is not asked for there; register it at the root with "protect", or at that path as well`
const missed = (path: string): string =>
  `a request without a token passed to a path that "protect" does not name, and that looks like ${path} of "resource"; ` +
  'does a proxy take a prefix away, or add one? leave "protect" out, or name the path that this server sees'
const neverMet = (protect: readonly string[]): string =>
  `a request passed without a token being asked for, and none has come to ${protect.join(', ')} yet; below a mount, "protect" names what is left of the path, or leave it out`
