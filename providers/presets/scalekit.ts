/** Scalekit. @see https://docs.scalekit.com/mcp/overview/ (2026-08) */
import { checkPreset, hostOf, wordOf } from './preset.js'
import { permissionsIn, scopesBy } from './scope-tables.js'
import type { JwtPreset, OneOrMore } from './preset.js'
import type { Permissions, Roles } from './scope-tables.js'

export interface ScalekitOptions extends Roles, Permissions {
  /** `acme.scalekit.dev`, or your own domain. */
  domain: string
  /** The id of the MCP server: `res_…`. It is the audience. */
  resource: string
  /** Further audiences, such as the URL of this server. */
  audience?: OneOrMore
}

/** Access tokens for one MCP server. The issuer is the environment, or the resource in it: Scalekit moves from one to the other, and both are taken. */
export function scalekit(options: ScalekitOptions): JwtPreset {
  checkPreset('scalekit', options, ['domain', 'resource', 'audience', 'roles', 'permissions'])
  const environment = `https://${hostOf('domain', options.domain, 'acme.scalekit.dev')}`
  const resource = wordOf('resource', options.resource, 'res_1234')
  return {
    name: 'scalekit',
    issuer: [environment, `${environment}/resources/${resource}`],
    jwksUri: `${environment}/keys`,
    audience: [resource, ...[options.audience ?? []].flat()],
    scopes: [...scopesBy(['roles', options.roles]), permissionsIn('permissions', options.permissions)],
    hints: { wrong_audience: 'Scalekit: the token is for another resource; "resource" is the id of the MCP server, res_…' },
  }
}
