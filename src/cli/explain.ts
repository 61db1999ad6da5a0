/** `bearer explain`: says of one token what every check finds, and what a client is answered. */
import { inspectToken } from '../inspect/inspect-token.js'
import { withoutToken } from '../inspect/secrets.js'
import { CommandError, hasColours } from './command.js'
import { takesProvider, takesTime, variable, withProvider } from './provider-source.js'
import { readSecret } from './secret-input.js'
import { jsonText } from './tables/plain-text.js'
import { reportText } from './tables/report-text.js'
import type { TokenReport } from '../inspect/token-report.js'
import type { AddCommand, Terminal } from './command.js'
import type { SourceOptions } from './provider-source.js'

const DESCRIPTION = `Says of one token what every check finds, where each scope comes from, and what a client is answered. Reads the token \
from standard input, or asks for it without showing it. Nothing is sent anywhere but the questions that the provider itself would ask. \
The token is not in the output.`

interface Options extends SourceOptions {
  readonly tokenEnv?: string
  readonly path?: string
  readonly json?: true
}

export const explain: AddCommand = (program, terminal) => {
  const command = program.command('explain').summary('says why a token is refused').description(DESCRIPTION).usage('[options] < token.txt').allowExcessArguments()
  takesProvider(command)
  takesTime(command)
  command.option('--token-env <name>', 'takes the token from this variable of the environment')
  command.option('--path <path>', 'the path of your server that the client asks for')
  command.option('--json', 'prints JSON')
  command.addHelpText('after', '\nExit codes: 0 it is let in, 1 it is refused, 2 nobody can tell, 64 called wrongly.')
  command.action(async (options: Options) => {
    if (command.args.length > 0) throw new CommandError(64, 'a token on the command line is read by others and remembered by the shell; run "bearer explain" and paste it, or pipe it in')
    const token = await tokenFrom(terminal, options)
    const request = options.path === undefined ? {} : { path: options.path }
    const report = await withProvider(command, options, ({ provider, gate }) => usable(token, () => inspectToken(provider, token, { gate, request })))
    terminal.stdout.write(options.json === true ? jsonText(report, 2) : await reportText(report, hasColours(terminal.stdout)))
    conclude(report)
  })
}

async function tokenFrom(terminal: Terminal, { tokenEnv }: Options): Promise<string> {
  const token = tokenEnv === undefined ? await readSecret(terminal, 'Token (it is not shown): ') : variable('--token-env', tokenEnv)
  if (token.trim() === '') throw new CommandError(64, 'the token is empty')
  return token
}

/** What fails here is the provider of the user, or the options of its gate: what it says may hold the token. */
async function usable<T>(token: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    const ofOptions = error instanceof TypeError && /^"\w+"/.test(error.message)
    if (ofOptions) throw new CommandError(64, `the options of the gate are wrong: ${withoutToken(token, error.message)}`)
    const { cause = error } = error instanceof Error ? error : {} // the gate wraps it
    throw new CommandError(2, `the provider failed with ${cause instanceof Error ? cause.name : 'something that is no error'}: that is a bug of it, and a 500 to clients`)
  }
}

/** By exit codes as grep's. */
function conclude({ verdict, client }: TokenReport): void {
  if (verdict === 'unavailable') throw new CommandError(2, 'nobody can tell about this token now')
  if (!client.passed) throw new CommandError(1, verdict === 'accepted' ? 'the token is good, and the client is refused all the same' : 'the token is refused')
}
