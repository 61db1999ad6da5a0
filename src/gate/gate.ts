/** This file makes one function of a provider and what is demanded of requests. It gives a decision, and every adapter stands on it. */
import { INSUFFICIENT_USER_AUTHENTICATION } from '../authentication.js'
import { speakOnce } from '../lib/default-voice.js'
import { alsoAtOnce, atOnce } from '../lib/at-once.js'
import { andThen, isPending, saidAtOnce } from '../lib/awaitable.js'
import { loaded, onDemand } from '../lib/loaded.js'
import { optionalFunction } from '../lib/options.js'
import { warn } from '../lib/warn.js'
import { checkedProvider, inheritObserver } from '../provider.js'
import { challengeAnswers } from './challenge/challenge.js'
import { decide } from './decide.js'
import { remember } from './known-gates.js'
import { aboutPath, isDiscovery, noDocument } from './metadata/discovery.js'
import { gatePolicy } from './policy.js'
import { spellingsOf } from './paths.js'
import { IMPOSSIBLE_HOST, isPossibleHost, spellingsOfHost } from './request/host.js'
import { isPreflight, PREFLIGHT } from './request/preflight.js'
import type { Answer } from '../answer.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { BearerAuthProvider } from '../provider.js'
import type { Decision } from './decision.js'
import type { GateOptions } from './gate-options.js'
import type { KnownGate } from './known-gates.js'
import type { GateParts, GatePolicy } from './policy.js'
import type { GateRequest } from './request/gate-request.js'

/** Any exception that leaves it is a bug of the provider: let the framework answer it with 500. Made by `gate` and `byRequest`. */
export interface Gate {
  (request: GateRequest): Promise<Decision>
  readonly [BRAND]: true
}

// The same symbol in every copy of this package.
const BRAND: unique symbol = Symbol.for('bearer-auth-providers.gate')

/**
 * What `bearerAuth` does, without a server: for those that there is no adapter for, and for `byRequest`.
 *
 * @throws TypeError for an option that is wrong; says what to write instead.
 */
export function gate(provider: BearerAuthProvider, options?: GateOptions, parts?: GateParts): Gate {
  checkedProvider('bearerAuth', provider)
  const policy = gatePolicy(options, provider, parts)
  const { resource, audience, bodies } = policy
  const known = { resource, checksAudience: audience !== undefined, audiences: provider.audiences ?? [], guardsNothing: guardsNothing(policy) }
  const hint = hinting(policy, known)
  const observe = optionalFunction('observe', options?.observe)
  if (observe !== undefined) provider[inheritObserver]?.(observe)
  remember(known)
  const sent = (request: GateRequest, decision: Decision): Awaitable<Decision> => {
    hint(request, decision)
    if (decision.pass) return request.isUpgrade === true ? andThen(policy.watches.ready(), () => decision) : decision
    if (observe === undefined) tellWhatLacks(decision.answer)
    return bodies === undefined ? decision : andThen(bodies(), ({ written }) => ({ pass: false, answer: written(decision.answer) }))
  }
  // What tells is loaded by the gates that somebody listens to.
  const observed = observe && loaded(import('./observed.js').then((tells) => tells.observed(provider, policy, observe)))
  const decides = (request: GateRequest): Awaitable<Decision> => {
    const decided = observed === undefined ? decide(request, provider, policy) : andThen(observed(), (noted) => noted(request))
    return andThen(decided, (decision) => sent(request, decision))
  }
  // Before it decides: what a handler throws is answered at once.
  return branded(bodies === undefined ? decides : (request) => andThen(bodies(), () => decides(request)))
}

/** What tells the developer is loaded by the first decision that may be worth a word: no good token where all is guarded is. */
function hinting(policy: GatePolicy, known: KnownGate): (request: GateRequest, decision: Decision) => void {
  const hints = onDemand(() => import('./hints.js').then((tells) => new tells.Hints(policy, known)))
  return (request, decision) => {
    if (decision.pass && policy.paths[request.mounted === true ? 'mount' : 'app'].protect === undefined) return
    const there = hints()
    if (isPending(there)) there.then((now) => now.after(request, decision), () => undefined)
    else there.after(request, decision)
  }
}

/** What is said of a gate whose only guard is reported only. */
function guardsNothing({ reportsAll, optional, operations = [], reportedOperations }: GatePolicy): string | undefined {
  if (reportsAll) return OPEN
  return optional && operations.length === 0 && reportedOperations.length > 0 ? OPEN_TO_STRANGERS : undefined
}

const OPEN =
  'a gate with [reportOnly] guards nothing: every request passes, without a token too, and the event would_deny tells what would have been refused. ' +
  'Take [reportOnly] out once these are none that you mind'
