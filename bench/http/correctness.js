/** A server that lets in the bad, or keeps out the good, has no business in the tables. */
import { CALL, CALL_HEADERS, PATH } from './world.js'
/** @import { Candidate } from './servers/index.js' */

/** @typedef {{ workload: string, statuses: readonly number[], token: string, sessionId?: string }} Sample */

/**
 * Asks with each kind of token twice: what is remembered must be as right.
 *
 * @param {Candidate} candidate
 * @param {number} port
 * @param {readonly Sample[]} samples
 * @throws Error for a wrong answer.
 */
export async function assertAnswers({ name, role, sessions = false }, port, samples) {
  for (const { workload, statuses, token, sessionId } of [...samples, ...samples]) {
    const session = sessions && sessionId !== undefined ? { 'mcp-session-id': sessionId } : {}
    const { status, text } = await asked(port, { ...CALL_HEADERS, ...session, authorization: `Bearer ${token}` })
    const isRight = role === 'bare' ? status === 200 && text.includes('hello nobody') : isRightAnswer({ status, text }, statuses, token)
    if (!isRight) throw new Error(`${name} answers ${status} to a token (${workload}): ${text.slice(0, 200)}`)
  }
  if (role !== 'bare') await assertRefuses(name, port, {}, 401)
  if (sessions) await assertRefuses(name, port, { authorization: `Bearer ${samples[0]?.token}`, 'mcp-session-id': 'of.another' }, 404)
}

/** @param {string} name @param {number} port @param {Record<string, string>} headers @param {number} expected */
async function assertRefuses(name, port, headers, expected) {
  const { status } = await asked(port, { ...CALL_HEADERS, ...headers })
  if (status !== expected) throw new Error(`${name} answers ${status}, and not ${expected}, to ${Object.keys(headers).join(' and ') || 'no token'}`)
}

/** Whoever is let in is greeted by name. @param {{ status: number, text: string }} answer @param {readonly number[]} statuses @param {string} token */
function isRightAnswer({ status, text }, statuses, token) {
  if (status !== 200 || !statuses.includes(status)) return statuses.includes(status)
  const { sub } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  return text.includes(`hello ${sub}`)
}

/** @param {number} port @param {Record<string, string>} headers */
async function asked(port, headers) {
  const response = await fetch(`http://127.0.0.1:${port}${PATH}`, { method: 'POST', headers, body: CALL })
  return { status: response.status, text: await response.text() }
}
