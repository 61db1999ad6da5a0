/** What keeps a stand-in of GitHub from answering: limits and lock-outs as GitHub has them, and faults on demand. */
import { basicError, withHeaders } from './github-reply.js'
import type { Reply } from './github-reply.js'

/**
 * `slow`: no answer ever. `cut`: the connection ends. `saml`: memberships are held back. The limits and the lock-out as
 * GitHub's documentation has them.
 */
export type GitHubFault = 'rate limit' | 'secondary limit' | 'lock-out' | 'saml' | 'server error' | 'slow' | 'cut'

export interface GitHubGuardOptions {
  readonly limit: number
  readonly lockOutAfter: number
  readonly now: () => number
}

/** Seconds. */
const HOUR = 3600
const MINUTE = 60

export class GitHubGuard {
  fault: GitHubFault | undefined
  readonly #options: GitHubGuardOptions
  readonly #spent = new Map<string, { used: number; readonly resetAt: number }>()
  #badSince: readonly number[] = []
  #lockedUntil = 0

  constructor(options: GitHubGuardOptions) {
    this.#options = options
  }

  /** Where no caller matters. */
  outage(): Reply | 'silence' | 'cut' | undefined {
    if (this.fault === 'slow') return 'silence'
    if (this.fault === 'cut') return 'cut'
    return this.fault === 'server error' ? { status: 502, json: { message: 'Server Error' } } : undefined
  }

  /** While it lasts, good tokens are refused too, and nobody's are looked at. */
  lockOut(isGood: boolean): Reply | undefined {
    const { now, lockOutAfter } = this.#options
    if (this.fault === 'lock-out' || now() < this.#lockedUntil) return LOCKED_OUT
    if (isGood) return undefined
    this.#badSince = [...this.#badSince.filter((instant) => instant > now() - MINUTE), now()]
    if (this.#badSince.length > lockOutAfter) this.#lockedUntil = now() + MINUTE
    return this.#badSince.length > lockOutAfter ? LOCKED_OUT : undefined
  }

  /** An answer within the caller's budget, which a 304 costs nothing of. */
  withinBudget(caller: string, answer: () => Reply): Reply {
    const { now, limit } = this.#options
    if (this.fault === 'secondary limit') return basicError(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.', { 'Retry-After': '60' })
    const before = this.#spent.get(caller)
    const spent = before !== undefined && now() < before.resetAt ? before : { used: 0, resetAt: Math.ceil(now()) + HOUR }
    this.#spent.set(caller, spent)
    if (this.fault === 'rate limit') spent.used = limit
    const isOver = spent.used >= limit
    const reply = isOver ? basicError(403, 'API rate limit exceeded. If you reach out to GitHub Support for help, please include the request ID.') : answer()
    if (!isOver && reply.status !== 304) spent.used += 1
    return withHeaders(reply, {
      'X-RateLimit-Limit': String(limit),
      'X-RateLimit-Remaining': String(limit - spent.used),
      'X-RateLimit-Used': String(spent.used),
      'X-RateLimit-Reset': String(spent.resetAt),
      'X-RateLimit-Resource': 'core',
    })
  }

  /** Memberships that SAML keeps from a token. */
  heldBack(path: string): Reply | undefined {
    if (this.fault !== 'saml' || !/^\/user\/(?:orgs|teams)$/.test(path)) return undefined
    const text = 'Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization.'
    return basicError(403, text, { 'X-GitHub-SSO': 'required; url=https://github.com/orgs/acme/sso?authorization_request=AZSCKtL4U8yX1H3sCQIVnVgmjmon5fWxks5YrqhJgah0b2tlbl9pZM4EuMz4' })
  }
}

const LOCKED_OUT = basicError(403, 'Maximum number of login attempts exceeded. Please try again later.')
