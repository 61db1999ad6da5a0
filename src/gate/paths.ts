/** Which paths the gate guards. Generous where it protects, strict where it lets pass. */

/** A path, and the one that the server routes by where something in front of the gate has rewritten it. */
interface Paths {
  readonly path: string
  readonly routedPath?: string | undefined
  /** True where the server itself chose this path for the gate: a route, a mount, a prefix. */
  readonly mounted?: boolean
}

/** True when a request for it needs a token: one name that is guarded is enough. */
export function needsToken({ path, routedPath = path, mounted = false }: Paths, guarded: readonly string[]): boolean {
  // Below a mount, whoever wrote the paths may have meant what comes after it.
  return isGuarded(path, guarded) || isGuarded(routedPath, guarded) || (mounted && mayBeGuarded(path, guarded))
}

/** True when no token is looked at: only if both of its names are excluded. */
export function isLeftAlone({ path, routedPath = path }: Paths, excluded: readonly string[]): boolean {
  return isExcluded(path, excluded) && isExcluded(routedPath, excluded)
}

/** True when the path is one of these or below one, or when some router might read it so: `/mcp` covers `/mcp/messages`, not `/mcpx`. */
export function isGuarded(path: string, guarded: readonly string[]): boolean {
  // Express ignores case.
  if (isPlain(path) && !path.includes(';')) return guarded.some((prefix) => isBelow(path.toLowerCase(), prefix.toLowerCase()))
  return mayBeGuarded(path, guarded)
}

/** True when the path, exactly as written, is one of these or below one. Odd spellings are never excluded. */
function isExcluded(path: string, excluded: readonly string[]): boolean {
  return isPlain(path) && excluded.some((prefix) => isBelow(path, prefix))
}

/** @throws TypeError unless every entry is a path that starts with a slash. Returns them. */
export function checkedPaths(name: string, paths: unknown): readonly string[] {
  const list = Array.isArray(paths) ? [...paths] : [] // a hole becomes an entry, and is refused
  if (!Array.isArray(paths) || !list.every((path) => typeof path === 'string' && isPlain(path) && !/[*?#:]/.test(path))) {
    throw new TypeError(`"${name}" must be an array of paths such as ['/mcp'], each of which covers all that is below it: no patterns`)
  }
  return list.map((path: string) => (path === '/' ? path : path.replace(/\/$/, '')))
}

function isBelow(path: string, prefix: string): boolean {
  const start = prefix.replace(/\/$/, '')
  return path === start || path.startsWith(`${start}/`)
}

/** True when the segments of one of these occur in the path. */
function mayBeGuarded(path: string, guarded: readonly string[]): boolean {
  const segments = segmentsOf(path)
  // A path that is endless or cannot be decoded may mean anything to the router behind.
  if (segments === undefined) return guarded.length > 0
  return guarded.some((prefix) => occursIn(segmentsOf(prefix) ?? [], segments))
}

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
  const segments = decoded.toLowerCase().split(/[/\\]+/)
  return segments.map((segment) => segment.replace(/[;?#].*$|[\x00-\x20]/gs, '')).filter((segment) => segment !== '')
}

/**
 * True when these segments occur there in this order, whatever stands between them. Routers and `new URL` differ in how
 * they resolve dots, doubled slashes, parameters and hosts, but all that any of it does is take segments away.
 */
function occursIn(wanted: readonly string[], segments: readonly string[]): boolean {
  let found = 0
  for (const segment of segments) if (segment === wanted[found]) found += 1
  return found === wanted.length
}
