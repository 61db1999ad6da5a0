/** This file decides a request, as data. Everything that a server's adapter does beyond this is sending it. */
import { isAnswer } from '../answer.js'
import { callerOf, NOBODY } from './caller.js'
import { nonceHeaders } from './challenge/challenge.js'
import { withGranted } from './challenge/granted-scopes.js'
import { isDiscovery, noDocument } from './metadata/discovery.js'
import { metadataAnswer } from './metadata/resource-metadata.js'
import { accessOf } from './paths.js'
import { mayCall, permittedCaller } from './permission.js'
import { IMPOSSIBLE_HOST, isPossibleHost } from './request/host.js'
import { isPreflight, PREFLIGHT } from './request/preflight.js'
import { TokenLife } from './token-life.js'
import type { AuthContext } from '../context.js'
import type { Answer } from '../answer.js'
import type { BearerAuthProvider } from '../provider.js'
import type { Caller } from './caller.js'
import type { Described } from './metadata/resource-metadata.js'
import type { GatePolicy } from './policy.js'
import type { GateRequest } from './request/gate-request.js'

export type Decision =
  /** Run the handler in this context; its token is null where the request came without a good one and need not have one. */
  | {
      readonly pass: true
      readonly context: AuthContext
      /** To be set on whatever is answered: a nonce for the client's next proof. */
      readonly headers?: Readonly<Record<string, string>>
    }
  /** Send this instead: a denial, or this server's metadata. */
  | { readonly pass: false; readonly answer: Answer }

/** Any exception that leaves here is a bug of the provider. */
export async function decide(request: GateRequest, provider: BearerAuthProvider, policy: GatePolicy): Promise<Decision> {
  const pass = (caller: Caller): Decision => ({ pass: true, context: contextOf(caller, policy), ...headersFor(caller, policy) })
  const send = (answer: Answer): Decision => ({ pass: false, answer })

  if (!isPossibleHost(request.host)) return send(IMPOSSIBLE_HOST)
  const published = await publishedAnswer(request, provider, policy)
  if (published !== undefined) return send(published)
  const { source = {} } = request
  const access = accessOf(request, policy.paths[request.mounted === true ? 'mount' : 'app'])
  const inFront = access === 'guarded' ? undefined : GUARDED.get(source)
  if (inFront !== undefined) return inFront
  if (access === 'excluded') return pass(NOBODY)
  const isAhead = access === 'guarded' && isPreflight(request)
  const notHere = access === 'guarded' && isDiscovery(request.path) ? noDocument(request.method, isAhead) : undefined
  if (notHere !== undefined) return send(notHere)
  if (isAhead) return policy.passesPreflights ? pass(NOBODY) : send(PREFLIGHT)

  const caller = await callerOf(request, provider, policy)
  // Elsewhere a good token is known, and a bad one is ignored.
  if (access === 'open') return pass(isAnswer(caller) ? NOBODY : caller)
  if (isAnswer(caller)) return send(caller)
  const permitted = await permittedCaller(request, caller, policy)
  if (isAnswer(permitted)) return send(permitted)
  const passed = pass(permitted)
  if (permitted.token !== null) GUARDED.set(source, passed)
  return passed
}

/** Requests that a gate has let in with their token: one behind it that does not guard them has no business with that. */
const GUARDED = new WeakMap<object, Decision>()

/** The answer to a request for a document that this gate serves to everybody. */
async function publishedAnswer(request: GateRequest, provider: BearerAuthProvider, policy: GatePolicy): Promise<Answer | undefined> {
  const { resource, mirror } = policy
  return (resource && metadataAnswer(request, resource, describe(provider, policy))) ?? mirror?.answer(request)
}

function contextOf(caller: Caller, policy: GatePolicy): AuthContext {
  const { token, scheme, verify: verifyAgain } = caller
  const { resource } = policy
  const answers = policy.answers[scheme]
  const allows = (method: string, name: string): boolean => mayCall(caller, method, name, policy)
  const scopesToAskFor = (needed: readonly string[]): readonly string[] => withGranted(needed, token, policy.requestNames)
  return { token, resource, answers, verifyAgain, allows, scopesToAskFor, life: lifeOf(caller, policy) }
}

function headersFor({ scheme }: Caller, { nonces }: GatePolicy): { readonly headers?: Readonly<Record<string, string>> } {
  return scheme === 'DPoP' && nonces !== undefined ? { headers: nonceHeaders(nonces.newest) } : {}
}

function lifeOf({ token, verify }: Caller, policy: GatePolicy): TokenLife | undefined {
  return token === null || verify === undefined ? undefined : new TokenLife(policy.watches, token, verify)
}

function describe(provider: BearerAuthProvider, policy: GatePolicy): Described {
  // Some issuers are plain names; a client can only go to a URL.
  const issuers = policy.authorizationServers ?? provider.issuers?.filter((issuer) => URL.canParse(issuer)) ?? []
  const { scopesSupported: said } = policy
  const scopes = 'all' in said ? said.all : [...new Set([...said.atLeast, ...(provider.scopesSupported ?? [])])]
  return { issuers, scopes: policy.requestNames(scopes), methods: provider.tokenHeader === undefined ? ['header'] : [], proof: policy.proofMetadata }
}
