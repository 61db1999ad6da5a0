/** This file says which requests a gate guards, by their paths. It is generous where it protects, and strict where it lets pass. */
import { checkOptions } from '../lib/options.js'
import { asksForAnotherMethod } from './request/preflight.js'
import type { OptionNames } from '../lib/options.js'
import type { ExcludedRoute } from './gate-options.js'
import type { GateRequest } from './request/gate-request.js'

/** What the paths of a gate say of a request: it needs a token, no token is looked at, or a good token is known and a bad one ignored. */
export type Access = 'guarded' | 'excluded' | 'open'

export interface PathPolicy {
  /** Undefined: everything. */
  readonly protect: readonly string[] | undefined
  readonly exclude: readonly Exclusion[]
}

/** A path that needs no token: with all that is below it or alone, and for some methods where they were named. */
export interface Exclusion {
  readonly path: string
  readonly methods: readonly string[] | undefined
  readonly exact: boolean
}

export function accessOf(request: GateRequest, { protect, exclude }: PathPolicy): Access {
  if (request.isPublic === true || isLeftAlone(request, exclude)) return 'excluded'
  return needsToken(request, protect) ? 'guarded' : 'open'
}

type Paths = Pick<GateRequest, 'path' | 'routedPaths' | 'mounted'>

/** True when a request for it needs a token: one of its names that is guarded is enough. */
function needsToken({ path, routedPaths = [], mounted = false }: Paths, protect: readonly string[] | undefined): boolean {
  if (protect === undefined) return true
  // Below a mount, whoever wrote the paths may have meant what comes after it.
  return [path, ...routedPaths].some((name) => isGuarded(name, protect) || (mounted && mayBeGuarded(name, protect)))
}

/** True when no token is looked at: only if all of its names are excluded, under the method that was sent and the one it became. */
function isLeftAlone(request: Pick<GateRequest, 'method' | 'sentMethod' | 'path' | 'routedPaths' | 'header' | 'isUpgrade'>, excluded: readonly Exclusion[]): boolean {
  if (excluded.length === 0) return false
  const { method, sentMethod = method, path, routedPaths = [], isUpgrade = false } = request
  // What goes over an upgraded connection is no matter of the method that began it.
  const isOfOneMethod = !isUpgrade && !asksForAnotherMethod(request)
  const opened = ({ methods }: Exclusion): boolean =>
    methods === undefined || (isOfOneMethod && [method, sentMethod].every((one) => methods.includes(one) || (one === 'HEAD' && methods.includes('GET'))))
  return [path, ...routedPaths].every((name) => excluded.some((exclusion) => isExcluded(name, exclusion) && opened(exclusion)))
}

/** True when the path is one of these or below one, or when some router might read it so: `/mcp` covers `/mcp/messages`, not `/mcpx`. */
export function isGuarded(path: string, guarded: readonly string[]): boolean {
  // Express ignores case.
  if (isPlain(path) && !path.includes(';')) return guarded.some((prefix) => isBelow(path.toLowerCase(), prefix.toLowerCase()))
  return mayBeGuarded(path, guarded)
}

/** True when the path, exactly as written, is this one or below it; the root is itself alone. Odd spellings are never excluded. */
function isExcluded(path: string, { path: excluded, exact }: Pick<Exclusion, 'path' | 'exact'>): boolean {
  return isPlain(path) && (exact || excluded === '/' ? path === excluded : isBelow(path, excluded))
}

/** @throws TypeError unless every entry is a path that starts with a slash. Returns them. */
export function checkedPaths(name: string, paths: unknown): readonly string[] {
  const list = Array.isArray(paths) ? [...paths] : [] // a hole becomes an entry, and is refused
  if (!Array.isArray(paths) || !list.every(isPath)) {
    throw new TypeError(`"${name}" must be an array of paths such as ['/mcp'], each of which covers all that is below it: no patterns`)
  }
  return list.map(withoutSlash)
}

/** @throws TypeError unless every entry is a path, or a path with methods. Returns them. */
export function checkedExclusions(entries: unknown): readonly Exclusion[] {
  const list: readonly unknown[] = Array.isArray(entries) ? [...entries] : []
  if (!Array.isArray(entries)) throw new TypeError(NO_EXCLUSIONS)
  return list.map((entry) => {
    const { path, methods, exact } = typeof entry === 'object' && entry !== null ? narrowed(entry) : { path: entry, methods: undefined, exact: false }
    if (!isPath(path)) throw new TypeError(NO_EXCLUSIONS)
    return { path: withoutSlash(path), methods, exact }
  })
}

const NO_EXCLUSIONS =
  `"exclude" must be an array of paths such as ['/health', { path: '/orders', methods: ['GET'] }], each of which covers all that is below it: no patterns`

