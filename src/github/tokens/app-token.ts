/** Asks GitHub whether an application of ours got this token. One call, which also brings user, scopes and end. */
import { ownProperty } from '../../lib/own-property.js'
import { accept, reject } from '../../verdict.js'
import { messageIn, noAnswer, unreadable } from '../api/github-answer.js'
import { permissionsClaim, scopeClaim, userClaims } from './user-claims.js'
import type { Standing } from '../../lib/call-limit.js'
import type { Verdict } from '../../verdict.js'
import type { Budget, GitHubAnswer } from '../api/github-answer.js'
import type { AppCredentials } from '../api/apps.js'
import type { GitHubCalls } from '../api/github-calls.js'
import type { GitHubTokenKind } from './token-kinds.js'
import type { GitHubDeployment } from '../api/deployment.js'

/** The place that knows an application's tokens. */
function tokenUrl({ rest }: GitHubDeployment, { clientId }: AppCredentials): string {
  return `${rest}/applications/${encodeURIComponent(clientId)}/token`
}

export interface AskTools {
  readonly place: GitHubDeployment
  readonly calls: GitHubCalls
  readonly standing: Standing | undefined
  /** Told what is left of the application's calls. */
  readonly heed: (budget: Budget) => void
}

/** What GitHub says to one application about one token. @throws NoAnswerError */
export function askAs(app: AppCredentials, token: string, kind: GitHubTokenKind, { place, calls, standing, heed }: AskTools): Promise<Verdict> {
  const request = { method: 'POST', url: tokenUrl(place, app), body: { access_token: token }, standing } as const
  return calls.ask(request, app, (answer) => {
    if (answer.budget !== undefined) heed(answer.budget)
    if (answer.status === 200) return verdictOn(answer, app, kind, place)
    // The one way in which GitHub says no here. 401 and 403 are about our own credentials, and 422 about the request.
    if (isUnknown(answer)) return NOT_OURS
    throw noAnswer(answer)
  })
}

/** A 404 of GitHub's own, and not of whoever stands in between. */
function isUnknown({ status, json }: GitHubAnswer): boolean {
  return status === 404 && messageIn(json) === 'Not Found'
}

const NOT_OURS = reject('unknown_token', {
  claim: 'app',
  expected: undefined,
  actual: undefined,
  hint: 'GitHub knows no such token of this app: it is another app\u2019s, revoked, or expired',
})

function verdictOn(answer: GitHubAnswer, app: AppCredentials, kind: GitHubTokenKind, { issuer }: GitHubDeployment): Verdict {
  const { json } = answer
  const owner = ownProperty(ownProperty(json, 'app'), 'client_id')
  if (typeof owner !== 'string') throw unreadable(answer)
  // Belt and braces: the question named the application.
  if (owner !== app.clientId) return reject('wrong_audience', { claim: 'app', expected: app.clientId, actual: owner })
  const user = userClaims(ownProperty(json, 'user'))
  if (user === undefined) throw unreadable(answer)
  return accept({
    iss: issuer,
    ...user,
    client_id: app.clientId,
    app: app.clientId,
    token_kind: kind,
    ...scopeClaim(ownProperty(json, 'scopes')),
    ...permissionsClaim(ownProperty(ownProperty(json, 'installation'), 'permissions')),
    ...endOf(answer),
  })
}

function endOf(answer: GitHubAnswer): { readonly exp?: number } {
  const text = ownProperty(answer.json, 'expires_at')
  if (text === null || text === undefined) return {}
  const end = typeof text === 'string' ? Date.parse(text) / 1000 : Number.NaN
  if (!Number.isFinite(end)) throw unreadable(answer)
  return { exp: Math.floor(end) }
}

/** Ends a token at GitHub. True when it was this application's. @throws NoAnswerError */
export function endAs(app: AppCredentials, token: string, place: GitHubDeployment, calls: GitHubCalls): Promise<boolean> {
  const request = { method: 'DELETE', url: tokenUrl(place, app), body: { access_token: token } } as const
  return calls.ask(request, app, (answer) => {
    if (answer.status === 204) return true
    if (isUnknown(answer)) return false
    throw noAnswer(answer)
  })
}
