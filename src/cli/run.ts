/** Finds the command, runs it, and says how it went: by an exit code, and by a sentence on stderr. */
import { Command, CommanderError } from 'commander'
import { CommandError, uncaught } from './command.js'
import { dev } from './dev.js'
import { doctor } from './doctor.js'
import { explain } from './explain.js'
import { generate } from './generate.js'
import { hash } from './hash.js'
import { init } from './init.js'
import { inspect } from './inspect.js'
import { plan } from './plan.js'
import { probe } from './probe.js'
import { scopes } from './scopes.js'
import type { ExitCode, Terminal } from './command.js'

/** Gives the exit code. */
export async function run(args: readonly string[], terminal: Terminal, version: string): Promise<0 | ExitCode> {
  try {
    await programOn(terminal, version).parseAsync([...args], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0 // help, or the version
    const { exitCode, message } = toCommandError(error)
    terminal.stderr.write(`bearer: ${message}\n`)
    return exitCode
  }
}

function programOn(terminal: Terminal, version: string): Command {
  const program = new Command('bearer')
    .description('Finds out why tokens are refused, and what is wrong with who issues and who takes them.')
    .version(version, '--version', 'prints the version')
    .helpOption('-h, --help', 'prints this')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => void terminal.stdout.write(text), writeErr: () => undefined, getOutHelpWidth: () => WIDTH })
    .addHelpText('after', '\nExit codes: 0 done, 1 it did not work, 2 nobody can tell, 64 called wrongly,\n130 broken off.')
    .action(() => {
      // Not repeated: it may be a token.
      if (program.args.length > 0) throw new CommandError(64, 'there is no such command; see bearer --help')
      throw new CommandError(64, `a command is missing\n\n${program.helpInformation()}`)
    })
  for (const add of [init, explain, inspect, doctor, scopes, plan, generate, hash, dev, probe]) add(program, terminal)
  return program.allowExcessArguments() // after the commands, which would inherit it
}

/** Characters. */
const WIDTH = 80

function toCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error
  if (!(error instanceof CommanderError)) return uncaught(error)
  // What is no option may be a token that begins with a hyphen: not repeated.
  if (error.code === 'commander.unknownOption') return new CommandError(64, 'there is no such option; see --help')
  if (error.code === 'commander.excessArguments') return new CommandError(64, 'that is one argument too many; see --help')
  return new CommandError(64, error.message.replace(/^error: /, '')) // names options, and no values
}
