/** This file reads the option `tokenFrom`: a cookie beside `Authorization`, or a header in its place. */
import { checkOptions, headerName } from '../../lib/options.js'
import { tokenCookie } from './token-cookie.js'
import type { BearerAuthProvider } from '../../provider.js'
import type { TokenCookie, TokenCookieOptions, TokenHeaderOptions } from './token-cookie.js'

/** Where the gate itself looks, beside what the provider says. */
export interface GatePlaces {
  readonly tokenCookie: TokenCookie | undefined
  readonly tokenHeader: string | undefined
}

/** @throws TypeError for an option that is wrong; says what to write instead. */
export function tokenPlaces(from: TokenCookieOptions | TokenHeaderOptions | undefined, resource: string | undefined): GatePlaces {
  if (from === undefined) return { tokenCookie: undefined, tokenHeader: undefined }
  if (!isHeader(from)) return { tokenCookie: tokenCookie(from, resource), tokenHeader: undefined }
  checkOptions('tokenFrom', from, ['header'])
  return { tokenCookie: undefined, tokenHeader: headerName('tokenFrom.header', from.header) }
}

/**
 * The provider's word counts: its tokens are good in that header only.
 *
 * @throws TypeError where the two contradict each other.
 */
export function checkGoesWith(from: TokenCookieOptions | TokenHeaderOptions, { tokenHeader, headerSources }: Pick<BearerAuthProvider, 'headerSources' | 'tokenHeader'>): void {
  if (tokenHeader !== undefined) throw new TypeError(`"tokenFrom" does not go with this provider, whose tokens come in the header ${tokenHeader}`)
  if (headerSources === undefined || (!isHeader(from) && headerSources.some(({ header }) => header === undefined))) return
  throw new TypeError('"tokenFrom" does not go with this provider, whose members have headers of their own ("tokenHeader")')
}

function isHeader(from: TokenCookieOptions | TokenHeaderOptions): from is TokenHeaderOptions {
  return typeof from === 'object' && from !== null && 'header' in from
}
