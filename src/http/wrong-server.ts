/** This file says what to tell somebody whose server called the adapter for another one. */

/** Every adapter but Fastify's looks at what it is called with at each request: one comparison. */
export function wrongServer(adapter: string): TypeError {
  const wrong = `bearerAuth of bearer-auth-providers/${adapter} was not called by ${SERVERS.get(adapter)}`
  return new TypeError(`${wrong}; import it from the subpath of your server: ${PATHS}`)
}

const SERVERS: ReadonlyMap<string, string> = new Map([
  ['node', 'node:http'],
  ['fetch', 'a server that speaks Request and Response'],
  ['express', 'Express'],
  ['fastify', 'Fastify'],
  ['hono', 'Hono'],
  ['koa', 'Koa'],
  ['nest', 'Nest'],
])

const PATHS = [...SERVERS.keys()].map((path) => `/${path}`).join(', ')
