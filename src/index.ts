/** What is public; nothing else. */

// Providers: a token goes in, and one of three answers comes out.
export { ChainProvider } from '../providers/chain.js'
export { GitHubProvider } from '../providers/github.js'
export { IntrospectionProvider } from '../providers/introspection.js'
export { IssuerRouter } from '../providers/issuer-router.js'
export { JwksProvider } from '../providers/jwks.js'
export { StaticProvider } from '../providers/static.js'
export { UserInfoProvider } from '../providers/userinfo.js'

// Security decisions that no text and no environment variable can make.
export { anyApp } from './github/api/apps.js'
export { allowNoExpiry, allowNoIssuer } from './introspection/introspection-options.js'
export { allowInsecureHttp, anyAudience } from './jwt/jwt-options.js'
export { issuerKeys } from './jwt/keys-in-common.js'
export { reportOnly } from './lib/report-only.js'

// In handlers: who calls.
export { authSignal, getAccessToken, requireAuth, requireFreshAuth, withAccessToken } from './context.js'
export { AuthenticationError, AuthUnavailableError, InsufficientScopeError, InsufficientUserAuthenticationError } from './errors.js'

// The gate, for those whom no adapter serves.
export { byRequest, gate } from './gate/gate.js'
export { boundSessions } from './gate/sessions.js'
export { proxyCertificate } from './gate/certificate/proxy-certificate.js'
export { tlsCertificate } from './gate/certificate/tls-certificate.js'

// From claims to scopes.
export { always, firstOf, when } from './scopes/conditions.js'
export { defineScopes } from './scopes/define-scopes.js'
export { explainScopes } from './scopes/explain.js'
export { fromClaim, standardScopes } from './scopes/mappers.js'
export { githubScopeHierarchy } from './github/scope-hierarchy.js'

// How this server authenticates where it asks about tokens, and how others answer.
export { bearerClientAuth, clientCredentials } from './introspection/client-auth/bearer-auth.js'
export {
  clientSecret,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
  noClientAuth,
  tlsClientAuth,
} from './introspection/client-auth/client-auth.js'
export { privateKeyJwt } from './introspection/client-auth/private-key-jwt.js'
export { discordTokenInfo, googleTokenInfo } from './introspection/token-info.js'

// Static keys.
export { generateToken } from './static/generated-token.js'
export { hashToken } from './static/token-digest.js'

// What ends tokens before their time, and what processes share.
export { Revocations } from './revocations/revocations.js'
export { sharedKeys } from './shared/shared-keys.js'

// Providers of your own.
export { accessToken } from './access-token.js'
export { BearerAuthProvider } from './provider.js'
export { StandardProvider } from './standard-provider.js'
export { accept, reject } from './verdict.js'

