#!/usr/bin/env node
/** The command `bearer`, with the streams of its process. */
import { Console } from 'node:console'
import { readFileSync } from 'node:fs'
import { uncaught } from './command.js'
import { run } from './run.js'

// From `dist/src/cli`, where it runs.
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string } // our own

const interrupted = (): Promise<unknown> => new Promise((resolve) => void process.once('SIGINT', resolve).once('SIGTERM', resolve))
const { stdin, stdout, stderr } = process
// They are for a server's log, and may repeat what a provider throws: a token, perhaps.
process.removeAllListeners('warning')
// What the module of a user prints is not the command's data.
globalThis.console = new Console(stderr)
// Whoever reads the output may stop (`| head`): that is no failure.
for (const stream of [stdout, stderr]) stream.on('error', (error: NodeJS.ErrnoException) => void (error.code === 'EPIPE' || fail(uncaught(error).message)))
process.on('uncaughtException', (error: unknown) => fail(uncaught(error).message))
process.once('beforeExit', () => fail('no answer ever came: something in your config is never settled'))
let isOver = false
process.on('exit', () => {
  if (isOver) return
  // Whatever code it chose: 0 would be a yes.
  process.exitCode = 2
  stderr.write('bearer: something in your config ended the process\n')
})
end(await run(process.argv.slice(2), { stdin, stdout, stderr, interrupted }, version))

/** Where nobody can tell, because of a bug. */
function fail(message: string): void {
  stderr.write(`bearer: ${message}\n`)
  end(2)
}

/** A module of a user may hold a connection open. Not before all is written. */
function end(exitCode: number): void {
  stdout.write('', () => stderr.write('', () => {
    isOver = true
    process.exit(exitCode)
  }))
}
