/** Which organizations, teams and enterprises the user of a token belongs to, as claims. */
import { enterprisesOf } from './enterprises.js'
import { organizationsOf, teamsOf } from './member-lists.js'
import type { Claims } from '../../access-token.js'
import type { AskMembers, Membership, MembershipTools } from './membership.js'

const ASK = { organizations: organizationsOf, teams: teamsOf, enterprises: enterprisesOf } as const satisfies Record<Membership, AskMembers>

/** A claim for each that is wanted; null for a token that is no longer good. @throws NoAnswerError */
export async function membershipsOf(token: string, wanted: readonly Membership[], tools: MembershipTools): Promise<Claims | null> {
  const found = await Promise.all(wanted.map(async (of) => [of, await ASK[of](token, tools)] as const))
  return found.some(([, members]) => members === null) ? null : Object.fromEntries(found)
}
