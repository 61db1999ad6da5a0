/** An answer of GitHub's API that came through: a yes, a no, or why not. */
import { ownProperty } from '../../lib/own-property.js'
import { faultOf, NoAnswerError } from '../../upstream/no-answer.js'
import type { FetchAnswer } from '../../lib/net/bounded-fetch.js'

export interface GitHubAnswer {
  readonly host: string
  readonly status: number
  readonly headers: FetchAnswer['headers']
  /** Undefined where there is none. */
  readonly json: unknown
  /** Undefined where nothing is said about it, as on servers without limits. */
  readonly budget: Budget | undefined
}

/** What is left of the calls of an hour. */
export interface Budget {
  /** Which of GitHub's budgets, such as `core`. */
  readonly resource: string
  readonly limit: number
  readonly remaining: number
  /** Seconds until there are new ones. */
  readonly resetsIn: number
}

/** What GitHub says in words where it does not do what it was asked. */
export function messageIn(json: unknown): string | undefined {
  const message = ownProperty(json, 'message')
  return typeof message === 'string' ? message : undefined
}

/** A 401 of GitHub's own: a proxy in between that asks for a password says nothing about the token. */
export function isBadToken({ status, json }: GitHubAnswer): boolean {
  return status === 401 && messageIn(json) === 'Bad credentials'
}

/** What is no answer about the token, to a question of ours. */
export function noAnswer({ host, status }: GitHubAnswer): NoAnswerError {
  return new NoAnswerError(faultOf(status), `${host} answered ${status}`)
}

/** The same, to a question in the name of the token's holder: no credentials of ours were refused. */
export function noAnswerToHolder(answer: GitHubAnswer): NoAnswerError {
  return answer.status === 401 ? new NoAnswerError('status', `${answer.host} answered 401`) : noAnswer(answer)
}

/** What GitHub's own description of its API does not have. */
export function unreadable({ host }: GitHubAnswer): NoAnswerError {
  return new NoAnswerError('unreadable', `the answer of ${host} is not what its description says`)
}
