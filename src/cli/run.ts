/** Finds the command, runs it, and says how it went: by an exit code, and by a sentence on stderr. */
import { CommandError } from './command.js'
import { generate } from './generate.js'
import { hash } from './hash.js'
import type { Command, ExitCode, Terminal } from './command.js'

const COMMANDS: ReadonlyMap<string, Command> = new Map(Object.entries({ generate, hash }))

/** Gives the exit code. */
export async function run(args: readonly string[], terminal: Terminal, version: string): Promise<0 | ExitCode> {
  try {
    await dispatch(args, terminal, version)
    return 0
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    terminal.stderr.write(`bearer: ${error.message}\n`)
    return error.exitCode
  }
}

async function dispatch([name, ...args]: readonly string[], terminal: Terminal, version: string): Promise<void> {
  const command = COMMANDS.get(name ?? '')
  if (command !== undefined) return args.some(isHelp) ? print(terminal, command.help) : command.run(args, terminal)
  if (name === '--version') return print(terminal, `${version}\n`)
  if (isHelp(name)) return print(terminal, HELP)
  if (name === undefined) throw new CommandError(2, `a command is missing\n\n${HELP}`)
  throw new CommandError(2, 'there is no such command; see bearer --help') // not repeated: it may be a token
}

function isHelp(argument: string | undefined): boolean {
  return argument === '--help' || argument === '-h'
}

function print({ stdout }: Terminal, text: string): void {
  stdout.write(text)
}

const HELP = `Usage: bearer COMMAND [OPTIONS]

${[...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`).join('\n')}

  --help    prints this; "bearer COMMAND --help" tells more
  --version prints the version

Exit codes: 0 done, 1 it did not work, 2 it was called wrongly, 130 broken off.
`
