// Starts the programs of peers, by the Node that runs the tests, and servers for them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file of a package that `npm run test:peers` has installed. */
export function fileOf(peer, path) {
  return fileURLToPath(new URL(`../../build/peers/${peer}/node_modules/${path}`, import.meta.url))
}

/** Runs a script to its end, or until the test is over. `heard` gets what it has said so far, on stdout or on stderr. */
export async function run(t, script, args, { env, heard = () => {} } = {}) {
  const child = spawn(process.execPath, [script, ...args], { env: env ?? (await strangersEnvironment(t)), stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (text) => heard((said[stream] += text)))
  const [code] = await once(child, 'close')
  return { code, ...said }
}

/** Of somebody who was never here: an empty home, and a browser that opens nothing. */
export async function strangersEnvironment(t) {
  return { PATH: process.env.PATH, HOME: await scratch(t), BROWSER: 'true' }
}

/** A folder for as long as the test runs. */
export async function scratch(t) {
  const folder = await mkdtemp(join(tmpdir(), 'peers-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A server on a free port of this machine, until the test is over. `build` gets the origin and returns a listener. Returns the origin. */
export async function serve(t, build) {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => (server.closeAllConnections(), server.close()))
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${server.address().port}`
  server.on('request', build(origin))
  return origin
}
