/** Which scope of GitHub holds which others: as its documentation of OAuth scopes and its token settings nest them. */

/**
 * GitHub leaves out of a token what another scope of it holds already: who asks for `user` and `user:email` gets `user`.
 * Hand this to `implies`, or a token with `admin:org` has no `read:org` here. Complete: what is held is not looked up again.
 * `repo` holds the scopes of repository hooks too; `public_repo` does not, for it is good in public repositories only.
 */
export const githubScopeHierarchy: Readonly<Record<string, readonly string[]>> = Object.freeze({
  repo: ['repo:status', 'repo_deployment', 'public_repo', 'repo:invite', 'security_events', 'admin:repo_hook', 'write:repo_hook', 'read:repo_hook'],
  'admin:repo_hook': ['write:repo_hook', 'read:repo_hook'],
  'write:repo_hook': ['read:repo_hook'],
  'admin:org': ['write:org', 'read:org', 'manage_runners:org'],
  'write:org': ['read:org'],
  'admin:public_key': ['write:public_key', 'read:public_key'],
  'write:public_key': ['read:public_key'],
  'admin:gpg_key': ['write:gpg_key', 'read:gpg_key'],
  'write:gpg_key': ['read:gpg_key'],
  'admin:ssh_signing_key': ['write:ssh_signing_key', 'read:ssh_signing_key'],
  'write:ssh_signing_key': ['read:ssh_signing_key'],
  user: ['read:user', 'user:email', 'user:follow'],
  project: ['read:project'],
  'write:packages': ['read:packages'],
  'write:discussion': ['read:discussion'],
  'write:network_configurations': ['read:network_configurations'],
  codespace: ['codespace:secrets'],
  copilot: ['manage_billing:copilot'],
  audit_log: ['read:audit_log'],
  'admin:enterprise': ['manage_runners:enterprise', 'manage_billing:enterprise', 'read:enterprise', 'scim:enterprise'],
})
