/** Runs the command within a test, on a terminal of the test's own. */
import { run } from '../../src/cli/run.js'
import type { Terminal } from '../../src/cli/command.js'

export interface Ran {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** What the terminal was told about raw mode. */
  readonly raw: readonly boolean[]
}

/** Runs it with these pieces of input: typed by a person, or coming through a pipe. */
export async function bearer(args: readonly string[], input: readonly (string | Uint8Array)[] = [], person = false): Promise<Ran> {
  const written = { stdout: '', stderr: '' }
  const raw: boolean[] = []
  const stdin = Object.assign(arriving(input), { isTTY: person, setRawMode: (on: boolean) => raw.push(on) })
  const terminal: Terminal = {
    stdin,
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { isTTY: person, write: (text) => (written.stderr += text) },
    interrupted: async () => undefined,
  }
  return { exitCode: await run(args, terminal, '1.2.3'), ...written, raw }
}

export async function* arriving(input: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* input
}
