/** Stand-ins for tests: `bearer-auth-providers/testing`. */
export { GitHubStandIn } from './github/github-stand-in.js'

export type { GitHubFault } from './github/github-guard.js'
export type { GitHubServer, GitHubStandInOptions, MswHttp, StandInCall } from './github/github-stand-in.js'
export type { Issue, StandInApp, StandInOrganization, StandInUser } from './github/github-world.js'
