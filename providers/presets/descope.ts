/**
 * Descope. @see https://docs.descope.com/mcp (2026-11)
 * Issuer, keys and audience: https://docs.descope.com/mcp/gateways/integrations.
 */
import { checkPreset, wordOf } from './preset.js'
import { permissionsIn, scopesBy } from './scope-tables.js'
import type { Audience, JwtPreset } from './preset.js'
import type { Permissions, Roles } from './scope-tables.js'

export interface DescopeOptions extends Roles, Permissions {
  /** The id of the project: `P2abc…`. */
  project: string
  /** The id of the MCP server in the Agentic Identity Hub, where this is one: its tokens have an issuer of their own. */
  mcpServer?: string
  /** The id of the project, or the URL of this server, as the tokens write it. */
  audience: Audience
}

/**
 * Access tokens of Descope's OAuth apps and MCP servers. Scopes: `scope`, `permissions` by their names, `roles` by the table;
 * those of a tenant are in `tenants`, for a mapper of your own: `fromClaim('tenants.{dct}.roles', { … })`.
 * Not certain: which audience an MCP server's tokens have, and that keys are the project's for both.
 */
export function descope(options: DescopeOptions): JwtPreset {
  checkPreset('descope', options, ['project', 'mcpServer', 'audience', 'roles', 'permissions'])
  const { mcpServer, audience, roles, permissions } = options
  const project = wordOf('project', options.project, 'P2abcDEF')
  const apps = 'https://api.descope.com/v1/apps'
  return {
    name: 'descope',
    issuer: mcpServer === undefined ? `${apps}/${project}` : `${apps}/agentic/${project}/${wordOf('mcpServer', mcpServer, 'MS3abc')}`,
    jwksUri: `https://api.descope.com/${project}/.well-known/jwks.json`,
    audience,
    scopes: [...scopesBy(['roles', roles]), permissionsIn('permissions', permissions)],
    hints: {
      wrong_issuer: 'Descope: this is a session token, whose issuer is the project, or one of another app; tokens of an MCP server need "mcpServer"',
      wrong_audience: 'Descope: "audience" is the id of the project or the URL of the MCP server; look into a token',
    },
  }
}
