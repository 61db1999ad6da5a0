/** A provider in front of a stand-in of GitHub, both with a clock of the test's. */
import { inspect } from 'node:util'
import { isUnavailable } from '../../src/errors.js'
import { GitHubProvider } from '../../src/index.js'
import { GitHubStandIn } from '../../src/testing/index.js'
import { clock } from '../oauth-kit.js'
import type { AccessToken, AuthEvent, GitHubProviderOptions } from '../../src/index.js'
import type { GitHubStandInOptions } from '../../src/testing/index.js'

export const APP = { clientId: 'Iv23liNotes', clientSecret: 'the-secret-of-notes' }
export const OTHER_APP = { clientId: 'Ov23liOther', clientSecret: 'the-secret-of-others' }

export type EventOf<T extends AuthEvent['type']> = Extract<AuthEvent, { type: T }>

export function gitHub(options: Partial<GitHubProviderOptions> = {}, standIn: Partial<GitHubStandInOptions> = {}) {
  const time = clock()
  const github = new GitHubStandIn({ apps: [APP, OTHER_APP], now: time.now, ...standIn })
  const events: AuthEvent[] = []
  const provider = new GitHubProvider({
    ...{ app: APP, fetch: github.fetch, now: time.now, observe: (event: AuthEvent) => events.push(event), cache: false },
    ...options,
  } as GitHubProviderOptions)
  const ask = async (token: string): Promise<AccessToken | 'no' | { retryAfter: number | undefined; fault: string; tooManyRequests?: true; overloaded?: true }> => {
    try {
      return (await provider.verifyToken(token)) ?? 'no'
    } catch (error) {
      if (!isUnavailable(error)) throw error
      const told = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(events)
      for (const secret of [token, APP.clientSecret, OTHER_APP.clientSecret, btoa(`${APP.clientId}:${APP.clientSecret}`)]) {
        if (told.includes(secret)) throw new Error('a secret was told')
      }
      return { retryAfter: error.retryAfter, fault: (error as { fault?: string }).fault ?? '', ...(error.tooManyRequests && { tooManyRequests: true as const }), ...(error.overloaded && { overloaded: true as const }) }
    }
  }
  /** In one word. */
  const outcome = async (token: string): Promise<'yes' | 'no' | 'unavailable'> => {
    const answer = await ask(token)
    if (answer === 'no') return 'no'
    return 'fault' in answer ? 'unavailable' : 'yes'
  }
  const told = <T extends AuthEvent['type']>(type: T): EventOf<T>[] => events.filter((event): event is EventOf<T> => event.type === type)
  return { github, provider, time, events, ask, outcome, told }
}

/** What a stand-in was asked, each as `GET /user 200`. */
export function asked({ calls }: GitHubStandIn): readonly string[] {
  return calls.map(({ method, path, status }) => `${method} ${path} ${status}`)
}
