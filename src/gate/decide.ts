/** This file decides a request, as data. Everything that a server's adapter does beyond this is sending it. */
import { isAnswer } from '../answer.js'
import { andThen } from '../lib/awaitable.js'
import { privateNotes } from '../lib/private-notes.js'
import { callerOf, NOBODY } from './caller.js'
import { CallerContext } from './caller-context.js'
import { nonceHeaders } from './challenge/challenge.js'
import { isDiscovery, noDocument } from './metadata/discovery.js'
import { metadataAnswer } from './metadata/resource-metadata.js'
import { accessOf } from './paths.js'
import { permittedCaller } from './permission.js'
import { IMPOSSIBLE_HOST, isPossibleHost } from './request/host.js'
import { isPreflight, PREFLIGHT } from './request/preflight.js'
import type { Answer } from '../answer.js'
import type { Awaitable } from '../lib/awaitable.js'
import type { BearerAuthProvider } from '../provider.js'
import type { Caller } from './caller.js'
import type { Decision } from './decision.js'
import type { Described } from './metadata/resource-metadata.js'
import type { GatePolicy } from './policy.js'
import type { Reported } from './report/reported.js'
import type { GateRequest } from './request/gate-request.js'

/** What is decided, and what would have been where that is only reported. */
export type OwnDecision = Decision & { readonly reported?: Reported }

/** Any exception that leaves here is a bug of the provider. Waits for nothing that is at hand. */
export function decide(request: GateRequest, provider: BearerAuthProvider, policy: GatePolicy): Awaitable<OwnDecision> {
  if (!isPossibleHost(request.host)) return send(IMPOSSIBLE_HOST)
  return andThen(publishedAnswer(request, provider, policy), (published) => (published === undefined ? guarded(request, provider, policy) : send(published)))
}

function guarded(request: GateRequest, provider: BearerAuthProvider, policy: GatePolicy): Awaitable<OwnDecision> {
  const access = accessOf(request, policy.paths[request.mounted === true ? 'mount' : 'app'])
  const inFront = access === 'guarded' || request.source === undefined ? undefined : LET_IN.read(request.source)
  if (inFront !== undefined && !(access === 'open' && REPORTS.has(inFront))) return inFront
  if (access === 'excluded') return pass(NOBODY, request, policy)
  const isAhead = access === 'guarded' && isPreflight(request)
  const notHere = access === 'guarded' && !policy.reportsAll && isDiscovery(request.path) ? noDocument(request.method, isAhead) : undefined
  if (notHere !== undefined) return send(notHere)
  if (isAhead) return policy.passesPreflights ? pass(NOBODY, request, policy) : send(PREFLIGHT)
  return andThen(callerOf(request, provider, policy), (caller) => {
    // Elsewhere a good token is known, and a bad one is ignored.
    if (access === 'open') return passOpen(request, isAnswer(caller) ? NOBODY : caller, inFront, policy)
    if (isAnswer(caller)) return refuse(request, caller, NOBODY, policy)
    return andThen(permittedCaller(request, caller, policy), (permitted) =>
      isAnswer(permitted) ? refuse(request, permitted, caller, policy) : letIn(request, permitted, policy),
    )
  })
}

/** Of two gates that guard nothing here, the one that is no report says who calls. */
function passOpen(request: GateRequest, caller: Caller, inFront: Decision | undefined, policy: GatePolicy): OwnDecision {
  return caller.token === null && inFront !== undefined ? inFront : pass(caller, request, policy)
}

/** Sends the denial; where that is only reported, the request passes by whom it is known to come from. */
function refuse(request: GateRequest, answer: Answer, caller: Caller, policy: GatePolicy): OwnDecision {
  return policy.reportsAll ? letIn(request, { ...caller, reported: { answer } }, policy) : send(answer)
}

/** Requests that a gate has let in with their token: one behind it that does not guard them has no business with that. */
const LET_IN = privateNotes<Decision>()

/** Those of them that were let in by a gate that only reports. */
const REPORTS = new WeakSet<Decision>()

function letIn(request: GateRequest, permitted: Caller, policy: GatePolicy): OwnDecision {
  const { source } = request
  const { token, reported } = permitted
  // A gate that only reports takes nobody away from the one in front, and puts nobody in his place. (D121)
  const isOther = policy.reportsAll || (token === null && reported !== undefined)
  const inFront = isOther && source !== undefined ? LET_IN.read(source) : undefined
  const passed = inFront ?? pass(permitted, request, policy)
  if (policy.reportsAll && inFront === undefined) REPORTS.add(passed)
  if (token !== null && source !== undefined) LET_IN.write(source, passed)
  return reported === undefined ? passed : { ...passed, ...nonceIn(reported), reported }
}

/** RFC 9449 section 8.2: who is not told of a nonce can make no proof, and would be reported for ever. */
function nonceIn(reported: Reported): { readonly headers?: Readonly<Record<string, string>> } {
  const nonce = 'answer' in reported ? reported.answer.headers['DPoP-Nonce'] : undefined
  return nonce === undefined ? {} : { headers: nonceHeaders(nonce) }
}

function pass(caller: Caller, request: GateRequest, policy: GatePolicy): Decision {
  return { pass: true, context: CallerContext.of(caller, request, policy), ...headersFor(caller, policy) }
}

function send(answer: Answer): Decision {
  return { pass: false, answer }
}

/** The answer to a request for a document that this gate serves to everybody. */
function publishedAnswer(request: GateRequest, provider: BearerAuthProvider, policy: GatePolicy): Awaitable<Answer | undefined> {
  const { resource, mirror } = policy
  return (resource && metadataAnswer(request, resource, () => describe(provider, policy))) ?? mirror?.(request)
}

function headersFor({ scheme }: Caller, { nonces }: GatePolicy): { readonly headers?: Readonly<Record<string, string>> } {
  return scheme === 'DPoP' && nonces !== undefined ? { headers: nonceHeaders(nonces.newest) } : {}
}

function describe(provider: BearerAuthProvider, policy: GatePolicy): Described {
  // Some issuers are plain names; a client can only go to a URL.
  const issuers = policy.authorizationServers ?? provider.issuers?.filter((issuer) => URL.canParse(issuer)) ?? []
  const { scopesSupported: said } = policy
  const scopes = 'all' in said ? said.all : [...new Set([...said.atLeast, ...(provider.scopesSupported ?? [])])]
  return { issuers, scopes: policy.requestNames(scopes), methods: takesBearer(provider, policy) ? ['header'] : [], proof: policy.proofMetadata }
}

/** True where some tokens come in `Authorization`, the one place of headers that RFC 9728 has a name for. */
function takesBearer({ headerSources, tokenHeader }: BearerAuthProvider, policy: GatePolicy): boolean {
  if (headerSources !== undefined) return headerSources.some(({ header }) => header === undefined)
  return tokenHeader === undefined && policy.tokenHeader === undefined
}
