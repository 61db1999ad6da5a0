/** What GitHub says about how often it may be asked. */
import { retryAfter } from '../../lib/net/bounded-fetch.js'
import { ownProperty } from '../../lib/own-property.js'
import { messageIn } from './github-answer.js'
import type { FetchAnswer } from '../../lib/net/bounded-fetch.js'
import type { Budget, GitHubAnswer } from './github-answer.js'

/** `primary`: the budget of an hour is spent. `secondary`: too fast. `lock-out`: too many bad credentials came from here. */
type LimitKind = 'primary' | 'secondary' | 'lock-out'

export interface Limit {
  readonly kind: LimitKind
  /** Seconds. */
  readonly retryAfter: number
}

/** Seconds to wait where GitHub names none: "at least one minute", and a lock-out is looked at anew twice as often. */
const UNTOLD = 60
const LOCKED_OUT = 30

/** Why this question was not answered, where that is for asking too often; undefined where it is not. */
export function limitOf(answer: GitHubAnswer, as: 'app' | 'user'): Limit | undefined {
  const isOverGraphql = answer.status === 200 && isGraphqlLimit(answer.json)
  if (answer.status !== 403 && answer.status !== 429 && !isOverGraphql) return undefined
  const told = retryAfter(answer)
  const { remaining, resetsIn } = answer.budget ?? {}
  if (remaining === 0) return { kind: 'primary', retryAfter: Math.max(told ?? 1, resetsIn ?? 1) }
  if (told !== undefined) return { kind: 'secondary', retryAfter: told }
  if (answer.status === 429 || isOverGraphql || /secondary rate limit|abuse detection/i.test(messageIn(answer.json) ?? ''))
    return { kind: 'secondary', retryAfter: UNTOLD }
  // Any other 403 is about its holder: suspended, an IP allow list, a kind of token that an organization forbids.
  return as === 'user' && /maximum number of login attempts exceeded/i.test(messageIn(answer.json) ?? '') ? { kind: 'lock-out', retryAfter: LOCKED_OUT } : undefined
}

// GraphQL says it within an answer that is fine otherwise.
function isGraphqlLimit(json: unknown): boolean {
  const errors = ownProperty(json, 'errors')
  return Array.isArray(errors) && errors.some((error) => ownProperty(error, 'type') === 'RATE_LIMITED')
}

/** What the headers of an answer say. */
export function budgetOf(headers: FetchAnswer['headers'], now: number): Budget | undefined {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) => wholeNumber(headers.get(`x-ratelimit-${name}`)))
  if (limit === undefined || remaining === undefined || reset === undefined) return undefined
  const resource = headers.get('x-ratelimit-resource') ?? ''
  return { resource: /^[a-z_]{1,40}$/.test(resource) ? resource : 'core', limit, remaining, resetsIn: Math.max(1, Math.ceil(reset - now)) }
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : undefined
}
