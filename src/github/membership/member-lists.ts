/** The organizations and teams of the user of a token, as far as the token may see them. */
import { ownProperty } from '../../lib/own-property.js'
import { isBadToken, messageIn, noAnswerToHolder, unreadable } from '../api/github-answer.js'
import { idOf } from '../tokens/user-claims.js'
import type { GitHubAnswer } from '../api/github-answer.js'
import type { AskMembers, MembershipEntry, Membership, MembershipTools } from './membership.js'

export const organizationsOf: AskMembers = (token, tools) => listed('organizations', token, tools)

export const teamsOf: AskMembers = (token, tools) => listed('teams', token, tools)

const PATHS = { organizations: '/user/orgs', teams: '/user/teams' } as const
const READ = { organizations: organizationIn, teams: teamIn } as const

const PER_PAGE = 100
const MOST_PAGES = 10
/** A hundred teams with all that GitHub says about them. */
const SIZE = { bytes: 1024 * 1024, members: 20_000 }

async function listed(of: keyof typeof PATHS, token: string, { place, gets, tell }: MembershipTools): Promise<readonly MembershipEntry[] | null> {
  const members: MembershipEntry[] = []
  // By number: where a header says that the next page is, a token is not sent.
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const url = `${place.rest}${PATHS[of]}?per_page=${PER_PAGE}&page=${page}`
    const found = (answer: GitHubAnswer): Page => ({ members: membersIn(answer, READ[of]), hasNext: /\brel="next"/.test(answer.headers.get('link') ?? '') })
    const got = await gets.get(url, token, { found, otherwise: (answer) => refusal(answer, of, tell), size: SIZE })
    if (got === 'bad token') return null
    if (got === 'nothing to see') return members
    if (/^partial-results\b/.test(got.headers.get(SSO) ?? '')) tell({ what: 'sso', of, partial: true })
    members.push(...got.value.members)
    if (!got.value.hasNext) return members
  }
  tell({ what: 'too many', of })
  return members
}

interface Page {
  readonly members: readonly MembershipEntry[]
  readonly hasNext: boolean
}

const SSO = 'x-github-sso'

/** A token that may not see its memberships is a good token, and has none. @throws NoAnswerError */
function refusal(answer: GitHubAnswer, of: Membership, tell: MembershipTools['tell']): 'bad token' | 'nothing to see' {
  const { status, headers, json } = answer
  if (isBadToken(answer)) return 'bad token'
  if ((status !== 403 && status !== 404) || messageIn(json) === undefined) throw noAnswerToHolder(answer)
  if (headers.get(SSO) !== null) tell({ what: 'sso', of, partial: false })
  else tell({ what: 'not allowed', of })
  return 'nothing to see'
}

function membersIn(answer: GitHubAnswer, read: (item: unknown) => MembershipEntry | undefined): readonly MembershipEntry[] {
  const { json } = answer
  if (!Array.isArray(json)) throw unreadable(answer)
  return json.map((item) => {
    const member = read(item)
    if (member === undefined) throw unreadable(answer)
    return member
  })
}

function organizationIn(item: unknown): MembershipEntry | undefined {
  const id = idOf(item)
  const login = ownProperty(item, 'login')
  return id !== undefined && typeof login === 'string' ? { id, login } : undefined
}

/** A team by its number, and by the name that people write: `acme/admins`. */
function teamIn(item: unknown): MembershipEntry | undefined {
  const id = idOf(item)
  const slug = ownProperty(item, 'slug')
  const organization = organizationIn(ownProperty(item, 'organization'))
  if (id === undefined || typeof slug !== 'string' || organization === undefined) return undefined
  return { id, name: `${organization.login}/${slug}`, organization_id: organization.id }
}
