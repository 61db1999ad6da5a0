/** Which paths the gate guards. Generous where it protects, strict where it lets pass. */

/** True when the path is one of these or below one: `/mcp` covers `/mcp/messages`, not `/mcpx`. */
export function isGuarded(path: string, guarded: readonly string[]): boolean {
  const readings = readingsOf(path)
  // A path that cannot be read may mean anything to the router behind: guarded.
  if (readings === undefined) return guarded.length > 0
  return guarded.map(fold).some((prefix) => readings.some((reading) => isBelow(reading, prefix)))
}

/** True when the path, exactly as written, is one of these or below one. Odd spellings are never excluded. */
export function isExcluded(path: string, excluded: readonly string[]): boolean {
  return isPlain(path) && excluded.some((prefix) => isBelow(path, prefix))
}

/** @throws TypeError unless every entry is a path that starts with a slash. Returns them. */
export function checkedPaths(name: string, paths: unknown): readonly string[] {
  const list = Array.isArray(paths) ? paths : []
  if (!Array.isArray(paths) || !list.every((path) => typeof path === 'string' && isPlain(path) && !/[*?#:]/.test(path))) {
    throw new TypeError(`"${name}" must be an array of paths such as ['/mcp'], each of which covers all that is below it: no patterns`)
  }
  return list.map((path: string) => (path === '/' ? path : path.replace(/\/$/, '')))
}

function isBelow(path: string, prefix: string): boolean {
  return prefix === '/' || path === prefix || path.startsWith(`${prefix}/`)
}

function isPlain(path: string): boolean {
  return path.startsWith('/') && !/[%\\]|\/\/|\/\.{1,2}(\/|$)/.test(path)
}

/** In characters, for a path that has to be read in several ways: it takes time. */
const MAX_ODD_PATH = 4_096

/**
 * Every way in which a router might read the path. Express ignores case; Hono and Fastify decode before they match;
 * Fastify can be told to overlook doubled slashes and to end the path at a semicolon; some resolve dots, before or after
 * they decode, and some do not; `new URL(url, base)`, as listeners use it, takes `//x/mcp` for the path `/mcp` of host x.
 */
function readingsOf(path: string): readonly string[] | undefined {
  if (isPlain(path) && !path.includes(';')) return [path.toLowerCase()]
  if (path.length > MAX_ODD_PATH) return undefined
  const segments = decodedSegments(path)
  if (segments === undefined) return undefined
  return [segments, resolve(segments)]
    .map((some) => some.join('/').toLowerCase().replaceAll('\\', '/'))
    .flatMap((spelling) => [spelling, spelling.replace(/^\/{2,}[^/]*/, '')])
    .flatMap((spelling) => [spelling, spelling.replace(/;[^/]*/g, '')])
    .map((spelling) => spelling.split('/'))
    .flatMap((some) => [plainPath(some), plainPath(resolve(some)), plainPath(resolve(some.filter(Boolean)))])
}

// The first reading keeps everything but empty segments, single dots and case.
function fold(prefix: string): string {
  const [reading = '/'] = readingsOf(prefix) ?? []
  return reading === '/' ? reading : reading.replace(/\/$/, '')
}

function decodedSegments(path: string): readonly string[] | undefined {
  if (!/^[/\\]/.test(path)) return undefined
  try {
    return path.split(/[/\\]/).map(decodeURIComponent)
  } catch {
    return undefined
  }
}

// RFC 3986 section 5.2.4, where an empty segment is one too.
function resolve(segments: readonly string[]): readonly string[] {
  const resolved: string[] = []
  for (const segment of segments) {
    if (segment === '..') resolved.pop()
    else if (segment !== '.') resolved.push(segment)
  }
  return resolved
}

function plainPath(segments: readonly string[]): string {
  return `/${segments.filter((segment) => segment !== '' && segment !== '.').join('/')}`
}