const OPEN_TO_STRANGERS =
  'a gate guards nothing from requests without a token: it is "optional", and its only "operations" are [reportOnly]. ' +
  'Take [reportOnly] out once would_deny tells of none that you mind'

/** Of what a client can mend, the developer is told in development: the cause may be the authorization server's. */
function tellWhatLacks({ status, headers }: Answer): void {
  if (status === 403) return speakOnce(LACKS_SCOPE)
  if (status === 401 && headers['WWW-Authenticate']?.includes(`"${INSUFFICIENT_USER_AUTHENTICATION}"`) === true) speakOnce(WEAK_SIGN_IN)
}

const WEAK_SIGN_IN = {
  ...{ provider: 'gate', reason: INSUFFICIENT_USER_AUTHENTICATION },
  hint: 'the token is good, and its "acr" or "auth_time" will not do, or is missing: the authorization server must write them into access tokens (RFC 9068 section 2.2.1)',
}
const LACKS_SCOPE = { provider: 'gate', reason: 'insufficient_scope', hint: 'the token is good, and lacks a scope that the request needs; see explainScopes of the provider' }

/**
 * A gate for each request, for a server with several hosts or paths: each gate has a provider, a `resource` and metadata
 * of its own. Choose from gates that are there, by `request.host` (in small letters, without the ports 80 and 443) or
 * `request.path`, and give none for a host or a path that is nobody's: a client writes both. A request for OAuth metadata
 * comes with the path that it is about. Where none is given, the answer is 401, and 404 to a request for metadata; and so
 * it is where you give another gate for another spelling of the same: `/MAIL` or `/%6dail` for `/mail`, a host with a port.
 */
export function byRequest(choose: (request: GateRequest) => Gate | undefined): Gate {
  if (typeof choose !== 'function') throw new TypeError(NO_CHOICE)
  return branded((request) => {
    if (!isPossibleHost(request.host)) return { pass: false, answer: IMPOSSIBLE_HOST }
    const chosen = theOneGate(choose, request)
    return chosen === undefined ? { pass: false, answer: answerOfNobody(request) } : atOnce(chosen)(request)
  })
}

type Choose = Parameters<typeof byRequest>[0]

/** None where the server behind may take the request for another gate's: a token of the one would open what the other guards. (D139) */
function theOneGate(choose: Choose, request: GateRequest): Gate | undefined {
  const path = aboutPath(request.path)
  if (!path.startsWith('/') && path !== '*') return undefined
  const chosenFor = (host: string | undefined, spelling: string): Gate | undefined => {
    const chosen = saidAtOnce(choose({ ...request, host, path: spelling }))
    if (chosen === undefined || isGate(chosen)) return chosen
    throw new TypeError('byRequest must be given a gate: gate(provider, { resource })')
  }
  const hosts = request.host === undefined ? [undefined] : spellingsOfHost(request.host)
  const [[host] = [], ...others] = [path, ...spellingsOf(path)].flatMap((spelling) => hosts.map((name) => [name, spelling] as const))
  const gate = chosenFor(host, path)
  if (gate === undefined || others.every((other) => [gate, undefined].includes(chosenFor(...other)))) return gate
  if (!told) warn(TWO_GATES)
  told = true
  return undefined
}

let told = false

const TWO_GATES =
  'a request was refused: byRequest chose one gate for its host and path, and another for the same in another spelling (case, escapes, dots, the port). ' +
  'Where that is no attack, compare in small letters, and give undefined for a host that is nobody\u2019s'

/** The gate that an adapter was given, or the one for the provider that it was given. @throws TypeError */
export function gateOf(guard: BearerAuthProvider | Gate, options: GateOptions | undefined): Gate {
  if (!isGate(guard)) return gate(guard, options)
  if (options !== undefined) throw new TypeError('bearerAuth takes no options beside a gate, which has its own: gate(provider, options)')
  return guard
}

const NO_CHOICE = 'byRequest takes a function that gives a gate: (request) => request.host === "a.example.com" ? gateA : gateB'

const PLAIN = challengeAnswers({ profile: 'rfc6750', requiredScopes: [], metadataUrl: undefined, requestNames: (scopes) => scopes })
const UNAUTHENTICATED = PLAIN.unauthenticated()

/** What is answered where no gate was chosen. */
function answerOfNobody(request: GateRequest): Answer {
  const isAhead = isPreflight(request)
  const notHere = isDiscovery(request.path) ? noDocument(request.method, isAhead) : undefined
  return notHere ?? (isAhead ? PREFLIGHT : UNAUTHENTICATED)
}

function branded(decides: (request: GateRequest) => Awaitable<Decision>): Gate {
  const gate = Object.assign(async (request: GateRequest) => decides(request), { [BRAND]: true as const })
  alsoAtOnce(gate, decides)
  return gate
}

function isGate(value: unknown): value is Gate {
  return typeof value === 'function' && BRAND in value
}
