/** Workloads, and what proxies assert about people. */
import { discovered, SERVER } from './fixture.js'
import type { JwtFixture } from './fixture.js'

const GITHUB = 'https://token.actions.githubusercontent.com'
const ALB = 'arn:aws:elasticloadbalancing:us-west-1:999999999999:loadbalancer/app/notes/8649d45ac4b2b99b'
const ALB_KID = 'beec8bbc-84e0-4736-9745-a6bd96fde712'

export const WORKLOADS: readonly JwtFixture[] = [
  {
    preset: 'githubActions',
    source: 'https://docs.github.com/actions/reference/security/oidc',
    options: { audience: SERVER, repositoryOwnerId: '65', ref: 'refs/heads/main', environment: 'prod', subjects: { 'repo:octo-org/octo-repo:environment:prod': 'deploy' } },
    urls: discovered(GITHUB, `${GITHUB}/.well-known/jwks`),
    header: { typ: 'JWT', x5t: 'example-thumbprint' },
    claims: { jti: 'j', sub: 'repo:octo-org/octo-repo:environment:prod', environment: 'prod', aud: SERVER, ref: 'refs/heads/main', sha: 's', repository: 'octo-org/octo-repo', repository_owner: 'octo-org', actor_id: '12', repository_visibility: 'private', repository_id: '74', repository_owner_id: '65', run_id: '1', runner_environment: 'github-hosted', event_name: 'workflow_dispatch', ref_type: 'branch', job_workflow_ref: 'octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main', iss: GITHUB },
    scopes: ['deploy'],
    wrong: [
      { what: 'a workflow of anybody else', claims: { repository_owner_id: '66' }, reason: 'invalid_claim', hint: /another owner/ },
      { what: 'an owner of the same name, without a number', claims: { repository_owner_id: undefined }, reason: 'invalid_claim', hint: /another owner/ },
      { what: 'a number that is no text', claims: { repository_owner_id: 65 }, reason: 'invalid_claim', hint: /another owner/ },
      { what: 'another branch', claims: { ref: 'refs/pull/1/merge' }, reason: 'invalid_claim', hint: /another owner/ },
      { what: 'the default audience', claims: { aud: 'https://github.com/octo-org' }, reason: 'wrong_audience', hint: /core\.getIDToken/ },
    ],
  },
  {
    preset: 'gitlabCi',
    source: 'https://docs.gitlab.com/ci/secrets/id_token_authentication/#token-payload',
    options: { audience: SERVER, projectId: '20', refProtected: 'true', subjects: { 'project_path:acme/notes:ref_type:branch:ref:main': 'deploy' } },
    urls: discovered('https://gitlab.com', 'https://gitlab.com/oauth/discovery/keys'),
    header: { typ: 'JWT' },
    claims: { namespace_id: '72', namespace_path: 'acme', project_id: '20', project_path: 'acme/notes', user_id: '1', user_login: 'ada', pipeline_id: '574', pipeline_source: 'push', job_id: '302', ref: 'main', ref_type: 'branch', ref_protected: 'true', jti: 'j', iss: 'https://gitlab.com', sub: 'project_path:acme/notes:ref_type:branch:ref:main', aud: SERVER },
    scopes: ['deploy'],
    wrong: [
      { what: 'a job of another project', claims: { project_id: '21' }, reason: 'invalid_claim', hint: /another project/ },
      { what: 'a branch that is not protected', claims: { ref_protected: 'false' }, reason: 'invalid_claim', hint: /another project/ },
      { what: 'a token for somebody else', claims: { aud: 'https://vault.example.com' }, reason: 'wrong_audience', hint: /id_tokens/ },
    ],
  },
  {
    preset: 'kubernetes',
    source: 'https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ (EKS, public discovery)',
    options: { issuer: 'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC', audience: SERVER, serviceAccounts: 'prod/notes-client', subjects: { 'system:serviceaccount:prod:notes-client': 'notes:read' } },
    urls: discovered('https://oidc.eks.eu-west-1.amazonaws.com/id/ABC', 'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC/keys'),
    claims: { aud: [SERVER], iss: 'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC', jti: 'j', 'kubernetes.io': { namespace: 'prod', pod: { name: 'p', uid: 'u' }, serviceaccount: { name: 'notes-client', uid: 'u' } }, nbf: 1, sub: 'system:serviceaccount:prod:notes-client' },
    scopes: ['notes:read'],
    wrong: [
      { what: 'the default token of a pod', claims: { aud: ['https://kubernetes.default.svc'] }, reason: 'wrong_audience', hint: /project a token/ },
      { what: 'another account', claims: { sub: 'system:serviceaccount:dev:notes-client' }, reason: 'invalid_claim', hint: /serviceAccounts/ },
      { what: 'a token of another cluster', claims: { iss: 'https://kubernetes.default.svc.cluster.local' }, reason: 'wrong_issuer', hint: /kubectl get --raw/ },
      { what: 'an old token from a secret', claims: { exp: undefined }, reason: 'missing_claim', hint: /old token/ },
    ],
  },
  {
    preset: 'spiffe',
    source: 'https://github.com/spiffe/spiffe/blob/main/standards/JWT-SVID.md, as SPIRE writes it',
    options: { trustDomain: 'example.org', audience: SERVER, bundleUrl: 'https://spire.example.org/bundle', subjects: { 'spiffe://example.org/ns/prod/sa/notes': 'notes:read' } },
    urls: { 'https://spire.example.org/bundle': 'keys' },
    alg: 'ES256',
    header: { typ: 'JOSE' },
    claims: { aud: [SERVER], sub: 'spiffe://example.org/ns/prod/sa/notes' },
    scopes: ['notes:read'],
    wrong: [
      { what: 'a workload of another trust domain', claims: { sub: 'spiffe://evil.example/ns/prod/sa/notes' }, reason: 'wrong_issuer', hint: /another trust domain/ },
      { what: 'a trust domain that only begins like ours', claims: { sub: 'spiffe://example.org.evil.example/a' }, reason: 'wrong_issuer', hint: /another trust domain/ },
      { what: 'another subject under the name of our trust domain', claims: { iss: 'spiffe://example.org', sub: 'spiffe://evil.example/a' }, reason: 'invalid_claim', hint: /another trust domain/ },
      { what: 'the trust domain itself', claims: { sub: 'spiffe://example.org/' }, reason: 'wrong_issuer', hint: /trust domain/ },
      { what: 'an issuer that nobody named', claims: { iss: 'https://oidc.example.org' }, reason: 'wrong_issuer', hint: /"issuer"/ },
    ],
  },
  {
    preset: 'googleServiceAccount',
    source: 'https://cloud.google.com/docs/authentication/token-types#id',
    options: { audience: SERVER, serviceAccounts: 'ci@notes-42.iam.gserviceaccount.com', subjects: { '112010400000000710080': 'deploy' } },
    urls: { 'https://www.googleapis.com/oauth2/v3/certs': 'keys' },
    header: { typ: 'JWT' },
    claims: { aud: SERVER, azp: '112010400000000710080', email: 'ci@notes-42.iam.gserviceaccount.com', email_verified: true, iss: 'https://accounts.google.com', sub: '112010400000000710080' },
    scopes: ['deploy'],
    wrong: [
      { what: 'an account of somebody else', claims: { email: 'ci@evil.iam.gserviceaccount.com', sub: '9' }, reason: 'invalid_claim', hint: /serviceAccounts/ },
      { what: 'an address that is not verified', claims: { email_verified: false }, reason: 'invalid_claim', hint: /serviceAccounts/ },
    ],
  },
  {
    preset: 'cloudflareAccess',
    source: 'https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/application-token/',
    options: { team: 'acme.cloudflareaccess.com', audience: '32eafc7626e737136544df16', groups: { Developers: 'notes:write' } },
    urls: { 'https://acme.cloudflareaccess.com/cdn-cgi/access/certs': 'keys' },
    claims: { aud: ['32eafc7626e737136544df16'], email: 'ada@example.com', nbf: 1, iss: 'https://acme.cloudflareaccess.com', type: 'app', identity_nonce: '6ei69kawdKzMIAPF', sub: 'a', country: 'GB', custom: { groups: ['Developers'] } },
    scopes: ['notes:write'],
    wrong: [
      { what: 'the token of the whole team', claims: { type: 'org', aud: '32eafc7626e737136544df16' }, reason: 'invalid_claim', hint: /whole team/ },
      { what: 'the assertion for another application', claims: { aud: ['other'] }, reason: 'wrong_audience', hint: /AUD Tag/ },
      { what: 'another team', claims: { iss: 'https://evil.cloudflareaccess.com' }, reason: 'wrong_issuer', hint: /^$/ },
    ],
  },
  {
    preset: 'googleIap',
    source: 'https://cloud.google.com/iap/docs/signed-headers-howto#verifying_the_jwt_payload',
    options: { audience: '/projects/123/global/backendServices/456' },
    urls: { 'https://www.gstatic.com/iap/verify/public_key-jwk': 'keys' },
    alg: 'ES256',
    header: { typ: 'JWT' },
    claims: { aud: '/projects/123/global/backendServices/456', email: 'ada@example.com', google: { access_levels: [] }, iss: 'https://cloud.google.com/iap', sub: 'accounts.google.com:1' },
    scopes: [],
    wrong: [
      { what: 'the assertion for another backend', claims: { aud: '/projects/123/global/backendServices/789' }, reason: 'wrong_audience', hint: /JWT audience code/ },
      { what: 'an ID token of Google', claims: { iss: 'https://accounts.google.com' }, reason: 'wrong_issuer', hint: /^$/ },
    ],
  },
  {
    preset: 'awsAlb',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding',
    options: { loadBalancer: ALB, clients: 'client-1', issuer: 'https://example.okta.com', groups: { Editors: 'notes:write' } },
    urls: { [`https://public-keys.auth.elb.us-west-1.amazonaws.com/${ALB_KID}`]: 'pem' },
    alg: 'ES256',
    kid: ALB_KID,
    header: { typ: 'JWT', iss: 'https://example.okta.com', client: 'client-1', signer: ALB },
    audienceClaim: 'client',
    claims: { sub: '1234567890', name: 'Ada', email: 'ada@example.com', groups: ['Editors'], iss: undefined, iat: undefined },
    scopes: ['notes:write'],
    wrong: [
      { what: 'the load balancer of another customer', header: { signer: ALB.replace('999999999999', '111111111111') }, reason: 'invalid_claim', hint: /another load balancer/ },
      { what: 'a signer in userinfo only', header: { signer: undefined }, claims: { signer: ALB }, reason: 'invalid_claim', hint: /another load balancer/ },
      { what: 'another client of the load balancer', header: { client: 'client-2' }, claims: { client_id: 'client-1' }, reason: 'wrong_audience', hint: /"clients"/ },
      { what: 'another authorization server', header: { iss: 'https://evil.okta.com' }, claims: { iss: 'https://example.okta.com' }, reason: 'wrong_issuer', hint: /^$/ },
      { what: 'an end in userinfo only', header: { exp: undefined }, claims: { exp: 4_000_000_000 }, reason: 'missing_claim', hint: /^$/ },
      { what: 'the access token beside it', token: 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.AAAA', reason: 'malformed', hint: /x-amzn-oidc-accesstoken/ },
    ],
  },
]
