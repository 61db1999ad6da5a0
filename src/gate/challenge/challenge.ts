/** This file words each outcome for the client: one constant text each, within RFC 6750's characters. */
import { errorAnswer, unavailableAnswer } from '../../answer.js'
import { withGranted } from './granted-scopes.js'
import type { AccessToken } from '../../access-token.js'
import type { Answer, Unavailable } from '../../answer.js'
import type { RequestNames } from './request-names.js'

/** The wording of answers. `'mcp-use'`: the exact bodies and the bare challenge of mcp-use's Python server. */
type ErrorProfile = 'rfc6750' | 'mcp-use'

/** Every denial that there is. */
export interface Answers {
  /** `scopes`: what the request needs, where that is known to be more than every request does. */
  unauthenticated(scopes?: readonly string[]): Answer
  /** `header`: where the token was expected, if not in `Authorization`. */
  malformed(header?: string): Answer
  invalidToken(): Answer
  /** What the token was granted stands in the challenge too. */
  insufficientScope(requiredScopes: readonly string[], token: AccessToken | null): Answer
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
}

/** The answers of one gate. */
export function challengeAnswers(options: ChallengeOptions): Answers {
  return options.profile === 'mcp-use' ? mcpUse(options) : rfc6750(options)
}

function rfc6750({ requiredScopes, metadataUrl, requestNames }: ChallengeOptions): Answers {
  const challenge = (error: Record<string, string>, scopes: readonly string[]): string => {
    const scope = scopes.join(' ')
    return bearer({ ...error, ...(scope !== '' && { scope }), ...(metadataUrl && { resource_metadata: metadataUrl }) })
  }
  const denied = (status: number, error: string, description: string, scopes: readonly string[]): Answer =>
    errorAnswer(status, error, description, { 'WWW-Authenticate': challenge({ error, error_description: description }, scopes) })
  const required = requestNames(requiredScopes)
  return {
    // RFC 6750 section 3.1: no error code for a request that carries no credentials.
    unauthenticated: (scopes = requiredScopes) =>
      errorAnswer(401, 'unauthorized', 'Authentication required', { 'WWW-Authenticate': challenge({}, requestNames(scopes)) }),
    malformed: (header) => denied(400, 'invalid_request', header === undefined ? NO_CREDENTIALS : NO_TOKEN, required),
    invalidToken: () => denied(401, 'invalid_token', 'Token is invalid or expired', required),
    insufficientScope: (needed, token) => denied(403, 'insufficient_scope', 'The token lacks a scope that this needs', withGranted(needed, token, requestNames)),
    unavailable: unavailableAnswer,
  }
}

const NO_CREDENTIALS = 'The Authorization header must be: Bearer, one blank, one token'
const NO_TOKEN = 'The header for the token must hold one token and nothing else'

function mcpUse({ metadataUrl, requestNames }: ChallengeOptions): Answers {
  const challenge = metadataUrl === undefined ? 'Bearer' : bearer({ resource_metadata: metadataUrl })
  const denied = (status: number, error: string, description: string): Answer =>
    errorAnswer(status, error, description, { 'WWW-Authenticate': challenge })
  const invalidToken = (): Answer => denied(401, 'invalid_token', 'Token is invalid or expired')
  return {
    unauthenticated: () => denied(401, 'unauthorized', 'Authentication required'),
    malformed: invalidToken,
    invalidToken,
    // The original knows no scopes; clients step up only on the standard's challenge.
    insufficientScope: rfc6750({ profile: 'rfc6750', requiredScopes: [], metadataUrl, requestNames }).insufficientScope,
    // As the original has it: an outage looks like a bad token. This is what the default profile is there to mend.
    unavailable: () => denied(401, 'invalid_token', 'Token validation failed'),
  }
}

// Scopes and URLs were checked at construction: neither has a quote or a backslash.
function bearer(parameters: Record<string, string>): string {
  const list = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`)
  // RFC 6750 section 3: at least one parameter follows the scheme.
  return `Bearer ${list.length > 0 ? list.join(', ') : 'realm="protected"'}`
}
