/** This file reads request targets (RFC 9112 section 3.2) and hosts as the client wrote them. */
import { plainHost } from '../gate/request/host.js'

/** The path of a target, without its query. `new URL` would resolve its dots, which routers do not. */
export function pathOf(target: string): string {
  if (target.startsWith('/') && !target.includes('?') && !target.includes('#')) return target
  // RFC 9112 section 3.2.2: the request line may hold a whole URL.
  const path = target.replace(/^https?:\/\/[a-z0-9._-]+(:\d+)?(?=\/)/i, '')
  // Routers and `new URL` cut anything else in ways of their own: it stays whole, and is read with suspicion.
  return path.startsWith('/') ? path.replace(/[?#].*$/s, '') : path
}

/** The host in a target in absolute form, or undefined for any other form. */
export function authorityOf(target: string): string | undefined {
  return target.startsWith('/') ? undefined : /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(target)?.[1]
}

/** The one host that all of these name, as the first has it. Who says two things is of neither: the server behind may read the other one. */
export function hostAmong(named: readonly (string | undefined)[]): string | undefined {
  const hosts = named.filter((host) => host !== undefined)
  const [host, ...others] = hosts
  return host === undefined || others.every((other) => plainHost(other) === plainHost(host)) ? host : undefined
}
