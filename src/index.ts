/** What is public; nothing else. */
export { accessToken } from './access-token.js'
export { getAccessToken, requireAuth, withAccessToken } from './context.js'
export { AuthenticationError, AuthUnavailableError, InsufficientScopeError } from './errors.js'
export { decide } from './gate/decide.js'
export { gatePolicy } from './gate/policy.js'
export { bearer, clientCredentials } from './introspection/bearer-auth.js'
export {
  clientSecret,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
  noClientAuth,
  privateKeyJwt,
  tlsClientAuth,
} from './introspection/client-auth.js'
export { allowNoExpiry } from './introspection/introspection-options.js'
export { allowInsecureHttp, anyAudience } from './jwt/jwt-options.js'
export { BearerAuthProvider } from './provider.js'
export { fromClaim, standardScopes } from './scopes/mappers.js'
export { StandardProvider } from './standard-provider.js'
export { accept, reject } from './verdict.js'
export { ChainProvider } from '../providers/chain.js'
export { IntrospectionProvider } from '../providers/introspection.js'
export { JwksProvider } from '../providers/jwks.js'
export { StaticProvider } from '../providers/static.js'

export type { AccessToken, AccessTokenInput, Claims } from './access-token.js'
export type { CacheOptions } from './cache/verdict-cache.js'
export type { AuthContext } from './context.js'
export type { Answer } from './answer.js'
export type { AuthEvent, Observe } from './events.js'
export type { ErrorProfile } from './gate/challenge.js'
export type { Decision } from './gate/decide.js'
export type { GateOptions, GatePolicy } from './gate/policy.js'
export type { GateRequest } from './gate/request.js'
export type { ClientCredentials, ClientCredentialsOptions, TokenSource } from './introspection/bearer-auth.js'
export type { AssertionSigner } from './introspection/client-assertion.js'
export type { ClientAuth, PrivateKeyJwtOptions } from './introspection/client-auth.js'
export type { SignedAnswers } from './introspection/signed-answer.js'
export type { Algorithm } from './jwt/algorithms.js'
export type { KeyOptions, KeySnapshot } from './jwt/issuer-keys.js'
export type { IssuerOption, IssuerTemplate } from './jwt/issuers.js'
export type { KeyStore } from './jwt/key-store.js'
export type { ClaimRule } from './jwt/rules.js'
export type { Recognition } from './provider.js'
export type { ScopeMapper, ScopeTable } from './scopes/mappers.js'
export type { ProviderOptions } from './standard-provider.js'
export type { Accepted, Mismatch, Rejected, RejectReason, Verdict } from './verdict.js'
export type { ChainProviderOptions } from '../providers/chain.js'
export type { IntrospectionProviderOptions } from '../providers/introspection.js'
export type { JwksProviderOptions, RuleReport } from '../providers/jwks.js'
export type { StaticGrant, StaticProviderOptions } from '../providers/static.js'
