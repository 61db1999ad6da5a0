#!/usr/bin/env node
/** The command `bearer`, with the streams of its process. */
import { Console } from 'node:console'
import { readFileSync } from 'node:fs'
import { run } from './run.js'

// From `dist/src/cli`, where it runs.
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string } // our own

const interrupted = (): Promise<unknown> => new Promise((resolve) => void process.once('SIGINT', resolve).once('SIGTERM', resolve))
const { stdin, stdout, stderr } = process
// They are for a server's log, and may repeat what a provider throws: a token, perhaps.
process.removeAllListeners('warning')
// What the module of a user prints is not the command's data.
globalThis.console = new Console(stderr)
const exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, interrupted }, version)
// Such a module may hold a connection open. Not before all is written.
stdout.write('', () => stderr.write('', () => process.exit(exitCode)))
