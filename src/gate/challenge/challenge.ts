/** This file words each outcome for the client: one constant text each, within RFC 6750's characters. */
import { errorAnswer, unavailableAnswer } from '../../answer.js'
import { authenticationParameters, INSUFFICIENT_USER_AUTHENTICATION, STRONGER_SIGN_IN } from '../../authentication.js'
import { ALGORITHMS } from '../../jwt/signature/algorithms.js'
import type { Answer, Unavailable } from '../../answer.js'
import type { AuthenticationLack } from '../../authentication.js'
import type { Scheme } from '../request/gate-request.js'
import type { RequestNames } from './request-names.js'

/** The wording of answers. `'mcp-use'`: the exact bodies and the bare challenge of mcp-use's Python server. */
type ErrorProfile = 'rfc6750' | 'mcp-use'

/** Every denial that there is. */
export interface Answers {
  /** `scopes`: what the request needs beyond what every request does. */
  unauthenticated(scopes?: readonly string[]): Answer
  /** `header`: where the token was expected, if not in `Authorization`. */
  malformed(header?: string): Answer
  invalidToken(): Answer
  /** Two credentials of one request are good, and name different callers. */
  severalCallers(): Answer
  /** The token may be good, but who sent it did not prove to hold its key (RFC 9449 section 7.1), or without a nonce of ours (section 9). */
  unproven(error: 'invalid_dpop_proof' | 'use_dpop_nonce'): Answer
  /** `scopes`: what the client is to ask for, by the names that it asks by. */
  insufficientScope(scopes: readonly string[]): Answer
  /** The sign-in is too weak or too old (RFC 9470). `scopes`: those too that the client is to ask for. */
  insufficientUserAuthentication(lack: AuthenticationLack, scopes: readonly string[]): Answer
  unavailable(why: Unavailable): Answer
}

export interface ChallengeOptions {
  readonly profile: ErrorProfile
  /** In a 401 too, so that a client asks for them at once (MCP authorization, scope selection). */
  readonly requiredScopes: readonly string[]
  /** Where the metadata of RFC 9728 is. */
  readonly metadataUrl: string | undefined
  /** What clients ask for to be given these scopes. */
  readonly requestNames: RequestNames
  /** Each is challenged with, and the first of them with what was wrong. Default: Bearer alone. */
  readonly schemes?: readonly Scheme[] | undefined
  /** For the next proof, in every answer that has a challenge. */
  readonly nonce?: (() => string) | undefined
}

/** The answers of one gate. */
export function challengeAnswers(options: ChallengeOptions): Answers {
  return options.profile === 'mcp-use' ? mcpUse(options) : rfc6750(options)
}

function rfc6750({ requiredScopes, metadataUrl, requestNames, schemes = ['Bearer'], nonce }: ChallengeOptions): Answers {
  const [first = 'Bearer'] = schemes
  const challenge = (error: Record<string, string>, scopes: readonly string[]): string => {
    const scope = scopes.join(' ')
    const always = { ...(scope !== '' && { scope }), ...(metadataUrl && { resource_metadata: metadataUrl }) }
    return schemes.map((scheme) => written(scheme, { ...(scheme === first && error), ...always })).join(', ')
  }
  const answer = (status: number, error: string, description: string, value: string): Answer =>
    errorAnswer(status, error, description, { 'WWW-Authenticate': value, ...(nonce && nonceHeaders(nonce())) })
  const denied = (status: number, error: string, description: string, scopes: readonly string[], more: Readonly<Record<string, string>> = {}): Answer =>
    answer(status, error, description, challenge({ error, error_description: description, ...more }, scopes))
  const required = requestNames(requiredScopes)
  const unauthenticated = (scopes: readonly string[]): Answer => answer(401, 'unauthorized', 'Authentication required', challenge({}, requestNames(scopes)))
  const invalidToken = (): Answer => denied(401, 'invalid_token', 'Token is invalid or expired', required)
  // What a flood asks for is worded once, unless it holds a nonce.
  const stranger = nonce === undefined ? unauthenticated(requiredScopes) : undefined
  const refused = nonce === undefined ? invalidToken() : undefined
  return {
    // RFC 6750 section 3.1: no error code for a request that carries no credentials.
    unauthenticated: (more = []) => (more.length === 0 && stranger) || unauthenticated([...new Set([...requiredScopes, ...more])]),
    malformed: (header) => denied(400, 'invalid_request', header === undefined ? `The Authorization header must be: ${first}, one blank, one token` : NO_TOKEN, required),
    invalidToken: () => refused ?? invalidToken(),
    severalCallers: () => denied(400, 'invalid_request', SEVERAL_CALLERS, required),
    unproven: (error) => denied(401, error, UNPROVEN[error], required),
    insufficientScope: (scopes) => denied(403, 'insufficient_scope', 'The token lacks a scope that this needs', scopes),
    insufficientUserAuthentication: (lack, scopes) => denied(401, INSUFFICIENT_USER_AUTHENTICATION, STRONGER_SIGN_IN, scopes, authenticationParameters(lack)),
    unavailable: unavailableAnswer,
  }
}

/** With a nonce for the next proof (RFC 9449 section 8.2), which pages on other origins can read. */
export function nonceHeaders(nonce: string): Readonly<Record<string, string>> {
  return { 'DPoP-Nonce': nonce, 'Access-Control-Expose-Headers': 'WWW-Authenticate, Retry-After, DPoP-Nonce' }
}

const UNPROVEN = {
  invalid_dpop_proof: 'The DPoP proof is missing, or not good for this request',
  use_dpop_nonce: 'The DPoP proof must hold the nonce of the DPoP-Nonce header',
} as const

const SEVERAL_CALLERS = 'The credentials of the request name different callers; send one of them'
const NO_TOKEN = 'The header for the token must hold one token and nothing else'

function mcpUse({ metadataUrl, requestNames }: ChallengeOptions): Answers {
  const challenge = metadataUrl === undefined ? 'Bearer' : written('Bearer', { resource_metadata: metadataUrl })
  const denied = (status: number, error: string, description: string): Answer =>
    errorAnswer(status, error, description, { 'WWW-Authenticate': challenge })
  const invalidToken = (): Answer => denied(401, 'invalid_token', 'Token is invalid or expired')
  // The original knows no scopes and no sign-ins; clients step up only on the standards' challenges.
  const { insufficientScope, insufficientUserAuthentication } = rfc6750({ profile: 'rfc6750', requiredScopes: [], metadataUrl, requestNames })
  return {
    unauthenticated: () => denied(401, 'unauthorized', 'Authentication required'),
    malformed: invalidToken,
    invalidToken,
    severalCallers: invalidToken,
    unproven: invalidToken,
    insufficientScope,
    insufficientUserAuthentication,
    // As the original has it: an outage looks like a bad token. This is what the default profile is there to mend.
    unavailable: () => denied(401, 'invalid_token', 'Token validation failed'),
  }
}

/** RFC 9449 section 7.1: of the algorithms for a proof, separated by blanks. */
const ALGS = Object.keys(ALGORITHMS).join(' ')

// Scopes, classes and URLs were checked at construction: none has a quote or a backslash.
function written(scheme: Scheme, parameters: Record<string, string>): string {
  const list = Object.entries({ ...parameters, ...(scheme === 'DPoP' && { algs: ALGS }) }).map(([name, value]) => `${name}="${value}"`)
  // RFC 6750 section 3: at least one parameter follows the scheme.
  return `${scheme} ${list.length > 0 ? list.join(', ') : 'realm="protected"'}`
}
