/** Who is calling, for any code that runs while a request is handled. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { hasScopes } from './access-token.js'
import { ANY_SIGN_IN, authenticationLack, checkedAuthentication } from './authentication.js'
import { AuthenticationError, AuthUnavailableError, InsufficientScopeError, InsufficientUserAuthenticationError, isUnavailable } from './errors.js'
import { checkOptions, spanInSeconds } from './lib/options.js'
import { isScopeToken } from './lib/scope-token.js'
import { warn } from './lib/warn.js'
import type { AccessToken } from './access-token.js'
import type { Answer, Unavailable } from './answer.js'
import type { AuthenticationLack, AuthenticationRequirements, AuthenticationTerms } from './authentication.js'
import type { OptionNames } from './lib/options.js'

/** The request's token, and how its gate words a denial. */
export interface AuthContext {
  readonly token: AccessToken | null
  /** This server as its gate knows it, for `authInfo()`. */
  readonly resource?: { readonly resource: string; readonly metadataUrl: string } | undefined
  /** Absent where no gate is around: the errors' own plain answers serve then. */
  readonly answers?: {
    /** `scopes`: what this needs beyond what every request does. */
    unauthenticated(scopes?: readonly string[]): Answer
    invalidToken(): Answer
    /** Takes what the client is to ask for. */
    insufficientScope(scopes: readonly string[]): Answer
    insufficientUserAuthentication(lack: AuthenticationLack, scopes: readonly string[]): Answer
    unavailable(why: Unavailable): Answer
  }
  /** Whether the token is still valid, for what outlives the request. Absent where there is none. */
  readonly life?: TokenLifeLine | undefined
  /** Whether the caller has the scopes that the gate's `operations` ask for. Absent where no gate is around. */
  readonly allows?: ((method: string, name: string) => boolean) | undefined
  /** What a client has to ask for to be given these scopes beside what it has. Absent where no gate is around. */
  readonly scopesToAskFor?: ((needed: readonly string[]) => readonly string[]) | undefined
  /** The gate's clock, in seconds since the epoch. Absent where no gate is around. */
  readonly now?: (() => number) | undefined
  /** Asks again about the token, unless the answer is younger than so many seconds; null when it is good no more. */
  readonly verifyAgain?: ((maxAge: number) => Promise<AccessToken | null>) | undefined
  /** The same context with other answers. Absent where no gate is around. */
  answeringBy?(answers: NonNullable<AuthContext['answers']>): AuthContext
}

/** Follows one request's token. Begun by whoever first asks for the signal. */
interface TokenLifeLine {
  readonly signal: AbortSignal
  readonly hasBegun: boolean
  /** False where streams and connections go on without the token: `follow` does nothing then. */
  readonly endsAnswers: boolean
  /** Ends the answer when the signal would fire, where it goes on for longer than a moment. */
  follow(answer: Endable): void
  /** Set by the adapter: when the answer is finished, closed or dropped. An object: see D110. */
  endsWith: EndOfAnswer | undefined
  close(): void
}

/** What is ended with its token. */
export interface Endable {
  end(): void
}

/** What knows when an answer is finished, closed or dropped. */
export interface EndOfAnswer {
  /** Calls the function then, and at once where that is so already. */
  whenOver(close: () => void): void
}

/** The token of the request being handled, or null when it came without a good one. */
export function getAccessToken(): AccessToken | null {
  return storage.getStore()?.token ?? null
}

/** What a handler needs of its caller: scopes, and how he signed in. */
export interface AuthRequirements<Scope extends string = string> extends AuthenticationRequirements {
  /** One, or several of which none may be missing. */
  readonly scopes?: Scope | readonly Scope[]
}

/**
 * The token of the request being handled, with every scope named, or with all of `{ scopes, acr, maxAuthAge }`. The safeguard
 * inside a handler or a tool: it throws where the gate let a request pass that this code must not serve.
 *
 * @throws AuthenticationError (401) when nobody is authenticated.
 * @throws InsufficientUserAuthenticationError (401, RFC 9470) when the sign-in is too weak or too long ago.
 * @throws InsufficientScopeError (403) when a scope is missing.
 */
export function requireAuth(...required: string[] | [AuthRequirements]): AccessToken {
  const checked = checkedRequirements(required)
  const context = storage.getStore()
  if (context === undefined) warnOnce()
  if (!context?.token) throw new AuthenticationError(undefined, context?.answers?.unauthenticated(checked.scopes))
  return permitted(context.token, checked, context)
}

/**
 * As `requireAuth`, on an answer of the authorization server that is not older than so many seconds: for what must not be
 * done with a token that was revoked a moment ago. 0 asks each time. Where no gate is around, the token is taken as it is.
 *
 * @throws AuthenticationError (401) when the token is good no more.
 * @throws InsufficientUserAuthenticationError (401, RFC 9470) when the sign-in is too weak or too long ago.
 * @throws InsufficientScopeError (403) when a scope is missing by now.
 * @throws AuthUnavailableError (503) when the authorization server must be asked and does not answer.
 */
