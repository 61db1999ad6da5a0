/** What a command of `bearer` is, and what it has to work with. */
import type { Command } from 'commander'

/** Adds a command to the program. Its action throws CommandError for what the user can mend. */
export type AddCommand = (program: Command, terminal: Terminal) => void

/** The streams of a process, or a test's. */
export interface Terminal {
  readonly stdin: AsyncIterable<string | Uint8Array> & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }
  readonly stdout: { readonly isTTY?: boolean; write(text: string): unknown }
  readonly stderr: { readonly isTTY?: boolean; write(text: string): unknown }
  /** Resolves when the user ends a command that runs until then. */
  readonly interrupted: () => Promise<unknown>
}

/** 1: it did not work, or a server is open. 2: nobody can tell. 64: it was called wrongly (EX_USAGE). 130: the user broke it off. */
export type ExitCode = 1 | 2 | 64 | 130

/** Ends a command with a sentence on stderr. Never carries a token. */
export class CommandError extends Error {
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}

/** For a bug, in the config or here. Node would print its words, which may hold the token, and end with 1, which is a no. */
export function uncaught(error: unknown): CommandError {
  const what = error instanceof Error ? error.name : 'something that is no error'
  return new CommandError(2, `${what} was thrown, and nobody caught it: a bug of your config, or of this command; its words may hold a token, and are not shown`)
}

/** True where colours may be written: on a terminal, unless somebody said NO_COLOR (no-color.org). */
export function hasColours({ isTTY }: Terminal['stdout'], { NO_COLOR = '', TERM }: NodeJS.ProcessEnv = process.env): boolean {
  return isTTY === true && NO_COLOR === '' && TERM !== 'dumb'
}
