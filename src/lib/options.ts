/** Checks options where they are given, so that a mistake is found at start and not at the first request. */
import { likelyName } from './likely-name.js'
import { isInMilliseconds } from './milliseconds.js'
import { isPromise, isTable } from './plain-table.js'

/**
 * The names of all options, each once, held by the compiler: `{ issuer: true, … } satisfies OptionNames<Options>`. Of a
 * union those of every member; symbols are left out, since nobody misspells them.
 */
export type OptionNames<Options> = Readonly<Record<NameIn<Options>, true>>

type NameIn<Options> = Options extends unknown ? Extract<keyof Options, string> : never

/** @throws TypeError for an option that does not exist; says which one was likely meant, or which ones do exist. */
export function checkOptions(owner: string, options: unknown, known: readonly string[] | Readonly<Record<string, true>>): void {
  const names = Array.isArray(known) ? (known as readonly string[]) : Object.keys(known)
  if (!isTable(options)) {
    const advice = typeof options === 'object' && options !== null && isPromise(options) ? ', and was given a promise: await it' : ''
    throw new TypeError(`${owner} takes an object with ${names.join(', ')}${advice}`)
  }
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw new TypeError(`"${name}" is not an option of ${owner}${adviceOn(name, owner, names)}`)
  }
}

function adviceOn(name: string, owner: string, names: readonly string[]): string {
  const elsewhere = (owner === 'bearerAuth' ? NOT_OF_THE_GATE : ELSEWHERE).get(name)
  if (elsewhere !== undefined) return elsewhere
  const likely = likelyName(name, names)
  return likely === undefined ? `; it takes ${names.join(', ')}` : `; did you mean "${likely}"?`
}

/** Checks a span of time in seconds, within bounds. Returns it. */
export function spanInSeconds(name: string, value: unknown, { min, max }: { min: number; max: number }): number {
  if (typeof value === 'number' && value >= min && value <= max) return value
  const inSeconds = typeof value === 'number' ? value / 1000 : Number.NaN
  const isLikely = value !== max && inSeconds >= Math.max(min, 1) && inSeconds <= max
  const advice = isLikely ? `; ${String(value)} looks like milliseconds, write ${inSeconds}` : ''
  throw new TypeError(`"${name}" must be a number of seconds from ${min} to ${max}${advice}`)
}

/** Checks an instant in seconds since the epoch. Returns it. */
export function atEpochSeconds(name: string, value: unknown): number {
  const areMilliseconds = isInMilliseconds(value)
  if (typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY && !areMilliseconds) return value
  const advice = areMilliseconds ? '; this looks like milliseconds, divide it by 1000' : ''
  throw new TypeError(`"${name}" must be a number of seconds since the epoch${advice}`)
}

/** Checks a count of at least one. Returns it. */
export function countOf(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value
  throw new TypeError(`"${name}" must be a whole number of at least 1`)
}

/** Checks the name of a header (RFC 9110 section 5.6.2). Returns it in lower case. */
export function headerName(name: string, value: unknown): string {
  const header = typeof value === 'string' && /^[\w!#$%&'*+\-.^`|~]+$/.test(value) ? value.toLowerCase() : ''
  // Authorization and Cookie are read anyway, each in a way of its own.
  if (header !== '' && header !== 'authorization' && header !== 'cookie') return header
  throw new TypeError(`"${name}" must be the name of a header that holds the token alone, such as "Cf-Access-Jwt-Assertion"`)
}

/** Checks the name of a claim. Returns it. */
export function claimName(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw new TypeError(`"${name}" must name a claim, such as "username"`)
}

/** @throws TypeError for a word that is not one of these. Returns it. */
export function oneOf<T extends string>(name: string, value: unknown, values: readonly T[]): T {
  const found = values.find((one) => one === value)
  if (found !== undefined) return found
  throw new TypeError(`"${name}" must be one of ${values.join(', ')}`)
}

/** Checks a function that may be left out. Returns it. */
export function optionalFunction<F>(name: string, value: F): F {
  if (value === undefined || typeof value === 'function') return value
  throw new TypeError(`"${name}" must be a function`)
}

/** Checks a clock that was handed in, by one look, to see that it counts seconds. Returns it, or the system's. */
export function clockInSeconds(now: (() => number) | undefined): () => number {
  const clock = optionalFunction('now', now)
  // Not looked at: outside of requests, the clock of Cloudflare Workers stands at 1970.
  if (clock === undefined) return () => Date.now() / 1000
  atEpochSeconds('now', clock())
  return clock
}

/** Options that exist elsewhere, with how the error says where. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['allowInsecureHttp', ' by this name: it is a symbol, [allowInsecureHttp]: true'],
  ['anyAudience', ' by this name: it is a value, audience: anyAudience'],
  ['reportOnly', ' by this name: it is a symbol, [reportOnly]: true'],
  ['anyApp', ' by this name: it is a value, app: anyApp'],
  ['requiredScopes', ' but of bearerAuth'],
  ['protect', ' but of bearerAuth'],
  ['resource', ' but of bearerAuth'],
  ['operations', ' but of bearerAuth'],
])

const PROVIDERS_ALONE = ['issuer', 'jwksUri', 'cache', 'clockTolerance', 'introspect', 'tokenHeader']

/** Those that are given to the gate by mistake, or that it had once. */
const NOT_OF_THE_GATE: ReadonlyMap<string, string> = new Map([
  ['reportOnly', ' by this name: it is a symbol, [reportOnly]: true'],
  ...PROVIDERS_ALONE.map((name) => [name, ' but of the provider'] as const),
  ['scopes', ' but of the provider; what requests need is "requiredScopes"'],
  ['errors', ` any more: profile: 'mcp-use' is mcp-use's server in one switch, its open paths included; the other wording needs no option`],
])