export async function requireFreshAuth(maxAge: number, ...required: string[] | [AuthRequirements]): Promise<AccessToken> {
  spanInSeconds('maxAge', maxAge, { min: 0, max: 3_600 })
  const token = requireAuth(...required)
  const context = storage.getStore() ?? { token }
  const { verifyAgain, answers } = context
  if (verifyAgain === undefined) return token
  const fresh = await verifyAgain(maxAge).catch((cause: unknown) => withoutDetails(cause, answers))
  if (fresh === null) throw new AuthenticationError('The token is good no more', answers?.invalidToken())
  return permitted(fresh, checkedRequirements(required), context)
}

/**
 * Fires when the token of the request being handled is no longer valid: it expired, was revoked, or is refused when it is
 * asked about again. For answers that go on for long; the adapters end event streams by it. Does NOT fire any more once the
 * answer is finished or its client has left. Null where nobody is authenticated.
 */
export function authSignal(): AbortSignal | null {
  return storage.getStore()?.life?.signal ?? null
}

/** Runs code as the holder of a token, or of none: for tests of your handlers, and for servers with a gate of their own. */
export function withAccessToken<T>(token: AccessToken | null, run: () => T): T {
  return runWithAuth({ token }, run)
}

/** The whole context of the request being handled. For the adapters. */
export function currentAuth(): AuthContext | undefined {
  return storage.getStore()
}

/** Runs code in the context of one request. For the adapters. */
export function runWithAuth<T>(context: AuthContext, run: () => T): T {
  return storage.run(context, run)
}

interface CheckedRequirements {
  readonly scopes: readonly string[]
  readonly authentication: AuthenticationTerms
}

/** @throws TypeError for what `requireAuth` does not take; says what to write instead. */
export function checkedRequirements(required: readonly unknown[]): CheckedRequirements {
  if (required.every(isScopeToken)) return { scopes: required, authentication: ANY_SIGN_IN }
  const [named, ...others] = required
  if (typeof named !== 'object' || others.length > 0) throw new TypeError(TAKES)
  checkOptions('requireAuth', named, REQUIREMENTS)
  const unset = Object.entries(named as object).find(([, value]) => value === undefined)
  if (unset !== undefined) throw new TypeError(`requireAuth: "${unset[0]}" is undefined; is a variable not set? leave it out to do without`)
  const { scopes = [], ...authentication } = named as AuthRequirements // its members are looked at here
  const list = Array.isArray(scopes) ? [...scopes] : [scopes] // a hole becomes an entry, and is refused
  if (!list.every(isScopeToken)) throw new TypeError('requireAuth: "scopes" must be a scope or an array of scopes, one scope per entry')
  return { scopes: list, authentication: checkedAuthentication(authentication) }
}

const REQUIREMENTS = { scopes: true, acr: true, maxAuthAge: true } as const satisfies OptionNames<AuthRequirements>
const TAKES = "requireAuth takes one scope per argument: requireAuth('notes:read', 'notes:write'), or all in one: requireAuth({ scopes: ['notes:write'], acr: ['phr'] })"

/** How somebody signed in comes before the scopes, as at the gate. (D97) */
function permitted(token: AccessToken, { scopes, authentication }: CheckedRequirements, context: AuthContext): AccessToken {
  const lack = authenticationLack(token.claims, authentication, context.now ?? SYSTEM_CLOCK)
  if (lack === undefined && hasScopes(token, scopes)) return token
  const asked = context.scopesToAskFor?.(scopes) ?? scopes
  throw lack === undefined
    ? new InsufficientScopeError(scopes, context.answers?.insufficientScope(asked))
    : new InsufficientUserAuthenticationError(lack, context.answers?.insufficientUserAuthentication(lack, asked))
}

const SYSTEM_CLOCK = (): number => Date.now() / 1000

// Frameworks send messages of errors to the client, and this one says who was asked.
function withoutDetails(cause: unknown, answers: AuthContext['answers']): never {
  if (!isUnavailable(cause)) throw cause
  const { retryAfter, tooManyRequests, overloaded } = cause
  throw new AuthUnavailableError('the token cannot be checked right now', { cause, retryAfter, tooManyRequests, overloaded }, answers?.unavailable(cause))
}

let warned = false

// The client sees the same 401 as a stranger, and the developer would look for the fault in the token.
function warnOnce(): void {
  if (!warned) warn('requireAuth() ran where no bearerAuth is around; register the gate before this route')
  warned = true
}

// One store however many copies of this package a bundle holds: the gate of one serves the handlers of another.
const KEY = Symbol.for('bearer-auth-providers.context.1')
const shared = globalThis as { [KEY]?: AsyncLocalStorage<AuthContext> }
const storage = (shared[KEY] ??= new AsyncLocalStorage<AuthContext>())
