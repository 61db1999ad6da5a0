/** Checks URLs that we fetch keys from, or that stand for this server. */

export interface WebUrlRules {
  /** Allow plain `http:` to hosts other than this machine. `'never'` where there is no option for it. */
  readonly insecure: boolean | 'never'
}

/** Parses an absolute https URL; plain http is for loopback only. @throws TypeError for anything else. */
export function webUrl(name: string, value: unknown, { insecure }: WebUrlRules): URL {
  const url = typeof value === 'string' && value.trim() === value && URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined) throw new TypeError(`"${name}" must be an absolute URL, with https:// and a host`)
  if (url.username !== '' || url.password !== '') throw new TypeError(`"${name}" must not contain a user name or a password`)
  if (url.hash !== '') throw new TypeError(`"${name}" must not have a fragment`)
  if (isAllowed(url, insecure === true)) return url
  const wayOut = insecure === 'never' ? '' : ', or with the symbol [allowInsecureHttp]: true'
  throw new TypeError(`"${name}" must be an https URL; plain http is allowed on loopback${wayOut}`)
}

function isAllowed(url: URL, insecure: boolean): boolean {
  if (url.protocol === 'https:') return true
  return url.protocol === 'http:' && (insecure || isLoopback(url.hostname))
}

/** True for the names and addresses of this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
