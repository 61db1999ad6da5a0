/** What presets have in common: options of a provider, made of the few words that differ from one customer to the next. */
import { checkOptions } from '../../src/lib/options.js'
import { PROVIDER_OPTIONS } from '../../src/provider-options.js'
import type { IntrospectionOptions } from '../../src/introspection/introspection-options.js'
import type { JwtOptions } from '../../src/jwt/jwt-options.js'
import type { ProviderOptions } from '../../src/provider-options.js'

/** Options of `JwksProvider`: hand them over as they are, or spread them and add your own. Keys in hand: `jwksUri: undefined, jwks`. */
export type JwtPreset = ProviderOptions & Omit<JwtOptions, 'jwksUri' | 'jwks' | 'jwksFile'> & { jwksUri?: string | undefined; jwks?: undefined; jwksFile?: undefined }

/** The same, for workloads whose keys may be in hand or in a file. */
export type WorkloadPreset = ProviderOptions & JwtOptions

/** Options of `IntrospectionProvider`. */
export type OpaquePreset = ProviderOptions & IntrospectionOptions

/** What the authorization server writes into `aud` for this server; one of them suffices. `anyAudience` is the only way out. */
export type Audience = JwtOptions['audience']

/** The keys themselves, for those that have no way to where they are. */
export type KeysInHand = NonNullable<JwtOptions['jwks']>

/** What both kinds of options of one authorization server have in common. */
export type InCommon = Pick<ProviderOptions, 'scopes'> & Pick<JwtOptions, 'audience' | 'hints'> & { issuer: string }

export type OneOrMore = string | readonly [string, ...string[]]

/** How this server proves who it is when it asks: `clientSecretBasic(id, secret)` and their like. */
export type ClientAuth = IntrospectionOptions['clientAuth']

/** By audience, or by the clients that the tokens were made for, where tokens name no audience. */
export type AudienceOrClients = { audience: Audience; clients?: never } | { clients: OneOrMore; audience?: never }

/** @throws TypeError for an option that does not exist, or exists elsewhere, or was to be given and is not there. */
export function checkPreset(preset: string, options: object, names: readonly string[]): void {
  const given = Object.entries(options ?? {})
  const ofProvider = given.find(([name]) => !names.includes(name) && OF_PROVIDERS.has(name))?.[0]
  if (ofProvider !== undefined) {
    throw new TypeError(`"${ofProvider}" is an option of the provider and not of ${preset}: { ...${preset}({ … }), ${ofProvider}: … }`)
  }
  checkOptions(preset, options, names)
  if (Object.getOwnPropertySymbols(options).length > 0) throw new TypeError(`symbols are for the provider and not for ${preset}: { ...${preset}({ … }), [allowInsecureHttp]: true }`)
  // A check must not be switched off by a variable that is not set.
  const missing = given.find(([, value]) => value === undefined)?.[0]
  if (missing !== undefined) throw new TypeError(`"${missing}" of ${preset} is undefined; is a variable not set?`)
}

const OF_PROVIDERS: ReadonlySet<string> = new Set([
  ...Object.keys(PROVIDER_OPTIONS),
  ...['audienceClaims', 'audienceMode', 'tokenType', 'algorithms', 'maxTokenAge', 'requiredClaims', 'rules', 'hints', 'keys', 'engine', 'timeout', 'fetch', 'headers'],
])

/** The rule for the audience, whichever way it was given; `claim` names the client in the tokens. */
export function audienceOf({ audience, clients }: AudienceOrClients, claim: string): Pick<JwtPreset, 'audience' | 'audienceClaims'> {
  if (clients === undefined && audience === undefined) throw new TypeError('give "audience", or "clients" with the clients that the tokens are made for')
  if (clients !== undefined && audience !== undefined) throw new TypeError('give "audience" or "clients", not both')
  return clients === undefined ? { audience } : { audience: clients, audienceClaims: claim }
}

/** A host name, such as `acme.eu.auth0.com`. @throws TypeError for anything else. */
export function hostOf(name: string, value: unknown, example: string): string {
  if (typeof value === 'string' && /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?$/.test(value)) return value
  throw new TypeError(`"${name}" must be a host name in lower case, such as ${example}`)
}

/** An absolute URL, without a slash at its end; whether it may be plain http is for the provider to say. */
export function baseOf(name: string, value: unknown, example: string): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (typeof value === 'string' && url !== undefined && url.search === '' && url.hash === '' && !value.endsWith('//')) return value.replace(/\/$/, '')
  throw new TypeError(`"${name}" must be an absolute URL, such as ${example}`)
}

/** One word that becomes part of a URL. @throws TypeError for what is none. */
export function wordOf(name: string, value: unknown, example: string): string {
  if (typeof value === 'string' && /^[\w~-][\w.~-]*$/.test(value)) return value
  throw new TypeError(`"${name}" must be one word, such as ${example}`)
}

/** A GUID, in lower case as tokens write it. */
export function guidOf(name: string, value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return value.toLowerCase()
  throw new TypeError(`"${name}" must be a GUID, such as 72f988bf-86f1-41af-91ab-2d7cd011db47: names are not what tokens write`)
}

/** Each of one or more. @throws TypeError for none. */
export function eachOf<T>(name: string, values: OneOrMore, check: (one: string) => T): readonly [T, ...T[]] {
  const [first, ...rest] = [values].flat().map((one) => check(one))
  if (first === undefined) throw new TypeError(`"${name}" must have at least one`)
  return [first, ...rest]
}
