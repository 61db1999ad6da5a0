/** Takes the issuer's word that somebody logged out, and refuses their tokens: OIDC Back-Channel Logout 1.0. */
import { errorAnswer } from '../answer.js'
import { isUnavailable } from '../errors.js'
import { formBody } from '../lib/net/form-body.js'
import { checkOptions, clockInSeconds } from '../lib/options.js'
import { ReplayMemory } from '../lib/replay-memory.js'
import type { Answer } from '../answer.js'

/** What the handler needs of a provider: `JwksProvider` with `revocations` has it. */
export interface LogoutReceiver {
  /** What the token says, null for one that is no good logout token of this provider's issuers. */
  verifyLogoutToken(token: string, audience: string): Promise<VerifiedLogout | null>
  revoke(what: LoggedOut): Promise<unknown>
  recognizes?(token: string): 'mine' | 'maybe' | 'foreign'
}

/** What is known of a logout. At least one of `subject` and `sessionId` is there. */
export interface VerifiedLogout {
  readonly issuer: string
  readonly subject: string | undefined
  readonly sessionId: string | undefined
  readonly jti: string
  /** Seconds since the epoch, by the issuer's clock. */
  readonly issuedAt: number
  /** When the logout token is refused for its age. */
  readonly expiresAt: number
}

/** What is revoked for it. */
export type LoggedOut =
  | { readonly sid: string; readonly issuer: string }
  | { readonly sub: string; readonly issuer: string; readonly before: number }

export interface LogoutOptions {
  /** The client id that the issuer sends logout tokens to. Not the audience of access tokens. */
  audience: string
  /**
   * `'session'`: the session that the token names, and every session of the subject where it names none. `'subject'`: every
   * session of the subject whenever it is named, for issuers whose access tokens have no `sid`. Default `'session'`.
   */
  ends?: 'session' | 'subject' | undefined
  /** The clock, in seconds since the epoch. Default: the system's. */
  now?: (() => number) | undefined
}

/**
 * A handler for the URI that the issuer calls `backchannel_logout_uri`; POST only. Several providers are asked in order:
 * each takes logout tokens of its own issuers. It needs no gate in front: the logout token says who sends it.
 */
export function logoutHandler(receivers: LogoutReceiver | readonly LogoutReceiver[], options: LogoutOptions) {
  const providers = [receivers].flat()
  if (providers.length === 0 || !providers.every(isReceiver)) {
    throw new TypeError(NO_RECEIVER)
  }
  checkOptions('logoutHandler', options, ['audience', 'ends', 'now'])
  const { audience, ends = 'session' } = options
  if (typeof audience !== 'string' || audience.trim() === '') {
    throw new TypeError('"audience" must be the client id that the issuer knows this application by')
  }
  if (ends !== 'session' && ends !== 'subject') throw new TypeError('"ends" must be one of session, subject')
  const now = clockInSeconds(options.now)
  const seen = new ReplayMemory(MAX_SEEN)

  async function answer(request: Request): Promise<Answer> {
    if (request.method !== 'POST') return NOT_POST
    const body = await formBody(request, MAX_BYTES)
    if ('problem' in body) return PROBLEMS[body.problem]
    const [token, ...more] = body.fields.getAll('logout_token')
    if (token === undefined || more.length > 0) return NO_TOKEN
    const likely = providers.filter((provider) => provider.recognizes?.(token) !== 'foreign')
    // Somebody has to say why it is nobody's.
    for (const provider of likely.length > 0 ? likely : providers) {
      const logout = await provider.verifyLogoutToken(token, audience)
      if (logout !== null) return carryOut(provider, logout)
    }
    return REFUSED
  }

  async function carryOut(provider: LogoutReceiver, logout: VerifiedLogout): Promise<Answer> {
    if (seen.has([logout.issuer, logout.jti], now())) return REFUSED
    await provider.revoke(revocationOf(logout, ends))
    // Only now: what could not be carried out will be sent again.
    seen.add([logout.issuer, logout.jti], logout.expiresAt, now())
    return DONE
  }

  return async function logout(request: Request): Promise<Response> {
    try {
      return toResponse(await answer(request))
    } catch (error) {
      if (isUnavailable(error)) return toResponse(error.answer)
      throw error
    }
  }
}

const NO_RECEIVER =
  'logoutHandler takes providers with verifyLogoutToken and revoke, such as new JwksProvider({ revocations, … }); of a chain its members'

/** The largest token is 32 KiB, and a form may write every character of it as three. */
const MAX_BYTES = 65_536

/** Only logouts that an issuer signed count, each for five minutes. A replay of one that was forgotten ends nothing new. */
const MAX_SEEN = 10_000

const refusal = (status: number, description: string, headers: Record<string, string> = {}): Answer =>
  errorAnswer(status, 'invalid_request', description, headers)

const DONE: Answer = { status: 200, headers: { 'Cache-Control': 'no-store' }, body: '' }
const NOT_POST = refusal(405, 'Logout tokens are sent with POST', { Allow: 'POST' })
const NO_TOKEN = refusal(400, 'The form must have one logout_token')
const REFUSED = refusal(400, 'The logout token is not valid here, or was used before')
const PROBLEMS = {
  unsupported: refusal(415, 'The body must be application/x-www-form-urlencoded'),
  'too large': refusal(413, 'The body is too large'),
  unreadable: refusal(400, 'The body could not be read'),
} as const

function revocationOf({ issuer, subject, sessionId, issuedAt }: VerifiedLogout, ends: 'session' | 'subject'): LoggedOut {
  if (sessionId !== undefined && (ends === 'session' || subject === undefined)) return { sid: sessionId, issuer }
  if (subject === undefined) throw new TypeError('verifyLogoutToken must name a subject or a session')
  // By the clock that wrote the access tokens too; the rest of its second counts as before.
  return { sub: subject, issuer, before: Math.floor(issuedAt) + 1 }
}

function isReceiver(value: unknown): value is LogoutReceiver {
  return (
    typeof value === 'object' && value !== null &&
    'verifyLogoutToken' in value && typeof value.verifyLogoutToken === 'function' &&
    'revoke' in value && typeof value.revoke === 'function'
  )
}

function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body === '' ? null : body, { status, headers })
}
