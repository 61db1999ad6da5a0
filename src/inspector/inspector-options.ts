/** What `inspector` takes, and what it is checked for. */
import { checkOptions, clockInSeconds, spanInSeconds } from '../lib/options.js'
import { checkedProvider } from '../provider.js'
import { OneTimeLink } from './one-time-link.js'
import type { OptionNames } from '../lib/options.js'
import type { BearerAuthProvider } from '../provider.js'

export interface InspectorOptions {
  /**
   * Who may look: the holders of tokens that this provider says yes to, such as `new StaticProvider({ … })`; or whoever opens
   * `oneTimeLink(print)`. Whoever may look sees no token and no claim, but how this server is set up and how it is doing.
   */
  access: BearerAuthProvider | OneTimeLink
  /** The path of this server that it answers at, with all below. Default `'/inspector'`. */
  path?: string | undefined
  /** Seconds until somebody who was let in has to show the key, or another link, again. Default 3600, at most a day. */
  lookFor?: number | undefined
  /** The clock, in seconds since the epoch. Default: the system's. */
  now?: (() => number) | undefined
}

const OPTIONS = { access: true, path: true, lookFor: true, now: true } as const satisfies OptionNames<InspectorOptions>

export interface CheckedOptions {
  readonly access: BearerAuthProvider | OneTimeLink
  readonly mount: string
  readonly lookFor: number
  readonly now: () => number
}

/** @throws TypeError for an option that is wrong. */
export function checkedOptions(options: InspectorOptions): CheckedOptions {
  checkOptions('inspector', options, OPTIONS)
  const { access, path = '/inspector', lookFor = 3600 } = options
  if (access === undefined) throw new TypeError(NO_ACCESS)
  return {
    access: access instanceof OneTimeLink ? access : checkedProvider('"access"', access),
    mount: checkedPath(path),
    lookFor: spanInSeconds('lookFor', lookFor, { min: 60, max: 86_400 }),
    now: clockInSeconds(options.now),
  }
}

const NO_ACCESS = '"access" must say who may look: a provider that takes their keys, such as new StaticProvider({ … }), or oneTimeLink((path) => console.error(path))'

/** As every server reads it: no dots, no percent signs, nothing to resolve. */
function checkedPath(path: string): string {
  if (typeof path === 'string' && /^(?:\/[A-Za-z0-9_-]+)+$/.test(path)) return path
  throw new TypeError('"path" must be a path such as "/inspector", without a slash at its end')
}
