/** GitHub Actions. @see https://docs.github.com/actions/reference/security/oidc (2026-11) */
import { pins } from './pin.js'
import { checkPreset, wordOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, JwtPreset, OneOrMore } from './preset.js'
import type { Subjects } from './scope-tables.js'

export type GitHubActionsOptions = Subjects & {
  /** What the workflow asks a token for: the URL of this server. */
  audience: Audience
  /** The slug of an enterprise with an issuer of its own. */
  enterprise?: string
  /** `refs/heads/main`, … */
  ref?: OneOrMore
  environment?: OneOrMore
  /** `octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main`, … */
  jobWorkflowRef?: OneOrMore
  /** `push`, `workflow_dispatch`, …: without, a workflow for pull requests is taken as well. */
  eventName?: OneOrMore
} & (
    | { /** Ids of owners: every workflow of every repository can have a token for any audience. */ repositoryOwnerId: OneOrMore; repositoryId?: OneOrMore }
    | { /** Ids of repositories. */ repositoryId: OneOrMore; repositoryOwnerId?: OneOrMore }
  )

/**
 * ID tokens of workflows, of certain owners or repositories: by number, as names can be given to others. They have no scopes:
 * `subjects` gives some. The subject of repositories that were made or renamed since July 2026 has numbers in it,
 * `repo:octo-org@65/octo-repo@74:ref:refs/heads/main`; that of older ones has names alone.
 */
export function githubActions(options: GitHubActionsOptions): JwtPreset {
  checkPreset('githubActions', options, ['audience', 'enterprise', 'ref', 'environment', 'jobWorkflowRef', 'eventName', 'repositoryOwnerId', 'repositoryId', 'subjects'])
  const { audience, enterprise, ref, environment, jobWorkflowRef, eventName, repositoryOwnerId, repositoryId, subjects } = options
  if (repositoryOwnerId === undefined && repositoryId === undefined) {
    throw new TypeError('"repositoryOwnerId" or "repositoryId" must say whose workflows are taken: any workflow can have a token for any audience')
  }
  const issuer = 'https://token.actions.githubusercontent.com'
  return {
    name: 'github-actions',
    issuer: enterprise === undefined ? issuer : `${issuer}/${wordOf('enterprise', enterprise, 'octo-enterprise')}`,
    audience,
    scopes: scopesBy(['sub', subjects]),
    rules: pins(
      { repository_owner_id: repositoryOwnerId, repository_id: repositoryId, ref, environment, job_workflow_ref: jobWorkflowRef, event_name: eventName },
      'GitHub Actions: the workflow is of another owner, repository, reference or environment than the ones that are taken; owners and repositories by their numbers',
    ),
    hints: { wrong_audience: 'GitHub Actions: the workflow must ask for this audience: core.getIDToken(audience); the default is the URL of the owner' },
  }
}
