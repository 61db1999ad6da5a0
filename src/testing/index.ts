/** Stand-ins for tests: `bearer-auth-providers/testing`. */
export { GitHubStandIn } from './github-stand-in.js'

export type { GitHubFault } from './github-guard.js'
export type { GitHubServer } from './github-server.js'
export type { GitHubStandInOptions, MswHttp, StandInCall } from './github-stand-in.js'
export type { Issue, StandInApp, StandInOrganization, StandInUser } from './github-world.js'
