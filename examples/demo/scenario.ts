/** One thing that a client tries, and what it must get. */
import type { Reply } from './mcp-client.js'
import type { World } from './world.js'

export interface Scenario {
  readonly tried: string
  /** To the letter; what is left out may be anything. */
  readonly expected: Partial<Reply>
  readonly run: (world: World) => Promise<Reply>
}
