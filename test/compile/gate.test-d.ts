/** Holds which options a gate takes. */
import { gate } from '../../src/index.js'
import { provider } from './given.js'

// @ts-expect-error TS2322 a wording that does not exist
gate(provider, { profile: 'nice' })
// @ts-expect-error TS2322 a way to name scopes that does not exist
gate(provider, { stepUp: 'all' })
