/** This file knows the proxies that may speak for a client: by the address that they connect from. */

/** @throws TypeError for what is no address, and for none. */
export function trustedProxies(proxies: unknown): (address: string | undefined) => boolean {
  const list: readonly unknown[] = Array.isArray(proxies) ? [...proxies] : []
  if (list.length === 0 || !list.every((one): one is string => typeof one === 'string' && ADDRESS.test(one))) throw new TypeError(ADVICE)
  const tests = list.map(testOf)
  return (address) => address !== undefined && tests.some((isIt) => isIt(plain(address)))
}

const ADVICE = '"proxies" must name who may send the header, by the address that it connects from: ["127.0.0.1", "10.0.0.0/8"]; whoever else sends it is not believed'

const ADDRESS = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?:\/(?:[89]|[12]\d|3[0-2]))?|[\da-f]*:[\da-f:.]+)$/i

function testOf(proxy: string): (address: string) => boolean {
  const [network = '', length] = proxy.split('/')
  if (length === undefined) return (address) => address === plain(network)
  const wanted = bitsOf(network).slice(0, Number(length))
  return (address) => bitsOf(address).startsWith(wanted)
}

/** An IPv4 address as a server for both versions shows it is the same address (RFC 4291 section 2.5.5.2). */
function plain(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
}

/** Empty for what is no IPv4 address. */
function bitsOf(address: string): string {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) return ''
  return address.split('.').map((part) => Number(part).toString(2).padStart(8, '0')).join('')
}
