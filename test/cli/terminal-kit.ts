/** Runs the command as it was built on a real terminal, which `script` of util-linux makes, with somebody who types. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { onTestFinished } from 'vitest'

const BIN = resolve('dist/src/cli/bin.js')

/** Not the one of macOS, which takes other words. */
export const isTerminalThere = existsSync(BIN) && /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '')

if (!isTerminalThere) process.stderr.write('\n  !!! there is no `script` of util-linux, or nothing is built: the command is not tried on a terminal\n\n')

export interface OnTerminal {
  /** Waits until this stands on the terminal, behind all that was waited for before. */
  sees(text: string): Promise<void>
  types(keys: string): void
  /** Closes the terminal's window. */
  leaves(): void
  readonly ended: Promise<number | null>
  /** All that was ever shown, without colours and moves. */
  shown(): string
}

export function onTerminal(args: string, cwd: string): OnTerminal {
  // As `-e` has it, the exit code is the command's own. The terminal tells no size, as many of containers do.
  const child = spawn('script', ['-qefc', `${process.execPath} ${BIN} ${args}`, '/dev/null'], { cwd, env: { ...process.env, TERM: 'xterm', NO_COLOR: '1' } })
  onTestFinished(() => void child.stdin.end())
  child.stdin.on('error', () => undefined)
  let said = ''
  let seen = 0
  let heard = (): void => undefined
  const shown = (): string => said.replaceAll(MOVES, '').replaceAll('\r', '')
  child.stdout.on('data', (part) => ((said += String(part)), heard()))
  const ended = new Promise<number | null>((done) => child.once('close', done))
  return {
    async sees(text) {
      while (!shown().slice(seen).includes(text)) {
        const isOver = await Promise.race([new Promise<false>((more) => (heard = () => more(false))), ended.then(() => true)])
        if (isOver && !shown().slice(seen).includes(text)) throw new Error(`"${text}" never came:\n${shown()}`)
      }
      seen = shown().indexOf(text, seen) + text.length
    },
    types: (keys) => void child.stdin.write(keys),
    leaves: () => void child.stdin.end(),
    ended,
    shown,
  }
}

const MOVES = /\x1b\[[0-9;?]*[A-Za-z]/g
