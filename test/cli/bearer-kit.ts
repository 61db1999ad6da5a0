/** Runs the command within a test, on a terminal of the test's own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
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
    stdout: { isTTY: person, write: (text) => (written.stdout += text) },
    stderr: { isTTY: person, write: (text) => (written.stderr += text) },
    interrupted: async () => undefined,
  }
  return { exitCode: await run(args, terminal, '1.2.3'), ...written, raw }
}

/** A file of a user's, as long as the test runs. */
export function fileWith(name: string, text: string): string {
  const folder = folderFor()
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

/** An empty folder of a user's, as long as the test runs. */
export function folderFor(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bearer-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A module with a provider, which stands on the sources. */
export function configWith(code: string): string {
  return fileWith('auth.config.mjs', `import * as lib from '${resolve('src/index.ts')}'\n${code}`)
}

export async function* arriving(input: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* input
}
