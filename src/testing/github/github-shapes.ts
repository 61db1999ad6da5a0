/** What GitHub's answers look like, member by member, as its OpenAPI description says. */
import { sha256 } from '../../lib/digest.js'
import type { IssuedToken, StandInOrganization, StandInUser } from './github-world.js'

const API = 'https://api.github.com'
const WEB = 'https://github.com'
const LONG_AGO = '2011-09-06T17:26:27Z'

/** "Simple User". */
function simpleUser({ id, login }: StandInUser): object {
  return account(id, login, 'User')
}

/** The `user` of an authorization, which also has what is public of name and e-mail address. */
function namedUser(user: StandInUser): object {
  return { ...simpleUser(user), name: user.name ?? null, email: user.email ?? null }
}

/** "Private User": what a user sees of itself. */
export function privateUser(user: StandInUser): object {
  return {
    ...namedUser(user),
    ...{ company: null, blog: '', location: null, hireable: null, bio: null, twitter_username: null, notification_email: null },
    ...{ public_repos: 8, public_gists: 8, followers: 20, following: 0, created_at: '2011-01-25T18:44:36Z', updated_at: LONG_AGO },
    ...{ private_gists: 0, total_private_repos: 0, owned_private_repos: 0, disk_usage: 0, collaborators: 0, two_factor_authentication: true },
    plan: { name: 'free', space: 976562499, private_repos: 10000, collaborators: 0 },
  }
}

/** "Authorization". */
export function authorization({ token, app, user, scopes, permissions, expiresAt, kind }: IssuedToken): object {
  return {
    id: user.id,
    url: `${API}/authorizations/${user.id}`,
    app: { name: app?.name ?? 'Notes', url: 'https://notes.example.com', client_id: app?.clientId ?? '' },
    token,
    hashed_token: sha256(token),
    token_last_eight: token.slice(-8),
    ...{ note: null, note_url: null, fingerprint: null, created_at: LONG_AGO, updated_at: LONG_AGO },
    scopes,
    expires_at: expiresAt === undefined ? null : new Date(expiresAt * 1000).toISOString().replace('.000', ''),
    user: namedUser(user),
    ...(kind === 'ghu_' && { installation: installation(user, permissions) }),
  }
}

function installation(user: StandInUser, permissions: IssuedToken['permissions']): object {
  const about = { repository_selection: 'selected', single_file_name: null, has_multiple_single_files: false, single_file_paths: [] }
  return { ...about, permissions, repositories_url: `${API}/user/repos`, account: simpleUser(user) }
}

/** "Organization Simple". */
export function organization({ id, login }: StandInOrganization): Readonly<Record<string, unknown>> {
  const url = `${API}/orgs/${login}`
  return {
    ...{ login, id, node_id: nodeId('Organization', id), url, description: null, avatar_url: avatar(id) },
    ...{ repos_url: `${url}/repos`, events_url: `${url}/events`, hooks_url: `${url}/hooks`, issues_url: `${url}/issues` },
    ...{ members_url: `${url}/members{/member}`, public_members_url: `${url}/public_members{/member}` },
  }
}

/** "Full Team". */
export function team({ id, slug, organization: org }: NonNullable<StandInUser['teams']>[number]): object {
  const url = `${API}/organizations/${org.id}/team/${id}`
  return {
    ...{ id, node_id: nodeId('Team', id), url, html_url: `${WEB}/orgs/${org.login}/teams/${slug}`, name: slug, slug, description: null },
    ...{ privacy: 'closed', notification_setting: 'notifications_enabled', permission: 'pull', parent: null, type: 'organization' },
    ...{ members_url: `${url}/members{/member}`, repositories_url: `${url}/repos`, members_count: 3, repos_count: 10 },
    ...{ created_at: LONG_AGO, updated_at: LONG_AGO },
    organization: {
      ...organization(org),
      ...{ html_url: `${WEB}/${org.login}`, has_organization_projects: true, has_repository_projects: true, type: 'Organization' },
      ...{ public_repos: 2, public_gists: 0, followers: 0, following: 0, created_at: LONG_AGO, updated_at: LONG_AGO, archived_at: null },
    },
  }
}

/** "Repository". */
export function repository(owner: StandInUser, number: number): object {
  const name = `repository-${number}`
  const fullName = `${owner.login}/${name}`
  const url = `${API}/repos/${fullName}`
  return {
    ...{ id: number, node_id: nodeId('Repository', number), name, full_name: fullName, owner: simpleUser(owner), private: false, fork: false },
    ...{ html_url: `${WEB}/${fullName}`, url, description: null, homepage: null, language: null, license: null, mirror_url: null },
    ...Object.fromEntries(REPOSITORY_URLS.map(([member, path]) => [member, `${url}/${path}`])),
    ...{ git_url: `git:github.com/${fullName}.git`, ssh_url: `git@github.com:${fullName}.git` },
    ...{ clone_url: `${WEB}/${fullName}.git`, svn_url: `${WEB}/${fullName}` },
    ...{ forks_count: 0, stargazers_count: 0, watchers_count: 0, open_issues_count: 0, forks: 0, watchers: 0, open_issues: 0, size: 1 },
    ...{ has_issues: true, has_projects: true, has_wiki: true, has_pages: false, has_downloads: true, archived: false, disabled: false },
    ...{ default_branch: 'main', visibility: 'public', pushed_at: LONG_AGO, created_at: LONG_AGO, updated_at: LONG_AGO },
  }
}

const REPOSITORY_URLS: readonly (readonly [string, string])[] = [
  ...['assignees', 'branches', 'collaborators', 'comments', 'commits', 'contents', 'issues', 'keys', 'labels', 'milestones', 'pulls', 'releases'].map(
    (path) => [`${path}_url`, `${path}{/number}`] as const,
  ),
  ...['contributors', 'deployments', 'downloads', 'events', 'forks', 'hooks', 'languages', 'merges', 'notifications', 'stargazers'].map(
    (path) => [`${path}_url`, path] as const,
  ),
  ...['subscribers', 'subscription', 'tags', 'teams'].map((path) => [`${path}_url`, path] as const),
  ['archive_url', '{archive_format}{/ref}'],
  ['blobs_url', 'git/blobs{/sha}'],
  ['compare_url', 'compare/{base}...{head}'],
  ['git_commits_url', 'git/commits{/sha}'],
  ['git_refs_url', 'git/refs{/sha}'],
  ['git_tags_url', 'git/tags{/sha}'],
  ['issue_comment_url', 'issues/comments{/number}'],
  ['issue_events_url', 'issues/events{/number}'],
  ['statuses_url', 'statuses/{sha}'],
  ['trees_url', 'git/trees{/sha}'],
]

function account(id: number, login: string, type: 'User'): object {
  const url = `${API}/users/${login}`
  return {
    ...{ login, id, node_id: nodeId(type, id), avatar_url: avatar(id), gravatar_id: '', url, html_url: `${WEB}/${login}`, type, site_admin: false },
    ...{ followers_url: `${url}/followers`, following_url: `${url}/following{/other_user}`, gists_url: `${url}/gists{/gist_id}` },
    ...{ starred_url: `${url}/starred{/owner}{/repo}`, subscriptions_url: `${url}/subscriptions`, organizations_url: `${url}/orgs` },
    ...{ repos_url: `${url}/repos`, events_url: `${url}/events{/privacy}`, received_events_url: `${url}/received_events` },
  }
}

function nodeId(type: string, id: number): string {
  return btoa(`0${type.length}:${type}${id}`)
}

function avatar(id: number): string {
  return `https://avatars.githubusercontent.com/u/${id}?v=4`
}
