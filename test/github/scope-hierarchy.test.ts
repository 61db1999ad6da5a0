/** The table of GitHub's scopes is whole: what holds something holds all that it holds, and the documented nesting is there. */
import { expect, test } from 'vitest'
import { githubScopeHierarchy } from '../../src/index.js'
import { gitHub } from './github-kit.js'

const entries = Object.entries(githubScopeHierarchy)

test('whoever holds a scope holds what that scope holds', () => {
  const missing = entries.flatMap(([scope, held]) =>
    held.flatMap((one) => (githubScopeHierarchy[one] ?? []).filter((inner) => !held.includes(inner)).map((inner) => `${scope} → ${inner}`)),
  )
  expect(missing).toEqual([])
})

test('nothing holds itself, in however many steps', () => {
  expect(entries.filter(([scope, held]) => held.includes(scope))).toEqual([])
})

test('administration holds writing, and writing holds reading, wherever GitHub has the three', () => {
  const known = new Set(entries.flatMap(([scope, held]) => [scope, ...held]))
  for (const scope of known) {
    const [, level, of] = /^(admin|write):(.+)$/.exec(scope) ?? []
    for (const lower of level === 'admin' ? ['write', 'read'] : level === 'write' ? ['read'] : []) {
      if (known.has(`${lower}:${of}`)) expect(githubScopeHierarchy[scope], scope).toContain(`${lower}:${of}`)
    }
  }
})

// "Scopes for OAuth apps", the table of available scopes: what is indented there below a scope.
test.each([
  ['repo', ['repo:status', 'repo_deployment', 'public_repo', 'repo:invite', 'security_events']],
  ['admin:repo_hook', ['write:repo_hook', 'read:repo_hook']],
  ['admin:org', ['write:org', 'read:org']],
  ['admin:public_key', ['write:public_key', 'read:public_key']],
  ['user', ['read:user', 'user:email', 'user:follow']],
  ['project', ['read:project']],
  ['admin:gpg_key', ['write:gpg_key', 'read:gpg_key']],
  ['admin:enterprise', ['manage_runners:enterprise', 'manage_billing:enterprise', 'read:enterprise']],
])('%s holds what the documentation puts below it', (scope, below) => {
  expect(githubScopeHierarchy[scope]).toEqual(expect.arrayContaining(below))
})

test('what stands alone in the documentation holds nothing', () => {
  for (const scope of ['gist', 'notifications', 'workflow', 'delete_repo', 'delete:packages', 'admin:org_hook', 'public_repo', 'site_admin']) expect(githubScopeHierarchy[scope]).toBeUndefined()
})

test('is what a provider takes as "implies"', async () => {
  const { github, provider } = gitHub({ implies: githubScopeHierarchy, expandScopes: true })
  const token = await provider.verifyToken(github.issue({ scopes: ['admin:org', 'user'] }))
  expect(token?.scopes).toEqual(expect.arrayContaining(['admin:org', 'write:org', 'read:org', 'read:user', 'user:email']))
  expect(token?.scopes).not.toContain('repo')
})
