/** This file takes a token from a cookie: browsers send it along with every request, so who made them send it is looked at too. */
import { checkOptions } from '../../lib/options.js'

/** Takes the token from a cookie as well, for pages of your own. `Authorization` wins. */
export interface TokenCookieOptions {
  /** Begin it with `__Host-`, so that no other host can set it. */
  readonly cookie: string
  /** The pages that may use it, such as `['https://app.example.com']`. Default: those of `resource`. */
  readonly origins?: readonly string[] | undefined
}

/** Takes the token from a header that holds it and nothing else, and from nowhere else: for clients that can only send a key. */
export interface TokenHeaderOptions {
  /** Such as `'x-api-key'`. */
  readonly header: string
}

export interface TokenCookie {
  readonly name: string
  readonly origins: readonly string[]
}

/** Every value of a header, by its name in small letters. */
type Values = (name: string) => readonly string[]

/** @throws TypeError for an option that is wrong; says what to write instead. */
export function tokenCookie(options: TokenCookieOptions, resource: string | undefined): TokenCookie {
  checkOptions('tokenFrom', options, ['cookie', 'origins'])
  const { cookie: name, origins = resource === undefined ? [] : [new URL(resource).origin] } = options
  // RFC 6265 section 4.1.1
  if (typeof name !== 'string' || !/^[\w!#$%&'*+\-.^`|~]+$/.test(name)) {
    throw new TypeError('"tokenFrom.cookie" must be the name of a cookie, such as "__Host-token"')
  }
  if (!Array.isArray(origins) || origins.length === 0 || ![...origins].every((origin) => URL.canParse(origin) && new URL(origin).origin === origin)) {
    throw new TypeError('"tokenFrom.origins" must name the pages that may use the cookie: ["https://app.example.com"], without a path')
  }
  return { name, origins: [...origins] }
}

/**
 * True when a page of ours sent the request. Browsers name the page's origin, and where they leave that out they say
 * that it is the same; whoever says neither is no page of ours, and has no need of a cookie.
 */
export function isOfAllowedPage(header: Values, { origins }: TokenCookie): boolean {
  const [origin, ...others] = header('origin')
  if (origin !== undefined) return others.length === 0 && origins.includes(origin)
  return header('sec-fetch-site').join() === 'same-origin'
}

/** In characters. No browser sends more, and to take more apart would hold up everybody else. */
const LONGEST = 65_536

/** Every value of the cookie: more than one means that somebody else set one too. */
export function valuesOfCookie(header: Values, { name }: TokenCookie): readonly string[] {
  const lines = header('cookie')
  if (lines.some((line) => line.length > LONGEST)) return ['', ''] // no token: it is refused
  const pairs = lines.filter((line) => line.includes(`${name}=`)).flatMap((line) => line.split(';')).map((pair) => pair.trim())
  return pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1))
}
