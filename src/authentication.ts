/** This file says whether whoever stands behind a token has signed in well enough, and lately enough (RFC 9470). */
import { spanInSeconds } from './lib/options.js'
import { isScopeToken } from './lib/scope-token.js'
import type { Claims } from './access-token.js'

/** How well, and how lately, somebody must have signed in. */
export interface AuthenticationRequirements {
  /**
   * Authentication context classes, the preferred one first: `['phr', 'phrh']`. The token's `acr` must be one of them as it
   * stands: no class counts as higher than another, so name all that are enough.
   */
  readonly acr?: readonly string[]
  /**
   * Seconds, whole, up to 30 days: the sign-in (the token's `auth_time`) must not be longer ago. Five seconds are forgiven for
   * clocks. A client has to sign its person in and come back within this.
   */
  readonly maxAuthAge?: number
}

/** The same once it was checked, or of several together. */
export interface AuthenticationTerms {
  /** Undefined: any. Empty: none can do. */
  readonly acr: readonly string[] | undefined
  readonly maxAuthAge: number | undefined
}

/** What is wrong with a sign-in, and what would be right. */
export interface AuthenticationLack extends AuthenticationTerms {
  /** Does not fit. The value is not told. */
  readonly claim: 'acr' | 'auth_time'
  /** For the developer. A constant text. */
  readonly hint: string
}

/** However somebody signed in. */
export const ANY_SIGN_IN: AuthenticationTerms = { acr: undefined, maxAuthAge: undefined }

/** @throws TypeError for requirements that are wrong; says what to write instead. `where`: whose they are, for the message. */
export function checkedAuthentication({ acr, maxAuthAge }: Given, where = ''): AuthenticationTerms {
  const list: unknown = acr
  const isList = Array.isArray(list) && list.length > 0 && [...list].every(isScopeToken)
  if (list !== undefined && !isList) throw new TypeError(`"acr"${where} must be an array of authentication context classes, without blanks or quotes: acr: ['phr', 'phrh']`)
  const age = maxAuthAge === undefined ? undefined : spanInSeconds(`maxAuthAge${where}`, maxAuthAge, { min: 0, max: THIRTY_DAYS })
  // RFC 9470 section 3: it goes into the challenge as a whole number.
  if (age !== undefined && !Number.isInteger(age)) throw new TypeError(`"maxAuthAge"${where} must be a whole number of seconds`)
  return { acr: acr === undefined ? undefined : [...acr], maxAuthAge: age }
}

const THIRTY_DAYS = 2_592_000

type Given = { readonly [Name in keyof AuthenticationRequirements]: AuthenticationRequirements[Name] | undefined }

/** What all of them ask for; in the order of preference of the first. */
export function authenticationTogether(all: readonly AuthenticationTerms[]): AuthenticationTerms {
  const [first, ...others] = all.flatMap(({ acr }) => (acr === undefined ? [] : [acr]))
  const ages = all.flatMap(({ maxAuthAge }) => maxAuthAge ?? [])
  return { acr: first?.filter((one) => others.every((other) => other.includes(one))), maxAuthAge: ages.length === 0 ? undefined : Math.min(...ages) }
}

/** What the sign-in behind these claims lacks, or undefined where it will do. `now`: seconds since the epoch. */
export function authenticationLack(claims: Claims, terms: AuthenticationTerms, now: () => number): AuthenticationLack | undefined {
  const { acr, maxAuthAge } = terms
  const found = claims['acr']
  if (acr !== undefined && !acr.some((one) => one === found)) {
    return { ...terms, claim: 'acr', hint: acr.length === 0 ? IMPOSSIBLE : typeof found === 'string' ? OTHER_CLASS : NO_ACR }
  }
  const hint = maxAuthAge === undefined ? undefined : ageHint(claims['auth_time'], maxAuthAge, now())
  return hint === undefined ? undefined : { ...terms, claim: 'auth_time', hint }
}

function ageHint(at: unknown, maxAuthAge: number, now: number): string | undefined {
  if (typeof at !== 'number' || Number.isNaN(at)) return NO_AUTH_TIME
  if (at - TOLERANCE > now) return AHEAD
  return now - at <= maxAuthAge + TOLERANCE ? undefined : TOO_LONG_AGO
}

/** Seconds by which clocks may differ: what providers forgive by default. */
const TOLERANCE = 5

const IMPOSSIBLE = 'what the request calls has no "acr" in common: send the calls one by one'
const OTHER_CLASS = 'the sign-in was of another class than "acr" names'
const NO_ACR = 'the token has no "acr"; tell the authorization server to write it into access tokens (RFC 9068 section 2.2.1)'
const NO_AUTH_TIME = 'the token has no "auth_time" in seconds; tell the authorization server to write it into access tokens (RFC 9068 section 2.2.1)'
const AHEAD = '"auth_time" lies in the future: compare the clock of this server with the authorization server\u2019s'
const TOO_LONG_AGO = 'the sign-in is longer ago than "maxAuthAge" allows'

/** The parameters of the challenge. All that is asked for stands in it, or a client would come back for the rest. */
export function authenticationParameters({ acr = [], maxAuthAge }: AuthenticationTerms): Readonly<Record<string, string>> {
  return { ...(acr.length > 0 && { acr_values: acr.join(' ') }), ...(maxAuthAge !== undefined && { max_age: String(maxAuthAge) }) }
}

/** RFC 9470 section 3. */
export const INSUFFICIENT_USER_AUTHENTICATION = 'insufficient_user_authentication'
export const STRONGER_SIGN_IN = 'This needs a sign-in that is stronger or more recent'

/** For a provider that refuses a token for these claims, which its client is told nothing of: `invalid_token` has it sign in again as before. */
export function gatesOwnHint(claim: string): typeof ASK_AT_THE_GATE | undefined {
  return claim === 'acr' || claim === 'auth_time' ? ASK_AT_THE_GATE : undefined
}

const ASK_AT_THE_GATE = 'no client can mend this; ask at the gate, bearerAuth(provider, { acr, maxAuthAge }), which tells clients how to sign in'
