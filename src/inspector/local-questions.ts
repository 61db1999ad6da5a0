/** What can be asked on one's own machine, and never of a running server: about one token, and what a mapping makes of claims. */
import { inspectToken } from '../inspect/inspect-token.js'
import { ownProperty } from '../lib/own-property.js'
import { jsonIn } from './door.js'
import { json, problem } from './inspector-answers.js'
import { tryMapping } from './mapping.js'
import type { Answer } from '../answer.js'
import type { GateOptions } from '../gate/gate-options.js'
import type { BearerAuthProvider } from '../provider.js'
import type { InspectorParts } from './inspector.js'

/** Bytes: more than the longest token, and than its claims twice. */
const LONGEST_BODY = 262_144

/** `gate`: the options of the gate that a client would meet. */
export function localQuestions(provider: BearerAuthProvider, gate: GateOptions | undefined): NonNullable<InspectorParts['questions']> {
  return {
    async report({ body }) {
      const token = ownProperty(await jsonIn(body, LONGEST_BODY), 'token')
      if (typeof token !== 'string' || token.trim() === '') return problem(400, 'Paste a token first')
      return report(provider, token, gate)
    },
    async scopes({ body }) {
      const asked = await jsonIn(body, LONGEST_BODY)
      return mapped(ownProperty(asked, 'mapping'), ownProperty(asked, 'claims'))
    },
  }
}

/** Neither the token nor the words of a bug go anywhere: those may hold it. */
async function report(provider: BearerAuthProvider, token: string, gate: GateOptions | undefined): Promise<Answer> {
  try {
    return json(200, JSON.stringify(await inspectToken(provider, token, { gate })))
  } catch (error) {
    // The gate wraps what a provider throws. (D2)
    const bug = error instanceof Error && error.cause instanceof Error ? error.cause : error
    return problem(500, `The config has a bug (${bug instanceof Error ? bug.name : 'no error'} was thrown): ${ADVICE}`)
  }
}

const ADVICE = 'a provider must give a token, null, or throw AuthUnavailableError'

function mapped(mapping: unknown, claims: unknown): Answer {
  try {
    return json(200, JSON.stringify(tryMapping(mapping, claims)))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return problem(400, error.message)
  }
}
