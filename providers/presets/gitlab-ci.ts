/** GitLab CI jobs. @see https://docs.gitlab.com/ci/secrets/id_token_authentication/ (2026-11) */
import { pins } from './pin.js'
import { baseOf, checkPreset } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { Audience, JwtPreset, OneOrMore } from './preset.js'
import type { Subjects } from './scope-tables.js'

export type GitlabCiOptions = Subjects & {
  /** Your own GitLab. Default `https://gitlab.com`. */
  url?: string
  /** `aud` of the `id_tokens` in the job: the URL of this server. */
  audience: Audience
  /** The references that are taken, such as `main`, and whether they must be protected (`'true'`). */
  ref?: OneOrMore
  refProtected?: 'true'
  environment?: OneOrMore
} & (
    | { /** Ids of projects: every job of every project can have a token for any audience. */ projectId: OneOrMore; namespaceId?: OneOrMore }
    | { /** Ids of groups. */ namespaceId: OneOrMore; projectId?: OneOrMore }
  )

/** ID tokens of jobs, of certain projects or groups: by number, as names can be given to others. They have no scopes: `subjects` gives some. */
export function gitlabCi(options: GitlabCiOptions): JwtPreset {
  checkPreset('gitlabCi', options, ['url', 'audience', 'ref', 'refProtected', 'environment', 'projectId', 'namespaceId', 'subjects'])
  const { url = 'https://gitlab.com', audience, ref, refProtected, environment, projectId, namespaceId, subjects } = options
  if (projectId === undefined && namespaceId === undefined) throw new TypeError('"projectId" or "namespaceId" must say whose jobs are taken: any job can have a token for any audience')
  return {
    name: 'gitlab-ci',
    issuer: baseOf('url', url, 'https://gitlab.example.com'),
    audience,
    scopes: scopesBy(['sub', subjects]),
    rules: pins(
      { project_id: projectId, namespace_id: namespaceId, ref, ref_protected: refProtected, environment },
      'GitLab CI: the job is of another project, group, reference or environment than the ones that are taken',
    ),
    hints: { wrong_audience: 'GitLab CI: "aud" under id_tokens of the job must be this audience; CI_JOB_JWT has another' },
  }
}
