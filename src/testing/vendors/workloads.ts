/** Issuers of workloads, and proxies that assert who a person is. Their tokens have no scopes: subjects or groups stand for some. */
import * as presets from '../../../providers/presets/index.js'
import { listIn } from './vendor-shape.js'
import type { VendorShape } from './vendor-shape.js'

const API = 'https://api.test'
const ALB = 'arn:aws:elasticloadbalancing:us-west-1:999999999999:loadbalancer/app/api/8649d45ac4b2b99b'

const none = { scopes: () => ({}) }

export const WORKLOADS = {
  awsAlb: {
    preset: () => presets.awsAlb({ loadBalancer: ALB, clients: 'test-client', issuer: 'https://idp.example.com' }),
    alg: 'ES256',
    ...none,
    claims: () => ({ signer: ALB, iat: undefined, jti: undefined }),
    groups: listIn('groups'),
    format: 'alb',
  },
  cloudflareAccess: {
    preset: () => presets.cloudflareAccess({ team: 'acme.cloudflareaccess.com', audience: '32eafc7626e737136544df16' }),
    ...none,
    claims: () => ({ type: 'app', identity_nonce: '6ei69kawdKzMIAPF', country: 'GB' }),
    groups: (groups) => ({ custom: { groups } }),
    audienceList: true,
  },
  githubActions: {
    preset: () => presets.githubActions({ audience: API, repositoryOwnerId: '65' }),
    sub: 'repo:octo-org/octo-repo:ref:refs/heads/main',
    ...none,
    claims: () => ({
      ref: 'refs/heads/main',
      ref_type: 'branch',
      repository: 'octo-org/octo-repo',
      repository_id: '74',
      repository_owner: 'octo-org',
      repository_owner_id: '65',
      event_name: 'push',
      runner_environment: 'github-hosted',
    }),
  },
  gitlabCi: {
    preset: () => presets.gitlabCi({ audience: API, projectId: '20' }),
    sub: 'project_path:acme/notes:ref_type:branch:ref:main',
    ...none,
    claims: () => ({ namespace_id: '72', namespace_path: 'acme', project_id: '20', project_path: 'acme/notes', ref: 'main', ref_type: 'branch', ref_protected: 'true', pipeline_source: 'push' }),
  },
  googleIap: {
    preset: () => presets.googleIap({ audience: '/projects/123/global/backendServices/456' }),
    alg: 'ES256',
    sub: 'accounts.google.com:1',
    ...none,
    claims: () => ({ email: 'ada@example.com', google: { access_levels: [] } }),
  },
  googleServiceAccount: {
    preset: () => presets.googleServiceAccount({ audience: API, serviceAccounts: 'ci@notes-42.iam.gserviceaccount.com' }),
    sub: '112010400000000710080',
    ...none,
    claims: ({ sub }) => ({ azp: sub, email: 'ci@notes-42.iam.gserviceaccount.com', email_verified: true }),
  },
  kubernetes: {
    preset: () => presets.kubernetes({ issuer: 'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC', audience: API }),
    typ: null,
    sub: 'system:serviceaccount:prod:notes-client',
    ...none,
    claims: () => ({ 'kubernetes.io': { namespace: 'prod', serviceaccount: { name: 'notes-client', uid: 'u' } } }),
    audienceList: true,
  },
  spiffe: {
    preset: () => presets.spiffe({ trustDomain: 'example.org', audience: API, bundleUrl: 'https://spire.example.org/bundle' }),
    alg: 'ES256',
    typ: 'JOSE',
    sub: 'spiffe://example.org/ns/prod/sa/notes',
    ...none,
    claims: () => ({ iss: undefined }),
    audienceList: true,
    use: 'jwt-svid',
  },
} as const satisfies Readonly<Record<string, VendorShape>>
