/** The errors this library throws. Recognise them by `code`: two copies of the package have two copies of each class. */
import { errorAnswer, unavailableAnswer } from './answer.js'
import { authenticationParameters, INSUFFICIENT_USER_AUTHENTICATION, STRONGER_SIGN_IN } from './authentication.js'
import type { Answer, Unavailable } from './answer.js'
import type { AuthenticationTerms } from './authentication.js'

/**
 * An error that knows its answer: Express and Fastify read `status` and `headers`, Hono calls `getResponse`.
 * Without a stack: it is an answer and no fault, and outside of production Express sends stacks to the client.
 */
abstract class AnsweredError extends Error {
  abstract readonly code: string
  readonly status: number
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  /** The whole answer. */
  readonly answer: Answer

  constructor(message: string, answer: Answer, options?: ErrorOptions) {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0 // in an outage or a flood, stacks that nobody sees would cost more than all the rest
    super(message, options)
    Error.stackTraceLimit = stackTraceLimit
    this.status = answer.status
    this.statusCode = answer.status
    this.headers = answer.headers
    this.answer = answer
    this.stack = `${new.target.name}: ${message}`
  }

  /** The same answer for servers that speak `Response`. */
  getResponse(): Response {
    return new Response(this.answer.body, { status: this.status, headers: this.headers })
  }
}

/** Who is calling is not known, and has to be. Answered with 401; thrown by `requireAuth()`. */
export class AuthenticationError extends AnsweredError {
  override readonly name = 'AuthenticationError'
  readonly code = 'ERR_AUTHENTICATION_REQUIRED'

  constructor(message = 'Authentication required', answer: Answer = AUTHENTICATION_REQUIRED) {
    super(message, answer)
  }
}

/** The caller is known, and the token lacks a scope. Answered with 403; thrown by `requireAuth('notes:write')`. */
export class InsufficientScopeError extends AnsweredError {
  override readonly name = 'InsufficientScopeError'
  readonly code = 'ERR_INSUFFICIENT_SCOPE'
  /** Every scope that this operation needs, those already held included. */
  readonly requiredScopes: readonly string[]

  constructor(requiredScopes: readonly string[], answer: Answer = INSUFFICIENT_SCOPE) {
    super(`Insufficient scope: this needs ${requiredScopes.join(' ')}`, answer)
    this.requiredScopes = requiredScopes
  }
}

/**
 * The caller is known, and signed in too weakly or too long ago (RFC 9470). Answered with 401 and what a client has to ask for,
 * `acr_values` and `max_age`; thrown by `requireAuth({ acr: ['phr'], maxAuthAge: 300 })`.
 */
export class InsufficientUserAuthenticationError extends AnsweredError {
  override readonly name = 'InsufficientUserAuthenticationError'
  readonly code = 'ERR_INSUFFICIENT_USER_AUTHENTICATION'
  /** The classes of which one will do; undefined for any. */
  readonly acr: readonly string[] | undefined
  /** Seconds; undefined for any time. */
  readonly maxAuthAge: number | undefined

  constructor(terms: AuthenticationTerms, answer: Answer = insufficientUserAuthentication(terms)) {
    const { acr, maxAuthAge } = terms
    const ways = acr === undefined ? '' : ` by ${acr.join(' or ')}`
    super(`Insufficient authentication: this needs a sign-in${ways}${maxAuthAge === undefined ? '' : ` in the last ${maxAuthAge} seconds`}`, answer)
    this.acr = acr
    this.maxAuthAge = maxAuthAge
  }
}

/**
 * Nobody knows whether the token is good: a timeout, a 5xx, a rate limit, our own credentials refused.
 * Answered with 503 and `Retry-After`, so that clients keep their tokens; with 429 where it is the caller who asks too
 * often (`tooManyRequests`), or where too many unknown tokens came at once (`overloaded`), so that no load balancer takes the
 * server out for it. Throw it from your own provider whenever you could not find out; anything else that you throw counts as
 * a bug.
 */
export class AuthUnavailableError extends AnsweredError {
  override readonly name = 'AuthUnavailableError'
  readonly code = 'ERR_AUTH_UNAVAILABLE'
  /** Seconds after which asking again makes sense, where that is known. */
  readonly retryAfter: number | undefined
  /** True where it is this caller who asks too often, and nobody else has to wait. */
  readonly tooManyRequests: boolean
  /** True where too many tokens that nobody knows stand in the way, and not this caller: everybody with a new token waits. */
  readonly overloaded: boolean

  constructor(message: string, options: ErrorOptions & Unavailable = {}, answer: Answer = unavailableAnswer(options)) {
    super(message, answer, options)
    this.retryAfter = options.retryAfter
    this.tooManyRequests = options.tooManyRequests === true
    this.overloaded = options.overloaded === true
  }
}

/** True for an `AuthUnavailableError` of any copy of this package. */
export function isUnavailable(error: unknown): error is AuthUnavailableError {
  return error instanceof Error && 'code' in error && error.code === 'ERR_AUTH_UNAVAILABLE'
}

// What is answered where no gate is around that knows better.
const AUTHENTICATION_REQUIRED = errorAnswer(401, 'unauthorized', 'Authentication required', { 'WWW-Authenticate': 'Bearer' })

const INSUFFICIENT_SCOPE = errorAnswer(403, 'insufficient_scope', 'The token lacks a scope that this needs', {
  'WWW-Authenticate': 'Bearer error="insufficient_scope"',
})

function insufficientUserAuthentication(terms: AuthenticationTerms): Answer {
  const parameters = Object.entries({ error: INSUFFICIENT_USER_AUTHENTICATION, ...authenticationParameters(terms) }).map(([name, value]) => `${name}="${value}"`)
  return errorAnswer(401, INSUFFICIENT_USER_AUTHENTICATION, STRONGER_SIGN_IN, { 'WWW-Authenticate': `Bearer ${parameters.join(', ')}` })
}
