/** The enterprises of the user of a token. Only GitHub's GraphQL API tells. */
import { ownProperty } from '../../lib/own-property.js'
import { isBadToken, noAnswerToHolder, unreadable } from '../api/github-answer.js'
import type { GitHubAnswer } from '../api/github-answer.js'
import type { AskMembers, MembershipEntry } from './membership.js'

const QUERY = 'query { viewer { enterprises(first: 100) { nodes { databaseId slug } pageInfo { hasNextPage } } } }'

export const enterprisesOf: AskMembers = (token, { place, calls, tell }) => {
  const request = { method: 'POST', url: place.graphql, body: { query: QUERY } } as const
  return calls.ask(request, token, (answer) => {
    if (isBadToken(answer)) return null
    if (answer.status !== 200) throw noAnswerToHolder(answer)
    const errors = ownProperty(answer.json, 'errors')
    if (Array.isArray(errors) && errors.length > 0) {
      if (!errors.every(isNotAllowed)) throw unreadable(answer)
      tell({ what: 'not allowed', of: 'enterprises' })
      return []
    }
    const found = ['data', 'viewer', 'enterprises'].reduce<unknown>(ownProperty, answer.json)
    if (ownProperty(ownProperty(found, 'pageInfo'), 'hasNextPage') === true) tell({ what: 'too many', of: 'enterprises' })
    return membersIn(answer, ownProperty(found, 'nodes'))
  })
}

function isNotAllowed(error: unknown): boolean {
  const type = ownProperty(error, 'type')
  return type === 'INSUFFICIENT_SCOPES' || type === 'FORBIDDEN'
}

function membersIn(answer: GitHubAnswer, nodes: unknown): readonly MembershipEntry[] {
  if (!Array.isArray(nodes)) throw unreadable(answer)
  // By the schema any of them may be null, and its number too: those grant nothing.
  return nodes.flatMap((node) => {
    const id = ownProperty(node, 'databaseId')
    const slug = ownProperty(node, 'slug')
    return Number.isSafeInteger(id) && typeof slug === 'string' ? [{ id: String(id), slug }] : []
  })
}