function narrowed(entry: object): Omit<Exclusion, 'path'> & { readonly path: unknown } {
  checkOptions('exclude', entry, EXCLUSION)
  const { path, methods, exact = false } = entry as Readonly<Partial<Record<keyof Exclusion, unknown>>>
  if (typeof exact !== 'boolean') throw new TypeError('"exact" in "exclude" must be true or false')
  if (methods === undefined) return { path, methods, exact }
  // A name in small letters would match nothing.
  if (Array.isArray(methods) && methods.length > 0 && [...methods].every((one) => typeof one === 'string' && /^[A-Z-]+$/.test(one))) {
    return { path, methods: [...methods], exact }
  }
  throw new TypeError(`"methods" in "exclude" must be an array of methods in capitals, such as ['GET'], with which HEAD goes`)
}

const EXCLUSION = { path: true, methods: true, exact: true } as const satisfies OptionNames<ExcludedRoute>

function isPath(path: unknown): path is string {
  return typeof path === 'string' && isPlain(path) && !/[*?#:]/.test(path)
}

function withoutSlash(path: string): string {
  return path === '/' ? path : path.replace(/\/$/, '')
}

/** True when this path is the end of that one, by whole segments: a proxy has put something in front of it, or taken it away. */
export function isEndOf(end: string, path: string): boolean {
  return end !== '/' && path !== end && isPlain(path) && isPlain(end) && withoutSlash(path).endsWith(withoutSlash(end))
}

/** True when the path is this one or below it. */
export function isBelow(path: string, prefix: string): boolean {
  const start = prefix.replace(/\/$/, '')
  return path === start || path.startsWith(`${start}/`)
}

/** True when the segments of one of these occur in the path. */
function mayBeGuarded(path: string, guarded: readonly string[]): boolean {
  const segments = TARGET.test(path) ? segmentsOf(path) : undefined
  // A path that is of no form, is endless or cannot be decoded may mean anything to the router behind.
  if (segments === undefined) return guarded.length > 0
  return guarded.some((prefix) => occursIn(segmentsOf(prefix) ?? [], segments))
}

/** RFC 9112 section 3.2: a path, a whole URL, or a star alone. Fastify's router skips the first character of a target, whatever it is. (D138) */
const TARGET = /^(?:$|\/|\*$|[a-z][a-z\d+.-]*:\/\/)/i

/** In characters. No server takes a longer one, and to look into it would hold up everybody else. */
const LONGEST = 16_384

function isPlain(path: string): boolean {
  return path.length <= LONGEST && path.startsWith('/') && !/[%\\?#]|\/\/|\/\.{1,2}(\/|$)/.test(path)
}

/** The segments of an odd path, decoded as Hono and Fastify do before they match; without `;parameters` and all that `new URL` drops. */
function segmentsOf(path: string): readonly string[] | undefined {
  if (path.length > LONGEST) return undefined
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return undefined
  }
  return plainSegments(decoded.toLowerCase())
}

function plainSegments(decoded: string): readonly string[] {
  return decoded.split(/[/\\]+/).map((segment) => segment.replace(/[;?#].*$|[\x00-\x20]/gs, '')).filter((segment) => segment !== '')
}

/**
 * The other paths that some router behind may take this one for: without regard to case, decoded, without parameters, with
 * dots and slashes resolved. None for one in the plainest spelling, as nearly all are.
 */
export function spellingsOf(path: string): readonly string[] {
  if (isPlain(path) && !path.includes(';') && path === path.toLowerCase()) return NONE
  const written = path.slice(0, LONGEST)
  const joined = [written, decodedRuns(written)].flatMap((text) => [text, ...resolved(text)]).map(joinedSegments)
  return [...new Set([...joined, ...joined.flatMap(resolved)].flatMap((one) => [one, one.toLowerCase()]))]
}

const NONE: readonly string[] = []

function joinedSegments(path: string): string {
  const decoded = decodedRuns(path)
  const joined = `/${plainSegments(decoded).join('/')}`
  return joined !== '/' && /[/\\]$/.test(decoded) ? `${joined}/` : joined
}

/** Each run of escapes by itself, as Hono does: one that stands for nothing leaves the others. */
function decodedRuns(path: string): string {
  return path.replace(/(?:%[\da-f]{2})+/gi, (escapes) => UTF8.decode(Uint8Array.from(escapes.slice(1).split('%'), (byte) => Number.parseInt(byte, 16))))
}

const UTF8 = new TextDecoder()

function resolved(path: string): readonly string[] {
  return URL.canParse(path, BASE) ? [new URL(path, BASE).pathname] : NONE
}

const BASE = 'http://localhost'

/**
 * True when these segments occur there in this order, whatever stands between them. Routers and `new URL` differ in how
 * they resolve dots, doubled slashes, parameters and hosts, but all that any of it does is take segments away.
 */
function occursIn(wanted: readonly string[], segments: readonly string[]): boolean {
  let found = 0
  for (const segment of segments) if (segment === wanted[found]) found += 1
  return found === wanted.length
}
