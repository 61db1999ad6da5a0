/** This file lists what a preset can be told in the command: its options that are words. Tables of roles belong into a config module. */

/** By the names of the presets, each written with hyphens on the command line: `--user-pool`. */
export const PRESET_OPTIONS = [
  ...['url', 'realm', 'domain', 'tenant', 'audience', 'clients', 'client'],
  ...['admin', 'application', 'applications', 'bundleUrl', 'cloud', 'domains', 'enterprise', 'environment', 'eventName', 'issuerType'],
  ...['jobWorkflowRef', 'loadBalancer', 'mcpServer', 'namespaceId', 'policies', 'project', 'projectId', 'ref', 'region', 'repositoryId'],
  ...['repositoryOwnerId', 'rolesClaim', 'server', 'serviceAccounts', 'signingKeyOf', 'subdomain', 'subjects', 'team', 'tenants', 'trustDomain'],
  ...['userPool', 'version'],
] as const

/** Those that help shows; all are in docs/presets.md. */
export const SHOWN: ReadonlySet<string> = new Set(['url', 'realm', 'domain', 'tenant', 'audience', 'clients'])

export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
