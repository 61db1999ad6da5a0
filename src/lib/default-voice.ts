/** Tells a developer of the first refusal of each kind where nobody observes: the cause of a 401 is not for the client. */
import { warn } from './warn.js'

interface Refused {
  readonly provider: string
  readonly reason: string
  readonly claim?: string | undefined
  readonly hint?: string | undefined
}

/** Kinds of refusals told of in the life of a process: tenants may have names of their own. */
const MAX_TOLD = 100

const told = new Set<string>()

/** True in development: `NODE_ENV` is neither `production` nor `test`, which is the switch for tests. */
export function speaksByDefault(): boolean {
  try {
    const environment = globalThis.process?.env?.NODE_ENV
    return environment !== 'production' && environment !== 'test'
  } catch {
    return false // Deno lets nobody read it who was not allowed to, and a refusal must stay one
  }
}

/** Tells of it by a process warning, once for each provider and reason, where `speaksByDefault`. */
export function speakOnce({ provider, reason, claim, hint }: Refused, verb: 'refused' | 'would have refused' = 'refused'): void {
  const id = `${provider} ${verb} ${reason}`
  if (told.has(id) || told.size >= MAX_TOLD || !speaksByDefault()) return
  told.add(id)
  const what = `${reason}${claim === undefined ? '' : ` (${claim})`}${hint === undefined ? '' : `: ${hint}`}`
  warn(`"${provider}" ${verb} a token: ${what}. This is told once; give observe: (event) => console.log(event) to hear of every one, and why`)
}

/** For tests: nothing was told yet. @public */
export function forgetTold(): void {
  told.clear()
}
