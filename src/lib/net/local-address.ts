/** Tells a place within a network from one outside, by how it is written. No name is resolved: one may stand for any address. */

/** True for `localhost` and for a literal address that is loopback, link-local, private, shared (RFC 6598) or none at all. */
export function isLocalAddress({ hostname }: URL): boolean {
  const host = hostname.replace(/\.$/, '')
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  if (host.startsWith('[')) return isLocalIpv6(host.slice(1, -1))
  return isLocalIpv4(host)
}

// The parser of URLs has brought every spelling into this one.
function isLocalIpv4(host: string): boolean {
  const [, a = -1, b = -1] = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(host)?.map(Number) ?? []
  if ([0, 10, 127].includes(a)) return true
  if (a === 100) return b >= 64 && b < 128
  if (a === 172) return b >= 16 && b < 32
  return (a === 169 && b === 254) || (a === 192 && b === 168)
}

function isLocalIpv6(host: string): boolean {
  // Mapped (RFC 4291 section 2.5.5.2) and translated (RFC 6052) ones hold an IPv4 address in their last two parts.
  const [, high, low] = /^(?:::ffff:|64:ff9b::)([\da-f]{1,4}):([\da-f]{1,4})$/.exec(host) ?? []
  if (high !== undefined && low !== undefined) return isLocalIpv4(ipv4Of(Number.parseInt(high, 16), Number.parseInt(low, 16)))
  return host === '::' || host === '::1' || /^(?:f[cd][\da-f]{2}|fe[89ab][\da-f]):/.test(host)
}

function ipv4Of(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
