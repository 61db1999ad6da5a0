/** `bearer doctor`: looks at an authorization server, and at a server that takes its tokens. */
import { pastedToken } from '../inspect/secrets.js'
import { isLoopback } from '../lib/net/web-url.js'
import { CommandError, hasColours } from './command.js'
import { asker } from './doctor/ask.js'
import { diagnose } from './doctor/diagnose.js'
import { variable } from './provider-source.js'
import { readSecret } from './secret-input.js'
import { presetProvider } from './source/preset-provider.js'
import { jsonText } from './tables/plain-text.js'
import { findingTable } from './tables/finding-table.js'
import { wholeNumber } from './values.js'
import type { AddCommand, Terminal } from './command.js'
import type { Finding } from './doctor/finding.js'

const DESCRIPTION = `Looks at an authorization server as a provider and as a client would: discovery, keys, clocks, introspection, PKCE, registration. \
With --server also at a server that takes its tokens: challenge, metadata, CORS, and whether all agree. Asks these two and whom their documents name for keys, \
follows no redirect, and shows a token to the server only where it is good for it.`

interface Options {
  readonly audience?: string
  readonly server?: string
  readonly token?: true
  readonly tokenEnv?: string
  readonly clientId?: string
  readonly clientSecretEnv?: string
  readonly allowInsecureHttp?: true
  readonly timeout: number
  readonly json?: true
}

export const doctor: AddCommand = (program, terminal) => {
  const command = program.command('doctor').summary('looks at an authorization server').description(DESCRIPTION)
  command.argument('<issuer>', 'its issuer, as tokens have it in "iss"')
  command.option('--audience <audience>', 'whom tokens for your server are for')
  command.option('--server <url>', 'your server, such as https://mcp.example.com/mcp')
  command.option('--token', 'reads a good token from standard input, or asks for it')
  command.option('--token-env <name>', 'takes it from this variable of the environment')
  command.option('--client-id <id>', 'who asks about tokens, with --client-secret-env')
  command.option('--client-secret-env <name>', 'the variable with its secret')
  command.option('--allow-insecure-http', 'takes plain http beyond this machine: whoever is on the way can read and forge')
  command.option('--timeout <seconds>', 'until an answer is given up', wholeNumber('--timeout', 1, 300), 5)
  command.option('--json', 'prints JSON')
  command.addHelpText('after', '\nExit codes: 0 nothing is wrong, 1 something is, 2 nobody can tell,\n64 called wrongly.')
  command.action(async (issuer: string, options: Options) => {
    const { audience, server, timeout, allowInsecureHttp: insecure = false } = options
    checkUrl('the issuer', issuer, insecure)
    if (server !== undefined) checkUrl('--server', server, insecure)
    const token = await tokenFrom(terminal, options)
    const provider = await providerFor(issuer, options)
    const progress = progressOn(terminal)
    try {
      const ask = asker({ timeout, insecure, about: progress.tell })
      const findings = await diagnose({ ...{ issuer, audience, server, token, provider, ask }, asksAsClient: options.clientId !== undefined })
      progress.end()
      terminal.stdout.write(options.json === true ? jsonText(findings, 2) : await findingTable(findings, hasColours(terminal.stdout)))
      conclude(findings)
    } finally {
      progress.end()
      await provider?.close?.()
    }
  })
}

function checkUrl(what: string, text: string, insecure: boolean): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && (insecure || isLoopback(url.hostname)))
  if (url === undefined || !isSafe) throw new CommandError(64, `${what} must be an https URL, or one of this machine; --allow-insecure-http takes plain http from elsewhere`)
  if (url.username !== '' || url.password !== '' || url.hash !== '') throw new CommandError(64, `${what} must have no user name, password or fragment`)
}

async function tokenFrom(terminal: Terminal, { token, tokenEnv, audience }: Options): Promise<string | undefined> {
  if (token !== true && tokenEnv === undefined) return undefined
  if (audience === undefined) throw new CommandError(64, 'a token needs --audience: it is looked at as your server would')
  const text = tokenEnv === undefined ? await readSecret(terminal, 'A good token (it is not shown): ') : variable('--token-env', tokenEnv)
  const pasted = pastedToken(text)
  if (pasted === '') throw new CommandError(64, 'the token is empty')
  return pasted
}

async function providerFor(issuer: string, { audience, clientId, clientSecretEnv, allowInsecureHttp }: Options) {
  const client = clientId === undefined ? undefined : ([clientId, variable('--client-secret-env', clientSecretEnv)] as const)
  if (client !== undefined && audience === undefined) throw new CommandError(64, '--client-id needs --audience too')
  if (audience === undefined) return undefined
  try {
    return await presetProvider({ preset: undefined, words: { issuer, audience }, client, insecure: allowInsecureHttp === true, wary: true })
  } catch (error) {
    throw error instanceof TypeError ? new CommandError(64, error.message) : error
  }
}

/** A line that says who is asked, on a terminal only. */
function progressOn({ stderr }: Terminal): { readonly tell: (host: string) => void; readonly end: () => void } {
  if (stderr.isTTY !== true) return { tell: () => undefined, end: () => undefined }
  let asked = 0
  const tell = (host: string): void => {
    asked += 1
    stderr.write(`\r\u001b[Kasking ${host} (${asked})`)
  }
  const end = (): void => {
    if (asked > 0) stderr.write('\r\u001b[K')
    asked = 0
  }
  return { tell, end }
}

/** By exit codes as grep's. */
function conclude(findings: readonly Finding[]): void {
  const wrong = findings.filter(({ verdict }) => verdict === 'wrong').length
  if (wrong > 0) throw new CommandError(1, `${wrong} of ${findings.length} checks found something wrong`)
  if (findings.some(({ check, verdict }) => verdict === 'cannot tell' && UNTOLD.has(check))) throw new CommandError(2, 'somebody gave no answer: nobody can tell')
}

/** Without these, nothing was found out. */
const UNTOLD: ReadonlySet<string> = new Set(['discovery', 'keys', 'server', 'token', 'token at the server'])
