/** Shows what came of each attempt as a table, and names those that came out otherwise than they must. */
import { inspect, isDeepStrictEqual, styleText } from 'node:util'
import Table from 'cli-table3'
import type { Reply } from './mcp-client.js'
import type { Scenario } from './scenario.js'
import type { Stretch } from './watch.js'

export interface Attempt extends Scenario {
  readonly reply: Reply
}

export function tableOf(attempts: readonly Attempt[]): string {
  const titles = ['what was tried', 'HTTP', 'what came back'].map((title) => styleText('bold', title))
  const table = new Table({ head: titles, chars: LINES, style: STYLE })
  table.push(...attempts.map(rowOf))
  return table.toString().replace(/ +$/gm, '')
}

/** The requests by which a client found its way in, for every attempt that expects a certain way. */
export function waysOf(attempts: readonly Attempt[]): string {
  return attempts
    .filter(({ expected }) => expected.way !== undefined)
    .map(({ tried, reply }) => [` The way of ${tried}:`, ...(reply.way ?? []).map(linesOf)].join('\n'))
    .join('\n\n')
}

function linesOf([party, ...steps]: Stretch): string {
  const lines: string[] = []
  for (const step of steps) {
    const longer = [...lines.slice(-1), step].join(' \u00B7 ')
    if (lines.length > 0 && longer.length <= WIDTH) lines.splice(-1, 1, longer)
    else lines.push(step)
  }
  return lines.map((line, index) => `   ${(index === 0 ? party : '').padEnd(9)}${line}`).join('\n')
}

/** Of the steps in a line. */
const WIDTH = 76

/** What the server wrote down, and the client was not told, for every attempt that expects something there. */
export function logsOf(attempts: readonly Attempt[]): string {
  return attempts
    .filter(({ expected }) => expected.log !== undefined)
    .map(({ tried, reply }) => [` The server\u2019s log about ${tried}:`, ...(reply.log ?? []).map((line) => `   ${line}`)].join('\n'))
    .join('\n\n')
}

/** One line for each attempt that came out otherwise than it must. */
export function complaintsOf(attempts: readonly Attempt[]): readonly string[] {
  return attempts.flatMap((attempt, index) => {
    if (isAsExpected(attempt)) return []
    const { tried, expected, reply } = attempt
    const line = (value: object): string => inspect(value, { breakLength: Number.POSITIVE_INFINITY })
    return [`row ${index + 1}, ${tried}: must be ${line(expected)} and was ${line(reply)}`]
  })
}

function isAsExpected({ expected, reply }: Attempt): boolean {
  return isDeepStrictEqual({ ...reply, ...expected }, reply)
}

function rowOf(attempt: Attempt): string[] {
  const { tried, reply } = attempt
  const mark = isAsExpected(attempt) ? styleText('green', '✓') : styleText('red', '✗')
  return [`${mark} ${tried}`, styleText(colourOf(reply.status), String(reply.status)), reply.answer]
}

function colourOf(status: number): 'green' | 'yellow' | 'red' {
  if (status < 400) return 'green'
  return status < 500 ? 'yellow' : 'red'
}

/** No colours of the table's own, and no line between the rows. */
const STYLE = { head: [], border: [], compact: true, 'padding-right': 0 }

/** No frame: one line under the titles, and room between the columns. */
const LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  right: '',
  'right-mid': '',
  middle: ' ',
  mid: '─',
  'mid-mid': ' ',
}
