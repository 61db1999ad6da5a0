/** Okta: custom authorization servers, and the org's own. @see https://developer.okta.com/docs/concepts/auth-servers/ (2026-11) */
import { checkPreset, eachOf, hostOf, wordOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, ClientAuth, JwtPreset, OneOrMore, OpaquePreset } from './preset.js'
import type { Groups } from './scope-tables.js'

export interface OktaOptions extends Groups {
  /** `acme.okta.com`, or your own domain. */
  domain: string
  /** The name of the authorization server. `'default'` is one of them. */
  server: string
  /** The Audience of the authorization server: `api://default`, unless you changed it. */
  audience: Audience
}

/**
 * Access tokens of a custom authorization server. Scopes: `scp`, an array. Groups only where a claim `groups` was added to the
 * access token. Does NOT take tokens of the org's own server: those are `oktaOrgServer`'s.
 */
export function okta(options: OktaOptions): JwtPreset {
  checkPreset('okta', options, ['domain', 'server', 'audience', 'groups'])
  const { domain, server, audience, groups } = options
  return {
    name: 'okta',
    issuer: `https://${hostOf('domain', domain, 'acme.okta.com')}/oauth2/${wordOf('server', server, 'default')}`,
    audience,
    scopes: scopesBy(['groups', groups]),
    hints: {
      wrong_issuer: 'Okta: the token is of another authorization server; those of the org server cannot be verified here, use oktaOrgServer',
      wrong_audience: 'Okta: "audience" is the Audience in the settings of the authorization server, such as api://default',
      wrong_type: 'Okta: this is an ID token; send the access token',
    },
  }
}

export interface OktaOrgServerOptions {
  /** `acme.okta.com`. */
  domain: string
  /** The clients whose tokens are taken: the audience of all of them is the org itself. */
  clients: OneOrMore
  clientAuth: ClientAuth
}

/**
 * Access tokens of the org authorization server, by introspection: Okta says that nobody but Okta can verify them.
 * Not certain: that the answer names the issuer; where it does, it must be the org's.
 */
export function oktaOrgServer(options: OktaOrgServerOptions): OpaquePreset {
  checkPreset('oktaOrgServer', options, ['domain', 'clients', 'clientAuth'])
  const issuer = `https://${hostOf('domain', options.domain, 'acme.okta.com')}`
  return {
    name: 'okta-org-server',
    issuer,
    endpoint: `${issuer}/oauth2/v1/introspect`,
    audience: eachOf('clients', options.clients, (client) => client),
    audienceClaims: 'client_id',
    clientAuth: options.clientAuth,
    hints: {
      wrong_issuer: 'Okta: the token is of a custom authorization server; use okta',
      wrong_audience: 'Okta: the token was made for another client of the org; list its client id in "clients"',
    },
  }
}
