/** Checks headers that the user wants sent along, where they are given. */

/** Copies headers. @throws TypeError for what is no header, without its value: that may be a credential. */
export function requestHeaders(name: string, headers: unknown): Readonly<Record<string, string>> {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) throw new TypeError(`"${name}" must be an object: { Authorization: "Bearer …" }`)
  const copy: Record<string, string> = {}
  for (const [header, value] of Object.entries(headers)) {
    if (typeof value !== 'string' || !isHeader(header, value)) throw new TypeError(`"${name}" has a name, or a value, that no header can have: ${header}`)
    copy[header] = value
  }
  return copy
}

function isHeader(name: string, value: string): boolean {
  try {
    new Headers([[name, value]])
    return true
  } catch {
    return false
  }
}
