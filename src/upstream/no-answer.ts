/** Nobody knows: why there was no answer, and whose fault that is. */
import { AuthUnavailableError, isUnavailable } from '../errors.js'
import { isPending } from '../lib/awaitable.js'
import type { Awaitable } from '../lib/awaitable.js'

/** Why there is no answer. None of them says anything about the token. */
export type Fault =
  /** The endpoint could not be found out. */
  | 'discovery'
  /** We have nothing to authenticate with: a key that is not usable, a token that is not to be had. */
  | 'own proof'
  /** No connection came about. */
  | 'connection'
  | 'too slow'
  /** Too many questions at once; this one was not asked. */
  | 'busy'
  /** Held back while the server does not answer; this one was not asked. */
  | 'held back'
  | 'redirect'
  /** 401, or `invalid_client`: our credentials. */
  | 'credentials'
  /** 403: our credentials, as far as this question goes. */
  | 'forbidden'
  | 'rate limit'
  /** The rate limit of one application or one user, who is held back until it ends; the others are not. */
  | 'budget spent'
  /** Too many bad credentials came from here: none are looked at for a while, good ones neither. */
  | 'locked out'
  | 'server error'
  /** Another status, such as 404. */
  | 'status'
  /** HTML, JSON that is none, too large, broken off, or not what the protocol asks for. */
  | 'unreadable'

/** Which faults are the server's as a whole, and not of one question: these make the breaker open. */
export const IS_OUTAGE = {
  discovery: true,
  'own proof': true,
  connection: true,
  'too slow': true,
  busy: false,
  'held back': false,
  redirect: true,
  credentials: true,
  // Some servers and firewalls answer so to one odd token: whoever sends it must not shut out the others.
  forbidden: false,
  'rate limit': true,
  'budget spent': false,
  'locked out': false,
  'server error': true,
  status: false,
  unreadable: true,
} as const satisfies Record<Fault, boolean>

/** Nobody knows, and why. */
export class NoAnswerError extends AuthUnavailableError {
  readonly fault: Fault

  constructor(fault: Fault, message: string, options?: ConstructorParameters<typeof AuthUnavailableError>[1]) {
    super(message, options)
    this.fault = fault
  }
}

/** Whose fault a status is that is no answer. */
export function faultOf(status: number): Fault {
  if (status === 401) return 'credentials'
  if (status === 403) return 'forbidden'
  if (status === 429) return 'rate limit'
  if (status >= 500) return 'server error'
  // 0: what browsers and workers make of a redirect that they must not follow.
  return status === 0 || (status >= 300 && status < 400) ? 'redirect' : 'status'
}

/** What the work gives; its "nobody knows" becomes a fault of this kind, unless it has a kind already. */
export function blaming<T>(fault: Fault, work: () => Awaitable<T>): Awaitable<T> {
  const blame = (error: unknown): never => {
    throw blamed(fault, error)
  }
  try {
    const given = work()
    return isPending(given) ? given.catch(blame) : given
  } catch (error) {
    return blame(error)
  }
}

/** A "nobody knows" as a fault of this kind, unless it has a kind already; any other error as it is. */
function blamed(fault: Fault, error: unknown): unknown {
  if (!isUnavailable(error) || error instanceof NoAnswerError) return error
  const { message, cause, retryAfter: seconds, tooManyRequests, overloaded } = error
  return new NoAnswerError(fault, message, { cause, retryAfter: seconds, tooManyRequests, overloaded })
}
