/** This file lets pages on other origins read our answers: constant texts that hold nothing of anybody's. */
import type { AuthContext } from '../context.js'
import type { Answer } from '../answer.js'

/** The headers that the app has set already: a response of Node's, or what stands for one. */
export interface HeadersSet {
  getHeader(name: string): unknown
}

export const NONE_SET: HeadersSet = { getHeader: () => undefined }

const ALLOW = 'Access-Control-Allow-Origin'
const EXPOSE = 'Access-Control-Expose-Headers'

/**
 * The headers to set on an answer of ours, beside those that the app has set already: its own `Allow-Origin` stays, its
 * list of exposed headers grows. The answer to a preflight gets none of these: it would be a permission.
 */
export function readableAcrossOrigins({ headers, grantsNothing }: Answer, alreadySet: HeadersSet): Readonly<Record<string, string>> {
  if (grantsNothing === true) return headers
  const allowed = alreadySet.getHeader(ALLOW) ? headers : { ...headers, [ALLOW]: '*' }
  const before = alreadySet.getHeader(EXPOSE)
  if (!before) return allowed
  // Each once: an answer that was thrown comes here with the app's own already.
  const exposed = [...new Set([before, headers[EXPOSE]].filter(Boolean).flatMap((list) => String(list).split(/, */)))].join(', ')
  return { ...allowed, ...(exposed !== '' && { [EXPOSE]: exposed }) }
}

/**
 * Headers of the gate's for an answer that is not its own: beside the list of exposed headers that the app has set already,
 * and without leave for pages on other origins, which is the app's to give.
 */
export function besideOthers(headers: Readonly<Record<string, string>>, alreadySet: HeadersSet): Readonly<Record<string, string>> {
  const exposed = [alreadySet.getHeader(EXPOSE), headers[EXPOSE]].filter(Boolean).join(', ')
  return { ...headers, ...(exposed !== '' && { [EXPOSE]: exposed }) }
}

/** The context for a server that itself sends what `requireAuth()` throws: those answers can be read there too. */
export function readableWhenThrown(context: AuthContext, alreadySet: HeadersSet): AuthContext {
  const { answers } = context
  if (answers === undefined) return context
  const readable = new ReadableAnswers(answers, alreadySet)
  return context.answeringBy?.(readable) ?? { ...context, answers: readable }
}

type Answers = NonNullable<AuthContext['answers']>

/** Made for every request, and asked by few. */
class ReadableAnswers implements Answers {
  readonly #answers: Answers
  readonly #alreadySet: HeadersSet

  constructor(answers: Answers, alreadySet: HeadersSet) {
    this.#answers = answers
    this.#alreadySet = alreadySet
  }

  unauthenticated(scopes?: readonly string[]): Answer {
    return this.#readable(this.#answers.unauthenticated(scopes))
  }

  invalidToken(): Answer {
    return this.#readable(this.#answers.invalidToken())
  }

  insufficientScope(...denied: Parameters<Answers['insufficientScope']>): Answer {
    return this.#readable(this.#answers.insufficientScope(...denied))
  }

  insufficientUserAuthentication(...denied: Parameters<Answers['insufficientUserAuthentication']>): Answer {
    return this.#readable(this.#answers.insufficientUserAuthentication(...denied))
  }

  unavailable(...why: Parameters<Answers['unavailable']>): Answer {
    return this.#readable(this.#answers.unavailable(...why))
  }

  #readable(answer: Answer): Answer {
    return { ...answer, headers: readableAcrossOrigins(answer, this.#alreadySet) }
  }
}
