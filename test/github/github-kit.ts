/** A provider in front of a stand-in of GitHub, both with a clock of the test's. */
import { inspect } from 'node:util'
import { isUnavailable } from '../../src/errors.js'
import { GitHubProvider } from '../../src/index.js'
import { GitHubStandIn } from '../../src/testing/index.js'
import { clock } from '../oauth-kit.js'
import { recorder } from '../recorder.js'
import type { AccessToken, GitHubProviderOptions } from '../../src/index.js'
import type { GitHubStandInOptions } from '../../src/testing/index.js'

export const APP = { clientId: 'Iv23liNotes', clientSecret: 'the-secret-of-notes' }
export const OTHER_APP = { clientId: 'Ov23liOther', clientSecret: 'the-secret-of-others' }

interface Silence {
  readonly retryAfter: number | undefined
  readonly fault: string
  readonly tooManyRequests?: true
  readonly overloaded?: true
}

export function gitHub(options: Partial<GitHubProviderOptions> = {}, standIn: Partial<GitHubStandInOptions> = {}) {
  const time = clock()
  const github = new GitHubStandIn({ apps: [APP, OTHER_APP], now: time.now, ...standIn })
  const { events, observe, told } = recorder()
  const provider = new GitHubProvider({
    ...{ app: APP, fetch: github.fetch, now: time.now, observe, cache: false },
    ...options,
  } as GitHubProviderOptions)
  const ask = async (token: string): Promise<AccessToken | 'no' | Silence> => {
    try {
      return (await provider.verifyToken(token)) ?? 'no'
    } catch (error) {
      if (!isUnavailable(error)) throw error
      const said = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(events)
      for (const secret of [token, APP.clientSecret, OTHER_APP.clientSecret, btoa(`${APP.clientId}:${APP.clientSecret}`)]) {
        if (said.includes(secret)) throw new Error('a secret was told', { cause: error })
      }
      return {
        retryAfter: error.retryAfter,
        fault: (error as { fault?: string }).fault ?? '',
        ...(error.tooManyRequests && { tooManyRequests: true as const }),
        ...(error.overloaded && { overloaded: true as const }),
      }
    }
  }
  /** In one word. */
  const outcome = async (token: string): Promise<'yes' | 'no' | 'unavailable'> => {
    const answer = await ask(token)
    if (answer === 'no') return 'no'
    return 'fault' in answer ? 'unavailable' : 'yes'
  }
  return { github, provider, time, events, ask, outcome, told }
}

/** What a stand-in was asked, each as `GET /user 200`. */
export function asked({ calls }: GitHubStandIn): readonly string[] {
  return calls.map(({ method, path, status }) => `${method} ${path} ${status}`)
}
