/** Which paths the gate guards. Generous where it protects, strict where it lets pass. */

/** True when the path is one of these or below one: `/mcp` covers `/mcp/messages`, not `/mcpx`. */
export function isGuarded(path: string, guarded: readonly string[]): boolean {
  const folded = fold(path)
  // A path that cannot be decoded may mean anything to the router behind: guarded.
  return folded === undefined || guarded.some((prefix) => isBelow(folded, prefix.toLowerCase()))
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

// Routers differ: Express ignores case, Hono and Fastify decode before they match. What any of them might take
// for a guarded path is guarded.
function fold(path: string): string | undefined {
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return undefined
  }
  const segments: string[] = []
  for (const segment of decoded.toLowerCase().replaceAll('\\', '/').split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return `/${segments.join('/')}`
}
