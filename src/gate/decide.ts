/** Decides a request, as data. Everything that a server's adapter does beyond this is sending it. */
import { toAccessToken } from '../access-token.js'
import { isUnavailable } from '../errors.js'
import { warnOfBug } from '../lib/warn.js'
import { missingScopes } from '../scopes/match.js'
import { isExcluded, isGuarded } from './paths.js'
import { readCredentials } from './request.js'
import { metadataAnswer } from './resource-metadata.js'
import type { AccessToken } from '../access-token.js'
import type { AuthContext } from '../context.js'
import type { Answer } from '../answer.js'
import type { BearerAuthProvider } from '../provider.js'
import type { GatePolicy, PathPolicy } from './policy.js'
import type { GateRequest, TokenPlaces } from './request.js'

export type Decision =
  /** Run the handler in this context; its token is null where the request came without a good one and need not have one. */
  | { readonly pass: true; readonly context: AuthContext }
  /** Send this instead: a denial, or this server's metadata. */
  | { readonly pass: false; readonly answer: Answer }

/** Any exception that leaves here is a bug of the provider. */
export async function decide(request: GateRequest, provider: BearerAuthProvider, policy: GatePolicy): Promise<Decision> {
  const { answers } = policy
  const pass = (token: AccessToken | null, verifyAgain?: AuthContext['verifyAgain']): Decision => ({
    pass: true,
    context: { token, resource: policy.resource, answers, verifyAgain },
  })
  const send = (answer: Answer): Decision => ({ pass: false, answer })

  const metadata = policy.resource && metadataAnswer(request, policy.resource, describe(provider, policy))
  if (metadata !== undefined) return send(metadata)
  const paths = policy.paths[request.mounted === true ? 'mount' : 'app']
  if (request.method === 'OPTIONS' || isLeftAlone(request, paths)) return pass(null)

  const guarded = needsToken(request, paths)
  const places = placesOf(provider, policy)
  const credentials = readCredentials(request, places)
  if (credentials.kind === 'none') return guarded && !policy.optional ? send(answers.unauthenticated()) : pass(null)
  if (credentials.kind === 'malformed') return guarded ? send(answers.malformed(places.header)) : pass(null)

  const verify = (maxAge: number | undefined): Promise<AccessToken | null> => verified(provider, credentials.token, maxAge)
  let token: AccessToken | null
  try {
    token = await verify(policy.maxAge)
  } catch (error) {
    if (!isUnavailable(error)) throw error
    return guarded ? send(answers.unavailable(error.retryAfter)) : pass(null)
  }
  if (token === null) return guarded ? send(answers.invalidToken()) : pass(null)
  if (guarded && missingScopes(token.scopes, policy.requiredScopes).length > 0) return send(answers.insufficientScope(policy.requiredScopes))
  return pass(token, verify)
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

// The provider's word: its tokens are good in that header only, where whoever puts them there takes care that nobody else does.
function placesOf({ tokenHeader }: BearerAuthProvider, { tokenCookie }: GatePolicy): TokenPlaces {
  if (tokenHeader !== undefined && tokenCookie !== undefined) {
    throw new TypeError(`"tokenFrom" does not go with this provider, whose tokens come in the header ${tokenHeader}`)
  }
  return { header: tokenHeader, cookie: tokenCookie }
}

// A rewritten path is open only if both of its names are.
function isLeftAlone({ path, routedPath = path }: GateRequest, { exclude }: PathPolicy): boolean {
  return isExcluded(path, exclude) && isExcluded(routedPath, exclude)
}

function needsToken({ path, routedPath = path }: GateRequest, { protect }: PathPolicy): boolean {
  return isGuarded(path, protect) || isGuarded(routedPath, protect)
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

function describe(provider: BearerAuthProvider, policy: GatePolicy): { issuers: readonly string[]; scopes: readonly string[] } {
  // Some issuers are plain names; a client can only go to a URL.
  const issuers = policy.authorizationServers ?? provider.issuers?.filter((issuer) => URL.canParse(issuer)) ?? []
  return { issuers, scopes: policy.scopesSupported }
}
