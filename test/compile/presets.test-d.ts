/** Holds which options the presets of `./presets` want, and whose provider they give them to. */
import { awsAlb, entra, githubActions, gitlab, gitlabCi, googleServiceAccount, keycloak, kubernetes, spiffe, zitadelOpaque } from '../../providers/presets/index.js'
import { clientSecretBasic, IntrospectionProvider, JwksProvider, standardScopes, UserInfoProvider } from '../../src/index.js'
import { audience, issuer, jwks } from './given.js'

new JwksProvider(entra({ tenant: 'guid', audience }))
new JwksProvider({ ...entra({ tenant: ['guid', 'another'], audience, roles: { admin: 'notes:write' } }), cache: { ttl: 60 }, scopes: [standardScopes], name: 'people' })
new JwksProvider({ ...entra({ tenant: 'guid', audience }), jwksUri: undefined, jwks })
new JwksProvider({ ...keycloak({ url: issuer, realm: 'acme', clients: 'a', client: 'a', clientRoles: {} }), tokenType: 'at+jwt' })
new JwksProvider(githubActions({ audience, repositoryOwnerId: '1', repositoryId: ['2', '3'] }))
new JwksProvider(kubernetes({ issuer, audience }))
new JwksProvider(spiffe({ trustDomain: 'example.org', audience, bundle: jwks }))
new IntrospectionProvider(zitadelOpaque({ domain: 'acme.zitadel.cloud', audience, clientAuth: clientSecretBasic('a', 'b') }))
new UserInfoProvider({ ...gitlab({ applications: 'a' }), cache: false })

// @ts-expect-error TS2741 without an audience, every token of the tenant would open this server
entra({ tenant: 'guid' })
// @ts-expect-error TS2322 a variable that may be missing is no tenant
entra({ tenant: process.env.TENANT, audience })
// @ts-expect-error TS2345 any workflow of anybody can have a token for any audience
githubActions({ audience })
// @ts-expect-error TS2345 a branch pins nobody
githubActions({ audience, ref: 'refs/heads/main' })
// @ts-expect-error TS2345 any job of anybody can have a token for any audience
gitlabCi({ audience })
// @ts-expect-error TS2741 anybody at Google can have a token for any audience
googleServiceAccount({ audience })
// @ts-expect-error TS2345 by audience or by clients, and which one counts?
keycloak({ url: issuer, realm: 'acme', audience, clients: 'a' })
// @ts-expect-error TS2345 roles of which client?
keycloak({ url: issuer, realm: 'acme', audience, clientRoles: {} })
// @ts-expect-error TS2741 all load balancers of a region sign with the same keys
awsAlb({ clients: 'a', issuer })
// @ts-expect-error TS2345 keys from two places
kubernetes({ issuer, audience, inCluster: true, jwks })
// @ts-expect-error TS2345 a trust domain without its keys
spiffe({ trustDomain: 'example.org', audience })
// @ts-expect-error TS2741 who asks?
zitadelOpaque({ domain: 'acme.zitadel.cloud', audience })
// @ts-expect-error TS2379 opaque tokens are for another provider
new JwksProvider(zitadelOpaque({ domain: 'acme.zitadel.cloud', audience, clientAuth: clientSecretBasic('a', 'b') }))
