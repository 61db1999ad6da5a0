/** This file finds out everything about one token: what each provider looks at, which rule made which scope, and what a client is answered. */
import { isUnavailable } from '../errors.js'
import { isTaken } from '../explanation.js'
import { decodeJwt } from '../jwt/token/decode.js'
import { checkedProvider } from '../provider.js'
import { explainedBy } from '../routing/explained.js'
import { nameOf } from '../routing/member.js'
import { clauseOf } from './clauses.js'
import { clientView } from './client-view.js'
import { roadOf, stepsAlong, stopsOf } from './road.js'
import { pastedToken, withoutToken } from './secrets.js'
import { scopesOf } from './scope-rules.js'
import type { AccessToken } from '../access-token.js'
import type { ExplainedStep } from '../explanation.js'
import type { GateOptions } from '../gate/gate-options.js'
import type { BearerAuthProvider } from '../provider.js'
import type { Stop } from './road.js'
import type { ReportedStep, TokenReport } from './token-report.js'

export interface InspectOptions {
  /** The options of the gate that the token is shown to. Its `observe` is not told. Default: none. */
  readonly gate?: GateOptions | undefined
  /** The request that it is shown with: a path of the server, and a method without a body. Default: `GET`, and the path of `resource`. */
  readonly request?: { readonly method?: 'GET' | 'DELETE' | 'HEAD'; readonly path?: string } | undefined
}

/**
 * Looks at one token as the provider and its gate do, and says all that they find: for the person who holds the token. Asks
 * whom `verifyToken` would ask. What was pasted may have `Bearer` before it. Does NOT keep, log or give back the token.
 *
 * @throws TypeError for options that are no gate's; whatever a bug of a provider throws.
 */
export async function inspectToken(provider: BearerAuthProvider, pasted: string, options: InspectOptions = {}): Promise<TokenReport> {
  checkedProvider('inspectToken', provider)
  const token = pastedToken(pasted)
  const stops = await stopsOf(provider, token)
  const client = await clientView(headerFor(stops, token), { ...options, provider, token })
  const explained = await explainedBy({ name: nameOf(provider), isNumbered: false, provider }, token)
  // An issuer is asked twice for a key that nobody knows, and no more often: a third look would find out nothing.
  const known = isRefused(explained) ? null : await verified(verifierOf(provider, stops, token), token)
  const steps = await stepsAlong(stops, token, explained)
  const jwt = decodeJwt(token)
  const accepted = known === 'nobody knows' ? null : known
  const found: TokenReport = {
    verdict: known === 'nobody knows' ? 'unavailable' : known !== null && isTaken(explained) ? 'accepted' : 'rejected',
    at: Date.now() / 1000,
    kind: jwt === null ? 'opaque' : 'JWT',
    road: roadOf(stops, token, steps),
    steps: steps.map(reported),
    ...(jwt !== null && { header: jwt.header }),
    ...claimsOf(accepted, jwt?.claims),
    ...scopesOf(accepted, stops, options.gate?.requiredScopes?.filter((one) => typeof one === 'string')),
    ...(accepted?.boundTo !== undefined && { binding: accepted.boundTo }),
    client,
  }
  return withoutToken(token, found)
}

/** True where it is known why, whoever shows it. One that is bound to a key is good with its proof; where one gave no answer, nobody knows. */
function isRefused(steps: readonly ExplainedStep[]): boolean {
  const failed = steps.filter(({ passed }) => !passed)
  const isSilent = (name: string | undefined): boolean => failed.every(({ provider, reason }) => provider !== name || reason === undefined)
  return failed.some(({ reason }) => reason !== undefined && reason !== 'unproven') && !failed.some(({ provider }) => isSilent(provider))
}

/** The token as its provider says yes to it, bound to a key or not. @throws what a bug of the provider throws */
async function verified(provider: Pick<BearerAuthProvider, 'verifyToken'>, token: string): Promise<AccessToken | null | 'nobody knows'> {
  try {
    return await provider.verifyToken(token, { proof: 'checked' })
  } catch (error) {
    if (isUnavailable(error)) return 'nobody knows'
    throw error
  }
}

/** The stop that the token would come to, by what each says of it. */
function firstOf(stops: readonly Stop[], token: string): Stop | undefined {
  const saying = (word: string): Stop | undefined => stops.find(({ provider }) => (provider.recognizes?.(token) ?? 'maybe') === word)
  return saying('mine') ?? saying('maybe')
}

/** Where the members of a chain have headers of their own, each header has its own part of the chain. */
function verifierOf(provider: BearerAuthProvider, stops: readonly Stop[], token: string): Pick<BearerAuthProvider, 'verifyToken'> {
  const header = firstOf(stops, token)?.provider.tokenHeader
  return provider.headerSources?.find((source) => source.header === header)?.provider ?? provider
}

function headerFor(stops: readonly Stop[], token: string): string | undefined {
  return firstOf(stops, token)?.provider.tokenHeader
}

function reported({ rule, provider, ...found }: ExplainedStep): ReportedStep {
  const clause = clauseOf(rule)
  return { check: rule, ...found, ...(clause !== undefined && { clause }), provider: provider ?? '' }
}

function claimsOf(accepted: AccessToken | null, read: Readonly<Record<string, unknown>> | undefined): Pick<TokenReport, 'claims'> {
  if (accepted !== null) return { claims: { verified: true, values: accepted.claims } }
  return read === undefined ? {} : { claims: { verified: false, values: read } }
}
