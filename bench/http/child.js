/** A process of its own that answers one question after the other, as long as the benchmark lasts. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/**
 * Started with an order, which is its first question.
 *
 * @param {URL} file a module that calls `answerAll`
 * @param {object} order
 * @param {NodeJS.ProcessEnv} [env] beside that of this process
 * @param {string} [execPath] another Node
 */
export async function startChild(file, order, env = {}, execPath = process.execPath) {
  const child = fork(fileURLToPath(file), { env: { ...process.env, ...env }, execPath })
  /** @param {object} question @returns {Promise<any>} @throws Error when it ends without an answer, or says what went wrong. */
  async function ask(question) {
    const gone = new AbortController()
    const ended = once(child, 'exit', gone).then(([code]) => Promise.reject(new Error(`a process ended (exit ${code})`)))
    ended.catch(() => undefined) // called off
    child.send(question)
    const [{ answer, error }] = await Promise.race([once(child, 'message'), ended])
    gone.abort()
    if (error !== undefined) throw new Error(error)
    return answer
  }
  const first = await ask(order)
  return { first, ask, end: () => child.disconnect() }
}

/** @typedef {Awaited<ReturnType<typeof startChild>>} Child */

/**
 * In the child itself: what `start` makes of the order, and then what `answer` makes of each question.
 *
 * @template Order, Question, State
 * @param {(order: Order) => Promise<{ state: State, first: unknown }>} start
 * @param {(question: Question, state: State) => unknown} answer
 */
export function answerAll(start, answer) {
  /** @type {Promise<{ state: State, first: unknown }> | undefined} */
  let started
  process.once('disconnect', () => process.exit()) // it does not outlive the benchmark
  process.on('message', async (message) => {
    try {
      const isFirst = started === undefined
      const { state, first } = await (started ??= start(/** @type {Order} */ (message)))
      process.send?.({ answer: isFirst ? first : await answer(/** @type {Question} */ (message), state) })
    } catch (error) {
      process.send?.({ error: error instanceof Error ? error.stack : String(error) })
    }
  })
}
