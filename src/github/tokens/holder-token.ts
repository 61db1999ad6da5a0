/** Asks GitHub who the holder of a token is. Proves nothing about whose application got it. */
import { ownProperty } from '../../lib/own-property.js'
import { accept, reject } from '../../verdict.js'
import { isBadToken, noAnswerToHolder, unreadable } from '../api/github-answer.js'
import { idOf, scopeClaim, userClaims } from './user-claims.js'
import type { FetchAnswer } from '../../lib/net/bounded-fetch.js'
import type { Claims } from '../../access-token.js'
import type { Rejected, Verdict } from '../../verdict.js'
import type { GitHubAnswer } from '../api/github-answer.js'
import type { ConditionalGets } from '../api/conditional-gets.js'
import type { GitHubTokenKind } from './token-kinds.js'
import type { GitHubDeployment } from '../api/deployment.js'

/** What the holder of a token may see of itself. @throws NoAnswerError */
export function askAsHolder(token: string, kind: GitHubTokenKind, place: GitHubDeployment, gets: ConditionalGets): Promise<Verdict> {
  return kind === 'ghs_' ? askInstallation(token, place, gets) : askUser(token, kind, place, gets)
}

async function askUser(token: string, kind: GitHubTokenKind, { rest, issuer }: GitHubDeployment, gets: ConditionalGets): Promise<Verdict> {
  const url = `${rest}/user`
  const ask = () =>
    gets.get(url, token, {
      found: (answer) => ({ user: known(answer, userClaims(answer.json)), hasScopes: answer.headers.get(SCOPES) !== null }),
      otherwise: refused,
    })
  let got = await ask()
  // Scopes can be taken back from a token: those of before are not believed.
  if ('value' in got && got.value.hasScopes && got.headers.get(SCOPES) === null) {
    gets.forget(url, token)
    got = await ask()
  }
  if (!('value' in got)) return got
  const client = got.headers.get('x-oauth-client-id')
  return accept({
    iss: issuer,
    ...got.value.user,
    ...(client !== null && client !== '' && { client_id: client, app: client }),
    token_kind: kind,
    ...scopeClaim(scopesIn(got.headers)),
    ...endIn(got.headers),
  })
}

/** An installation has no user: it is named by the account that it is on, and must not be taken for that. */
async function askInstallation(token: string, { rest, issuer }: GitHubDeployment, gets: ConditionalGets): Promise<Verdict> {
  const url = `${rest}/installation/repositories?per_page=1`
  const got = await gets.get(url, token, { found: (answer) => ({ owner: known(answer, ownerOf(answer.json)) }), otherwise: refused })
  if (!('value' in got)) return got
  const { sub, login } = got.value.owner
  if (sub === undefined) return reject('missing_claim', { claim: 'sub', expected: 'a repository', actual: undefined, hint: NO_REPOSITORY })
  return accept({ iss: issuer, sub: `installation:${sub}`, login, token_kind: 'ghs_', ...endIn(got.headers) })
}

const NO_REPOSITORY = 'the installation has no repository, and so nothing says whose it is'

/** An empty object where there is no repository; undefined for what is no answer. */
function ownerOf(json: unknown): Claims | undefined {
  const repositories = ownProperty(json, 'repositories')
  if (!Array.isArray(repositories)) return undefined
  if (repositories.length === 0) return {}
  const owner = ownProperty(repositories[0], 'owner')
  const login = ownProperty(owner, 'login')
  const sub = idOf(owner)
  return sub === undefined || typeof login !== 'string' ? undefined : { sub, login }
}

function known(answer: GitHubAnswer, claims: Claims | undefined): Claims {
  if (claims === undefined) throw unreadable(answer)
  return claims
}

function refused(answer: GitHubAnswer): Rejected {
  if (isBadToken(answer)) return reject('unknown_token')
  throw noAnswerToHolder(answer)
}

const SCOPES = 'x-oauth-scopes'

/** `a, b, c`: absent for tokens that have permissions instead. */
function scopesIn(headers: FetchAnswer['headers']): readonly string[] | undefined {
  return headers.get(SCOPES)?.split(',').map((scope) => scope.trim())
}

/** `2026-01-31 10:20:30 UTC` or `… +0200`, as far as it can be read: GitHub itself refuses what has ended. */
function endIn(headers: FetchAnswer['headers']): { readonly exp?: number } {
  const text = headers.get('github-authentication-token-expiration') ?? ''
  const [, date, time, sign, hours, minutes] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:UTC|([+-])(\d\d)(\d\d))$/.exec(text) ?? []
  const end = Date.parse(`${date}T${time}${sign === undefined ? 'Z' : `${sign}${hours}:${minutes}`}`) / 1000
  return Number.isFinite(end) ? { exp: end } : {}
}
