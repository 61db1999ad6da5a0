/** `bearer explain`: says of one token what every check finds, and what a client is answered. */
import { loadAuthConfig } from './auth-config.js'
import { CommandError } from './command.js'
import { readSecret } from './secret-input.js'
import { reportText } from './report-text.js'
import type { AddCommand } from './command.js'

const DESCRIPTION = `Says of one token what every check finds, where each scope comes from, and what a client is answered. Reads the token \
from standard input, or asks for it without showing it. Nothing is sent anywhere but the questions that the provider itself would ask. \
The token is not in the output.`

interface Options {
  readonly config?: string
  readonly json?: true
}

export const explain: AddCommand = (program, terminal) => {
  const command = program.command('explain').summary('says why a token is refused').description(DESCRIPTION).usage('[options] < token.txt').allowExcessArguments()
  command.option('--config <file>', 'the module with your provider (default: auth.config.mjs, .js or .ts here)')
  command.option('--json', 'prints JSON')
  command.addHelpText('after', '\nExit codes: 0 it is let in, 1 it is refused, 2 nobody can tell, 64 called wrongly.')
  command.action(async ({ config, json }: Options) => {
    if (command.args.length > 0) throw new CommandError(64, 'a token on the command line is read by others and remembered by the shell; run "bearer explain" and paste it, or pipe it in')
    const { provider, gate } = await loadAuthConfig(config)
    const token = await readSecret(terminal, 'Token (it is not shown): ')
    if (token === '') throw new CommandError(64, 'the token is empty')
    const { inspectToken } = await import('../inspect/inspect-token.js')
    const report = await inspectToken(provider, token, { gate })
    await provider.close?.()
    terminal.stdout.write(json === true ? `${JSON.stringify(report, undefined, 2)}\n` : await reportText(report, terminal.stdout.isTTY === true))
    if (report.verdict === 'unavailable') throw new CommandError(2, 'nobody can tell about this token now')
    if (!report.client.passed) throw new CommandError(1, 'the token is refused')
  })
}
