/** This file asks a person what `bearer init` needs to know. */
import { FRAMEWORKS } from './written-files.js'
import type { Answers, Framework } from './written-files.js'

/** What is known already is not asked. Undefined where the person breaks it off. `problemOf`: what is wrong with a URL. */
export async function askedFor(known: Partial<Answers>, problemOf: (url: string) => string | undefined): Promise<Answers | undefined> {
  const { isCancel, select, text } = await import('@clack/prompts')
  const output = sized(process.stderr)
  const validate = (value: string | undefined): string | undefined => problemOf(value ?? '')
  const line = (message: string, more: object) => unlessInputEnds((signal) => text({ message, output, signal, ...more }))
  const issuer = known.issuer ?? (await line('Who issues the tokens? Its issuer, as in "iss"', { placeholder: 'https://id.example.com', validate }))
  if (isCancel(issuer)) return undefined
  const server = known.server ?? (await line('The URL of your server, as clients see it', { placeholder: 'https://mcp.example.com/mcp', validate }))
  if (isCancel(server)) return undefined
  const ofSome = (value: string | undefined): string | undefined => (value === undefined || value === '' ? 'must not be empty' : undefined)
  const audience = known.audience ?? (await line('The audience of its tokens, as in "aud"', { initialValue: server, validate: ofSome }))
  if (isCancel(audience)) return undefined
  const kinds = Object.keys(FRAMEWORKS) as Framework[] // the keys of a constant of ours
  const options = kinds.map((value) => ({ value }))
  const framework = known.framework ?? (await unlessInputEnds((signal) => select<Framework>({ message: 'Which kind of server?', options, output, signal })))
  return isCancel(framework) ? undefined : { issuer, server, audience, framework }
}

/** A terminal that tells no size has 0 of both, as of `docker exec -t`: a line would have one letter, and a list one row. */
function sized(terminal: NodeJS.WriteStream): NodeJS.WriteStream {
  if (terminal.columns === 0) terminal.columns = 80
  if (terminal.rows === 0) terminal.rows = 24
  return terminal
}

/** Ctrl-D, or a terminal that is gone, stops the reading of a line, which the prompts do not notice: they would wait for ever. */
async function unlessInputEnds<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const end = new AbortController()
  let isAnswered = false
  const stopped = (): void => void setImmediate(() => isAnswered || end.abort())
  process.stdin.once('pause', stopped)
  try {
    return await ask(end.signal)
  } finally {
    isAnswered = true
    process.stdin.off('pause', stopped)
  }
}
