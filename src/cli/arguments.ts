/** Takes the arguments of a command apart. */
import { parseArgs } from 'node:util'
import { CommandError } from './command.js'
import type { ParseArgsConfig } from 'node:util'

type Options = NonNullable<ParseArgsConfig['options']>
type Parsed<O extends Options> = ReturnType<typeof parseArgs<{ args: string[]; options: O; allowPositionals: true }>>

/** @throws CommandError for an option that does not exist, or lacks its value. */
export function readArguments<O extends Options>(args: readonly string[], options: O): Parsed<O> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string } // of parseArgs, which throws nothing else
    // What is no option may be a token that begins with a hyphen: not repeated.
    throw new CommandError(2, code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? 'there is no such option; see --help' : message)
  }
}
