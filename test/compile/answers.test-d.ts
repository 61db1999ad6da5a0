/** Holds that nothing a user gets is `any`, and that answers are told apart by one member. */
import {
  accept,
  accessToken,
  AuthenticationError,
  AuthUnavailableError,
  BearerAuthProvider,
  byRequest,
  ChainProvider,
  fromClaim,
  gate,
  getAccessToken,
  InsufficientScopeError,
  InsufficientUserAuthenticationError,
  JwksProvider,
  reject,
  requireAuth,
  standardScopes,
  StaticProvider,
  withAccessToken,
} from '../../src/index.js'
import { holds, token } from './given.js'
import type {
  Accepted,
  AccessToken,
  Algorithm,
  Answer,
  AuthContext,
  AuthEvent,
  AuthRequirements,
  Claims,
  Decision,
  Gate,
  GateOptions,
  Mismatch,
  Recognition,
  Rejected,
  RejectReason,
  ScopeMapper,
  Verdict,
} from '../../src/index.js'
import type { Equal } from './given.js'

holds<Equal<ReturnType<typeof getAccessToken>, AccessToken | null>>()
holds<Equal<ReturnType<typeof requireAuth>, AccessToken>>()
holds<Equal<Parameters<typeof requireAuth>, string[] | [AuthRequirements]>>()
holds<Equal<ReturnType<typeof accessToken>, AccessToken>>()
holds<Equal<ReturnType<typeof accept>, Accepted>>()
holds<Equal<ReturnType<typeof reject>, Rejected>>()
holds<Equal<ReturnType<typeof gate>, Gate>>()
holds<Equal<ReturnType<typeof byRequest>, Gate>>()
holds<Equal<ReturnType<Gate>, Promise<Decision>>>()
holds<Equal<ReturnType<typeof fromClaim>, ScopeMapper>>()
holds<Equal<typeof standardScopes, ScopeMapper>>()
holds<Equal<ReturnType<ScopeMapper>, readonly string[]>>()
holds<Equal<Parameters<ScopeMapper>, [claims: Claims]>>()
holds<Equal<ReturnType<BearerAuthProvider['verifyToken']>, Promise<AccessToken | null>>>()
holds<Equal<ReturnType<JwksProvider['verifyToken']>, Promise<AccessToken | null>>>()
holds<Equal<ReturnType<StaticProvider['verifyToken']>, Promise<AccessToken | null>>>()
holds<Equal<ReturnType<ChainProvider['verifyToken']>, Promise<AccessToken | null>>>()
holds<Equal<ReturnType<ChainProvider['recognizes']>, Recognition>>()
holds<Equal<ChainProvider['issuers'], readonly string[]>>()
holds<Equal<Recognition, 'mine' | 'maybe' | 'foreign'>>()
holds<Equal<Verdict, Accepted | Rejected>>()
holds<Equal<Rejected['reason'], RejectReason>>()
holds<Equal<Mismatch['actual'], unknown>>()
holds<Equal<AccessToken['claims'], Claims>>()
holds<Equal<AccessToken['scopes'], readonly string[]>>()
holds<Equal<AccessToken['expiresAt'], number | undefined>>()
holds<Equal<AccessToken['subject'], string | undefined>>()
holds<Equal<Claims['sub'], string | undefined>>()
holds<Equal<Claims['aud'], string | readonly string[] | undefined>>()
holds<Equal<Claims['realm_access'], unknown>>()
holds<Equal<AuthContext['token'], AccessToken | null>>()
holds<Equal<AuthUnavailableError['retryAfter'], number | undefined>>()
holds<Equal<InsufficientScopeError['requiredScopes'], readonly string[]>>()
holds<Equal<AuthenticationError['answer'], Answer>>()
holds<Equal<InsufficientUserAuthenticationError['maxAuthAge'], number | undefined>>()
holds<Equal<AuthUnavailableError['code'] | InsufficientScopeError['code'] | InsufficientUserAuthenticationError['code'] | AuthenticationError['code'], Code>>()
type Code = 'ERR_AUTH_UNAVAILABLE' | 'ERR_INSUFFICIENT_SCOPE' | 'ERR_INSUFFICIENT_USER_AUTHENTICATION' | 'ERR_AUTHENTICATION_REQUIRED'
holds<Equal<AuthEvent['provider'], string>>()
holds<Equal<GateOptions['profile'], 'mcp-use' | undefined>>()
holds<Equal<Extract<Algorithm, `HS${string}` | 'none'>, never>>()

// A verdict and a decision are told apart by one member.
declare const verdict: Verdict
if (verdict.accepted) holds<Equal<typeof verdict, Accepted>>()
else holds<Equal<typeof verdict, Rejected>>()
declare const decision: Decision
if (decision.pass) holds<Equal<typeof decision.context, AuthContext>>()
else holds<Equal<typeof decision.answer, Answer>>()

// `withAccessToken` gives what the code gives.
const seven = withAccessToken(token, () => 7)
holds<Equal<typeof seven, number>>()
const later = withAccessToken(null, async () => 'done' as const)
holds<Equal<typeof later, Promise<'done'>>>()
