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
import type { GateRequest } from './request/gate-request.js'

/** Any exception that leaves here is a bug of the provider. Waits for nothing that is at hand. */
export function decide(request: GateRequest, provider: BearerAuthProvider, policy: GatePolicy): Awaitable<Decision> {
  if (!isPossibleHost(request.host)) return send(IMPOSSIBLE_HOST)
  return andThen(publishedAnswer(request, provider, policy), (published) => (published === undefined ? guarded(request, provider, policy) : send(published)))
}

function guarded(request: GateRequest, provider: BearerAuthProvider, policy: GatePolicy): Awaitable<Decision> {
  const access = accessOf(request, policy.paths[request.mounted === true ? 'mount' : 'app'])
  const inFront = access === 'guarded' || request.source === undefined ? undefined : LET_IN.read(request.source)
  if (inFront !== undefined) return inFront
  if (access === 'excluded') return pass(NOBODY, request, policy)
  const isAhead = access === 'guarded' && isPreflight(request)
  const notHere = access === 'guarded' && isDiscovery(request.path) ? noDocument(request.method, isAhead) : undefined
  if (notHere !== undefined) return send(notHere)
  if (isAhead) return policy.passesPreflights ? pass(NOBODY, request, policy) : send(PREFLIGHT)
  return andThen(callerOf(request, provider, policy), (caller) => {
    // Elsewhere a good token is known, and a bad one is ignored.
    if (access === 'open') return pass(isAnswer(caller) ? NOBODY : caller, request, policy)
    if (isAnswer(caller)) return send(caller)
    return andThen(permittedCaller(request, caller, policy), (permitted) => letIn(request, permitted, policy))
  })
}

/** Requests that a gate has let in with their token: one behind it that does not guard them has no business with that. */
const LET_IN = privateNotes<Decision>()

function letIn(request: GateRequest, permitted: Caller | Answer, policy: GatePolicy): Decision {
  if (isAnswer(permitted)) return send(permitted)
  const { source } = request
  const passed = pass(permitted, request, policy)
  if (permitted.token !== null && source !== undefined) LET_IN.write(source, passed)
  return passed
}

function pass(caller: Caller, request: GateRequest, policy: GatePolicy): Decision {
  return { pass: true, context: new CallerContext(caller, request, policy), ...headersFor(caller, policy) }
}

function send(answer: Answer): Decision {
  return { pass: false, answer }
}

/** The answer to a request for a document that this gate serves to everybody. */
function publishedAnswer(request: GateRequest, provider: BearerAuthProvider, policy: GatePolicy): Awaitable<Answer | undefined> {
  const { resource, mirror } = policy
  return (resource && metadataAnswer(request, resource, () => describe(provider, policy))) ?? mirror?.answer(request)
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
