/** Speaks to a server in bytes, written and read by hand: what no HTTP client would send, and what it would not show. */
import { connect } from 'node:net'
import { parseChallenge } from './challenge-parser.js'

export interface WireAnswer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Writes these bytes, one for each character, and reads until the server hangs up: every answer, in order. */
export function onTheWire(origin: string, bytes: string): Promise<readonly WireAnswer[]> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(Number(port), hostname, () => void socket.write(bytes, 'latin1'))
    socket.on('data', (chunk) => void chunks.push(chunk))
    // A server that will not read on may reset the connection once it has answered.
    socket.on('error', (error) => (chunks.length === 0 ? reject(error) : undefined))
    socket.on('close', () => resolve(answersIn(Buffer.concat(chunks).toString('latin1'))))
  })
}

/** What became of a request, in a few words: `200 ada`, `401 Bearer`, `400 Bearer invalid_request`, or a status alone. */
export function outcomeOf({ status, headers, body }: WireAnswer): string {
  const challenge = headers['www-authenticate']
  if (challenge !== undefined) {
    const { scheme, parameters } = parseChallenge(challenge)
    return [status, scheme, parameters['error']].filter((word) => word !== undefined).join(' ')
  }
  return status === 200 ? `200 ${(JSON.parse(body) as { readonly sub: string | null }).sub ?? 'nobody'}` : `${status}`
}

/** @throws SyntaxError for what is not a row of answers, to the last byte. */
function answersIn(text: string): readonly WireAnswer[] {
  const answers: WireAnswer[] = []
  let rest = text
  while (rest !== '') {
    const [, status, lines = '', after = ''] = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n([^]*)$/.exec(rest) ?? []
    if (status === undefined) throw new SyntaxError(`no answer: ${rest.slice(0, 80)}`)
    const headers = Object.fromEntries(lines.split('\r\n').filter(Boolean).map((line) => [line.replace(/:.*$/, '').toLowerCase(), line.replace(/^[^:]*: ?/, '')]))
    const { body, end } = headers['transfer-encoding'] === 'chunked' ? chunked(after) : counted(after, headers['content-length'])
    answers.push({ status: Number(status), headers, body })
    rest = after.slice(end)
  }
  return answers
}

// An answer without a length ends with the connection.
function counted(text: string, length = String(text.length)): { body: string; end: number } {
  const end = Number(length)
  if (text.length < end) throw new SyntaxError('an answer broke off')
  return { body: text.slice(0, end), end }
}

function chunked(text: string): { body: string; end: number } {
  let body = ''
  for (let at = 0; ; ) {
    const [line = '', size = ''] = /^([0-9a-f]+)\r\n/i.exec(text.slice(at)) ?? []
    if (line === '') throw new SyntaxError('no chunk')
    const start = at + line.length
    at = start + Number.parseInt(size, 16) + 2
    if (start + 2 === at) return { body, end: at }
    body += text.slice(start, at - 2)
  }
}
