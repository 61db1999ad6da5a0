/** What a command of `bearer` is, and what it has to work with. */

export interface Command {
  /** One line, for the list of commands. */
  readonly summary: string
  /** What `--help` prints. */
  readonly help: string
  /** @throws CommandError for what the user can mend. */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<void>
}

/** The streams of a process, or a test's. */
export interface Terminal {
  readonly stdin: AsyncIterable<string | Uint8Array> & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { readonly isTTY?: boolean; write(text: string): unknown }
}

/** 1: it did not work. 2: it was called wrongly. 130: the user broke it off. */
export type ExitCode = 1 | 2 | 130

/** Ends a command with a sentence on stderr. Never carries a token. */
export class CommandError extends Error {
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}
