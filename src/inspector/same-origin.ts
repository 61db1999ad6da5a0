/** Tells what the page itself asks from what another page made a browser ask. */
import type { GateRequest } from '../gate/request/gate-request.js'

/**
 * True where a browser says that the page and what it asks are of one origin: by `Sec-Fetch-Site`, which no page can write, whatever
 * host a proxy has put in; or else by an `Origin` that names the host that is asked. What says neither is no page's, and must not
 * change anything.
 */
export function isOfThePage(request: GateRequest): boolean {
  const site = siteOf(request)
  if (site !== '') return site === 'same-origin'
  const [origin, ...others] = request.header('origin')
  return origin !== undefined && others.length === 0 && URL.canParse(origin) && new URL(origin).host === request.host?.toLowerCase()
}

/** True where another page made the browser ask. What was typed, or what no browser sent, is no page's. */
export function isOfAnotherPage(request: GateRequest): boolean {
  return !['', 'same-origin', 'none'].includes(siteOf(request))
}

/** Empty from a browser on plain http, and from a program. */
function siteOf(request: GateRequest): string {
  return request.header('sec-fetch-site').join()
}

/** True for a page on https, as the browser says: a proxy in front may speak plain http to this server. */
export function isSecure(request: GateRequest): boolean {
  return request.header('origin').join().startsWith('https://')
}
