/** What is public of the inspector: `bearer-auth-providers/inspector`. */

export { inspector } from './inspector.js'
export { oneTimeLink } from './one-time-link.js'
export type { OneTimeLink } from './one-time-link.js'
export type { Inspector } from './inspector.js'
export type { InspectorOptions } from './inspector-options.js'