export type { AccessToken, AccessTokenInput, Claims } from './access-token.js'
export type { LoggedEntries, RevocationLog } from './revocations/revocation-log.js'
export type { SharedKeys, SharedKeysOptions } from './shared/shared-keys.js'
export type { CacheOptions } from './cache/cache-options.js'
export type { Revocation } from './revocations/revocation.js'
export type { RevocationsOptions } from './revocations/revocations.js'
export type { Secret, SharedOptions, SharedStore } from './shared/shared-store.js'
export type { CacheStats, Holding } from './cache/verdict-cache.js'
export type { AuthenticationLack, AuthenticationRequirements, AuthenticationTerms } from './authentication.js'
export type { AuthContext, AuthRequirements } from './context.js'
export type { Answer } from './answer.js'
export type { TokenBinding } from './binding.js'
export type { AuthEvent, DenialReason, Observe, ProofCheck, ShadowDifference } from './events.js'
export type { Decision } from './gate/decision.js'
export type { MirrorOptions } from './gate/metadata/mirror.js'
export type { ResourceDescription } from './gate/metadata/resource-metadata.js'
export type { OperationRule, Operations, OperationTerms } from './gate/operations/operations.js'
export type { ReadBody, RequestBody } from './gate/request/request-body.js'
export type { Gate } from './gate/gate.js'
export type { Denial, DenialBody, WriteBody } from './gate/challenge/denial-body.js'
export type { ReadCertificate } from './gate/certificate/certificate.js'
export type { ProxyCertificateOptions } from './gate/certificate/proxy-certificate.js'
export type { DpopOptions, ReplayOptions, SharedReplayOptions } from './gate/dpop/dpop-options.js'
export type { ProofOptions } from './gate/proof-options.js'
export type { ExcludedRoute, GateObserve, GateOptions, GateProfile } from './gate/gate-options.js'
export type { BoundSessions, BoundSessionsOptions } from './gate/sessions.js'
export type { ReadHeader } from './gate/request/gate-request.js'
export type { GateRequest } from './gate/request/gate-request.js'
export type { TokenCookieOptions, TokenHeaderOptions } from './gate/request/token-cookie.js'
export type { GitHubApp } from './github/api/apps.js'
export type { GitHubTokenKind } from './github/tokens/token-kinds.js'
export type { ClientCredentials, ClientCredentialsOptions, TokenSource } from './introspection/client-auth/bearer-auth.js'
export type { DpopKeyPair } from './introspection/client-auth/own-proof.js'
export type { AssertionSigner } from './introspection/client-auth/client-assertion.js'
export type { ClientAuth } from './introspection/client-auth/client-auth.js'
export type { PrivateKeyJwtOptions } from './introspection/client-auth/private-key-jwt.js'
export type { SignedAnswers } from './introspection/response/signed-response.js'
export type { TokenInfo } from './introspection/token-info.js'
export type { JwtOptions, SharedIssuerKeys } from './jwt/jwt-options.js'
export type { TokenType } from './jwt/rules/token-kind.js'
export type { Fetch, FetchAnswer, FetchInit } from './lib/net/bounded-fetch.js'
export type { ReportedAudience, ReportedScopes } from './lib/report-only.js'
export type { Algorithm } from './jwt/signature/algorithms.js'
export type { Hints } from './jwt/rules/hints.js'
export type { SharedIssuerKeysOptions } from './jwt/keys-in-common.js'
export type { KeyOptions, KeySnapshot } from './jwt/keys/issuer-keys.js'
export type { IssuerOption, IssuerTemplate } from './jwt/rules/issuers.js'
export type { KeyStore } from './jwt/keys/key-store.js'
export type { ClaimRule } from './jwt/rules/rules.js'
export type { ProviderOptions } from './provider-options.js'
export type { HeaderSource, Ownership, Recognition, Refusal, VerifyOptions } from './provider.js'
export type { ChainPlan, Route } from './routing/chain-plan.js'
export type { ClaimOptions, Enrich } from './scopes/claim-steps.js'
export type { ClaimValues } from './scopes/conditions.js'
export type { DefinedScopes } from './scopes/define-scopes.js'
export type { ExplainedStep, NearMiss } from './explanation.js'
export type { FailureHealth, KeyHealth, MemoryHealth, ProviderHealth, UpstreamHealth } from './health.js'
export type { ExplainOptions, GrantedScope, ScopesExplained } from './scopes/explain.js'
export type { Implications } from './scopes/hierarchy.js'
export type { ScopeSource, ScopeMapper, UnknownValue } from './scopes/rule.js'
export type { ScopeOptions } from './scopes/scope-plan.js'
export type { ScopeTable, TableOptions } from './scopes/scope-table.js'
export type { ClaimPath, ClaimSelector } from './scopes/selector.js'
export type { StandardSchema } from './scopes/standard-schema.js'
export type { CheckRequest, ProviderStats } from './base-provider.js'
export type { GenerateTokenOptions } from './static/generated-token.js'
export type { StaticGrant } from './static/static-grant.js'
export type { Accepted, Mismatch, Rejected, RejectReason, Verdict } from './verdict.js'
export type { ChainProviderOptions } from '../providers/chain.js'
export type { GitHubProviderOptions } from '../providers/github.js'
export type { IntrospectionProviderOptions } from '../providers/introspection.js'
export type { IssuerRoute, IssuerRouterOptions } from '../providers/issuer-router.js'
export type { JwksProviderOptions } from '../providers/jwks.js'
export type { StaticEnvOptions, StaticFileOptions, StaticProviderOptions } from '../providers/static.js'
export type { UserInfoProviderOptions } from '../providers/userinfo.js'
