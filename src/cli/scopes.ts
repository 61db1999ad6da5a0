/** `bearer scopes`: what a mapping makes of claims, and what a wanted scope would take; again with each change of a file. */
import { readFile } from 'node:fs/promises'
import { CommandError } from './command.js'
import { takesProvider, withProvider } from './provider-source.js'
import { explainedClaims } from './source/claims-explained.js'
import { changesOf } from './source/file-changes.js'
import { jsonText } from './tables/plain-text.js'
import { scopesText } from './tables/scopes-text.js'
import { collected } from './values.js'
import type { Command } from 'commander'
import type { AddCommand, Terminal } from './command.js'
import type { SourceOptions } from './provider-source.js'
import type { ClaimsExplained } from './source/claims-explained.js'

const DESCRIPTION = `Says which scopes a mapping makes of claims, and by which rule each; with --want also what a scope would take that is missing. \
The claims are a JSON object in a file, or come through a pipe: the payload of a token, an answer of introspection. Asks nobody.`

interface Options extends SourceOptions {
  readonly claims?: string
  readonly want?: readonly string[]
  readonly provider?: string
  readonly watch?: true
  readonly json?: true
}

export const scopes: AddCommand = (program, terminal) => {
  const command = program.command('scopes').summary('says what a mapping makes of claims').description(DESCRIPTION)
  takesProvider(command)
  command.option('--claims <file>', 'the claims as JSON; - or nothing: from standard input')
  command.option('--want <scope>', 'a scope that should be there; may come several times', collected)
  command.option('--provider <name>', 'the member of a chain (default: the one for the issuer in the claims)')
  command.option('--watch', 'again when the claims or the config change, until Ctrl-C')
  command.option('--json', 'prints JSON')
  command.addHelpText('after', '\nExit codes: 0 all wanted scopes are there, 1 some are not, 64 called wrongly.')
  command.action(async (options: Options) => {
    if (options.watch === true) return watched(command, options, terminal)
    const found = await explained(command, options, terminal)
    show(found, options, terminal)
    if (found.missing.length > 0) throw new CommandError(1, `missing: ${found.missing.map(({ scope }) => scope).join(', ')}`)
  })
}

async function watched(command: Command, options: Options, terminal: Terminal): Promise<void> {
  const { claims, config } = options
  if (claims === undefined || claims === '-') throw new CommandError(64, '--watch needs --claims with a file')
  const end = new AbortController()
  const over = terminal.interrupted().then(() => end.abort())
  for await (const _ of changesOf([claims, ...(config === undefined ? [] : [config])], end.signal)) {
    try {
      show(await explained(command, options, terminal), options, terminal)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      terminal.stderr.write(`bearer: ${error.message}\n`) // half of a file, perhaps: the next change mends it
    }
  }
  await over
}

async function explained(command: Command, options: Options, terminal: Terminal): Promise<ClaimsExplained> {
  const claims = claimsIn(await textOf(options.claims, terminal))
  return withProvider(command, options, async ({ provider }) => {
    const found = await explainedClaims(provider, claims, { name: options.provider, wanted: options.want ?? [] })
    if (typeof found === 'string') throw new CommandError(64, found)
    return found
  })
}

async function textOf(file: string | undefined, { stdin }: Terminal): Promise<string> {
  if (file !== undefined && file !== '-') return readFile(file, 'utf8').catch(() => Promise.reject(new CommandError(64, '--claims must name a file that is there')))
  if (stdin.isTTY === true) throw new CommandError(64, 'give the claims by --claims, or pipe them in')
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of stdin) text += typeof part === 'string' ? part : decoder.decode(part, { stream: true })
  return text + decoder.decode()
}

function claimsIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(text)
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return { ...claims }
  } catch {
    // said below
  }
  throw new CommandError(64, 'the claims must be a JSON object, such as {"sub":"ada","roles":["editor"]}: not a token')
}

function show(found: ClaimsExplained, { json }: Options, { stdout }: Terminal): void {
  stdout.write(json === true ? jsonText(found) : scopesText(found))
}
