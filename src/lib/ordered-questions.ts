/** Asks one question at a time about each key, and lets no answer replace that of a question which was asked later. */
import { isPending } from './awaitable.js'
import { mayShareBetweenRequests } from './runtime.js'
import type { Awaitable } from './awaitable.js'

export interface Question<V> {
  readonly key: string
  /** When it is asked, in seconds. */
  readonly now: number
  /** Seconds: the question that is joined must not have begun earlier. Undefined: any will do. */
  readonly maxAge: number | undefined
  readonly ask: () => Awaitable<V>
  /** Keeps the answer, and gives what counts. Not called for one that was overtaken. */
  readonly keep: (answer: V) => V
  readonly joined?: (() => void) | undefined
}

interface UnderWay<V> {
  readonly began: number
  readonly maxAge: number | undefined
  /** Undefined where one request must not wait for what another began. */
  answer: Promise<V> | undefined
  /** The answer of a question that was asked later and answered earlier. */
  overtakenBy: { readonly answer: V } | undefined
}

export class OrderedQuestions<V> {
  /** In the order in which they were asked. */
  readonly #underWay = new Map<string, UnderWay<V>[]>()

  /** What a question says that is under way and may be joined, or this one. */
  ask(question: Question<V>): Awaitable<V> {
    const other = this.#underWay.get(question.key)?.findLast((one) => mayJoin(one, question))
    if (other?.answer === undefined) return this.#begin(question)
    question.joined?.()
    return other.answer
  }

  isAsking(key: string): boolean {
    return this.#underWay.has(key)
  }

  #begin({ key, now, maxAge, ask, keep }: Question<V>): Awaitable<V> {
    const asked = ask()
    if (!isPending(asked)) return this.#conclude(key, undefined, asked, keep)
    const one: UnderWay<V> = { began: now, maxAge, answer: undefined, overtakenBy: undefined }
    const others = this.#underWay.get(key)
    if (others === undefined) this.#underWay.set(key, [one])
    else others.push(one)
    const answer = asked.then((value) => this.#conclude(key, one, value, keep)).finally(() => this.#end(key, one))
    if (mayShareBetweenRequests) one.answer = answer
    return answer
  }

  /** `one`: undefined for a question that was answered at once, which is later than all that are under way. */
  #conclude(key: string, one: UnderWay<V> | undefined, answer: V, keep: (answer: V) => V): V {
    if (one?.overtakenBy !== undefined) return one.overtakenBy.answer
    const kept = keep(answer)
    const others = this.#underWay.get(key)
    const earlier = one === undefined ? others : others?.slice(0, others.indexOf(one))
    earlier?.forEach((other) => (other.overtakenBy = { answer: kept }))
    return kept
  }

  #end(key: string, one: UnderWay<V>): void {
    const others = this.#underWay.get(key)?.filter((other) => other !== one) ?? []
    if (others.length === 0) this.#underWay.delete(key)
    else this.#underWay.set(key, others)
  }
}

// One for which any answer will do may be answered by what others heard before.
function mayJoin<V>({ began, maxAge }: UnderWay<V>, question: Question<V>): boolean {
  if (question.maxAge === undefined) return true
  return maxAge !== undefined && maxAge <= question.maxAge && question.maxAge > 0 && question.now - began <= question.maxAge
}
