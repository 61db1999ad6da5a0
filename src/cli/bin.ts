#!/usr/bin/env node
/** The command `bearer`, with the streams of its process. */
import { readFileSync } from 'node:fs'
import { run } from './run.js'

// From `dist/src/cli`, where it runs.
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string } // our own

const interrupted = (): Promise<unknown> => new Promise((resolve) => void process.once('SIGINT', resolve).once('SIGTERM', resolve))
const { stdin, stdout, stderr } = process
// They are for a server's log, and may repeat what a provider throws: a token, perhaps.
process.removeAllListeners('warning')
process.exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, interrupted }, version)
