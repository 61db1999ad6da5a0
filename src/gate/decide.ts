/** Decides a request, as data. Everything that a server's adapter does beyond this is sending it. */
import { callerOf, NOBODY } from './caller.js'
import { withGranted } from './challenge/granted-scopes.js'
import { isLeftAlone, needsToken } from './paths.js'
import { mayCall, permittedCaller } from './permission.js'
import { metadataAnswer } from './metadata/resource-metadata.js'
import { TokenLife } from './token-life.js'
import type { AuthContext } from '../context.js'
import type { Answer } from '../answer.js'
import type { BearerAuthProvider } from '../provider.js'
import type { Caller } from './caller.js'
import type { GatePolicy } from './policy.js'
import type { GateRequest } from './request/gate-request.js'
import type { Described } from './metadata/resource-metadata.js'

export type Decision =
  /** Run the handler in this context; its token is null where the request came without a good one and need not have one. */
  | { readonly pass: true; readonly context: AuthContext }
  /** Send this instead: a denial, or this server's metadata. */
  | { readonly pass: false; readonly answer: Answer }

/** Any exception that leaves here is a bug of the provider. */
export async function decide(request: GateRequest, provider: BearerAuthProvider, policy: GatePolicy): Promise<Decision> {
  const { resource, answers } = policy
  const pass = (caller: Caller): Decision => {
    const { token, verify: verifyAgain } = caller
    const allows = (method: string, name: string): boolean => mayCall(caller, method, name, policy)
    const scopesToAskFor = (needed: readonly string[]): readonly string[] => withGranted(needed, token, policy.requestNames)
    return { pass: true, context: { token, resource, answers, verifyAgain, allows, scopesToAskFor, life: lifeOf(caller, policy) } }
  }
  const send = (answer: Answer): Decision => ({ pass: false, answer })

  const metadata = resource && metadataAnswer(request, resource, describe(provider, policy))
  if (metadata !== undefined) return send(metadata)
  const mirrored = await policy.mirror?.answer(request)
  if (mirrored !== undefined) return send(mirrored)
  const { protect, exclude } = policy.paths[request.mounted === true ? 'mount' : 'app']
  const leftAlone = (request.method === 'OPTIONS' && request.isUpgrade !== true) || isLeftAlone(request, exclude)
  const guarded = !leftAlone && needsToken(request, protect)
  const { source = {} } = request
  const inFront = guarded ? undefined : GUARDED.get(source)
  if (inFront !== undefined) return inFront
  if (leftAlone) return pass(NOBODY)

  const caller = await callerOf(request, provider, policy)
  // Elsewhere a good token is known, and a bad one is ignored.
  if (!guarded) return pass('status' in caller ? NOBODY : caller)
  if ('status' in caller) return send(caller)
  const permitted = await permittedCaller(request, caller, policy)
  if ('status' in permitted) return send(permitted)
  const passed = pass(permitted)
  if (permitted.token !== null) GUARDED.set(source, passed)
  return passed
}

/** Requests that a gate has let in with their token: one behind it that does not guard them has no business with that. */
const GUARDED = new WeakMap<object, Decision>()

function lifeOf({ token, verify }: Caller, policy: GatePolicy): TokenLife | undefined {
  return token === null || verify === undefined ? undefined : new TokenLife(policy.watches, token, verify)
}

function describe(provider: BearerAuthProvider, policy: GatePolicy): Described {
  // Some issuers are plain names; a client can only go to a URL.
  const issuers = policy.authorizationServers ?? provider.issuers?.filter((issuer) => URL.canParse(issuer)) ?? []
  const { scopesSupported: said } = policy
  const scopes = 'all' in said ? said.all : [...new Set([...said.atLeast, ...(provider.scopesSupported ?? [])])]
  return { issuers, scopes: policy.requestNames(scopes), methods: provider.tokenHeader === undefined ? ['header'] : [] }
}
