/** Holds which options make a `GitHubProvider`. */
import { anyApp, GitHubProvider } from '../../src/index.js'
import { holds } from './given.js'
import type { Equal } from './given.js'

const gitHubApp = { clientId: 'Iv23liNotes', clientSecret: 'secret' }
new GitHubProvider({ app: gitHubApp })
new GitHubProvider({ app: [gitHubApp, gitHubApp], kinds: ['ghu_'], organizations: true })
new GitHubProvider({ app: anyApp, kinds: ['gho_', 'ghp_', 'github_pat_', 'ghs_'] })
holds<Equal<ReturnType<GitHubProvider['revokeToken']>, Promise<void>>>()
// @ts-expect-error TS2345 nobody says whose tokens
new GitHubProvider({ organizations: true })
// @ts-expect-error TS2322 any app is no word
new GitHubProvider({ app: 'any' })
// @ts-expect-error TS2322 an app without its secret
new GitHubProvider({ app: { clientId: 'Iv23liNotes' } })
// @ts-expect-error TS2345 no app vouches for personal tokens
new GitHubProvider({ app: gitHubApp, kinds: ['ghp_'] })
// @ts-expect-error TS2322 refresh tokens are for GitHub
new GitHubProvider({ app: anyApp, kinds: ['ghr_'] })
