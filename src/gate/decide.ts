/** Decides a request, as data. Everything that a server's adapter does beyond this is sending it. */
import { toAccessToken } from '../access-token.js'
import { isUnavailable } from '../errors.js'
import { warnOfBug } from '../lib/warn.js'
import { withGranted } from './granted-scopes.js'
import { isLeftAlone, needsToken } from './paths.js'
import { mayCall, permittedCaller, unlessUnavailable } from './permission.js'
import { readCredentials } from './request.js'
import { metadataAnswer } from './resource-metadata.js'
import { TokenLife } from './token-life.js'
import type { AccessToken } from '../access-token.js'
import type { AuthContext } from '../context.js'
import type { Answer } from '../answer.js'
import type { BearerAuthProvider } from '../provider.js'
import type { Caller } from './permission.js'
import type { GatePolicy } from './policy.js'
import type { GateRequest, TokenPlaces } from './request.js'
import type { Described } from './resource-metadata.js'

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
    const scopesToAskFor = (needed: readonly string[]): readonly string[] => policy.requestNames(withGranted(needed, token))
    return { pass: true, context: { token, resource, answers, verifyAgain, allows, scopesToAskFor, life: lifeOf(caller, provider, policy) } }
  }
  const send = (answer: Answer): Decision => ({ pass: false, answer })

  const metadata = resource && metadataAnswer(request, resource, describe(provider, policy))
  if (metadata !== undefined) return send(metadata)
  const mirrored = await policy.mirror?.answer(request)
  if (mirrored !== undefined) return send(mirrored)
  const { protect, exclude } = policy.paths[request.mounted === true ? 'mount' : 'app']
  const leftAlone = request.method === 'OPTIONS' || isLeftAlone(request, exclude)
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

/** Who calls, or the denial for what was presented. */
async function callerOf(request: GateRequest, provider: BearerAuthProvider, policy: GatePolicy): Promise<Caller | Answer> {
  const { answers } = policy
  const places = placesOf(provider, policy)
  const credentials = readCredentials(request, places)
  if (credentials.kind === 'none') return policy.optional ? NOBODY : answers.unauthenticated()
  if (credentials.kind === 'malformed') return answers.malformed(places.header)
  const verify = (maxAge: number | undefined): Promise<AccessToken | null> => verified(provider, credentials.token, maxAge)
  return unlessUnavailable(policy, async () => {
    const token = await verify(policy.maxAge)
    return token === null ? answers.invalidToken() : { token, verify }
  })
}

async function verified(provider: BearerAuthProvider, text: string, maxAge: number | undefined): Promise<AccessToken | null> {
  let token: AccessToken | null
  try {
    token = toAccessToken(await provider.verifyToken(text, maxAge === undefined ? undefined : { maxAge }))
  } catch (error) {
    throw isUnavailable(error) ? error : asBug(error)
  }
  // RFC 9449 section 7.1, RFC 8705 section 3: a token that is bound to a key is worth nothing without the proof.
  return token?.claims.cnf === undefined ? token : null
}

function lifeOf({ token, verify }: Caller, provider: BearerAuthProvider, { streamCheck }: GatePolicy): TokenLife | undefined {
  if (token === null || verify === undefined) return undefined
  const watch = provider.watch && ((rung: () => void) => provider.watch?.(rung) ?? (() => undefined))
  return new TokenLife({ token, verify: () => verify(undefined), watch, every: streamCheck, now: () => Date.now() / 1000 })
}

const NOBODY: Caller = { token: null, verify: undefined }

// The provider's word: its tokens are good in that header only, where whoever puts them there takes care that nobody else does.
function placesOf({ tokenHeader }: BearerAuthProvider, { tokenCookie }: GatePolicy): TokenPlaces {
  if (tokenHeader !== undefined && tokenCookie !== undefined) {
    throw new TypeError(`"tokenFrom" does not go with this provider, whose tokens come in the header ${tokenHeader}`)
  }
  return { header: tokenHeader, cookie: tokenCookie }
}

/**
 * A provider's bug as the framework may have it: with nothing of the error's own status, headers, message or stack, all
 * of which frameworks send. They also take an error that is nothing for "go on", and Express the word "route" for "skip".
 */
function asBug(thrown: unknown): Error {
  const cause = thrown instanceof Error ? thrown : new TypeError('verifyToken must throw an Error', { cause: thrown })
  warnOfBug(cause)
  return new Error('the provider failed', { cause })
}

function describe(provider: BearerAuthProvider, policy: GatePolicy): Described {
  // Some issuers are plain names; a client can only go to a URL.
  const issuers = policy.authorizationServers ?? provider.issuers?.filter((issuer) => URL.canParse(issuer)) ?? []
  const { scopesSupported: said } = policy
  const scopes = 'all' in said ? said.all : [...new Set([...said.atLeast, ...(provider.scopesSupported ?? [])])]
  return { issuers, scopes: policy.requestNames(scopes), methods: provider.tokenHeader === undefined ? ['header'] : [] }
}
