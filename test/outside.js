// What the tests outside of vitest have in common: a folder with packages of its own, programs that run in it, and the score.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

const ours = JSON.parse(readFileSync('package.json', 'utf8'))

/** Brings packages into a folder, and this one as it was built. Nothing else stays there. */
export function install(folder, dependencies) {
  mkdirSync(folder, { recursive: true })
  for (const entry of readdirSync(folder)) if (entry !== 'node_modules') rmSync(`${folder}/${entry}`, { recursive: true })
  writeFileSync(`${folder}/package.json`, JSON.stringify({ private: true, type: 'module', dependencies: { ...dependencies, ...ours.dependencies } }))
  run(folder, 'npm install --no-audit --no-fund --prefer-offline --ignore-scripts --loglevel=error --fetch-retries=1', {}, 150)
  // In the place that npm would put it: npm takes a tarball of the same version for the same.
  const place = `${folder}/node_modules/${ours.name}`
  rmSync(place, { recursive: true, force: true })
  for (const part of ['dist', 'package.json']) cpSync(part, `${place}/${part}`, { recursive: true })
}

/** Runs a program to its end, for so many seconds at most. @throws Error with what it printed */
export function run(folder, command, env = {}, atMost = 300) {
  const [program, args] = commandOf(command)
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: atMost * 1000,
    killSignal: 'SIGKILL',
  })
  if (status !== 0) throw error ?? new Error(`"${command}" failed\n${stdout}${stderr}`)
  return stdout
}

/** Starts a server that listens at `env.PORT`, and gives its origin to `use` once it answers. @throws Error with what it printed */
export async function withServer(folder, command, env, use) {
  const [program, args] = commandOf(command)
  // In a group of its own: some are programs that start the server, which would live on and hold the run up.
  const server = spawn(program, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let said = ''
  let error
  server.on('error', (cause) => (error = cause))
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => (said += chunk))
  try {
    const origin = `http://127.0.0.1:${env.PORT}`
    await answering(origin, () => error !== undefined || server.exitCode !== null)
    await use(origin)
  } catch (cause) {
    throw new Error(`${cause.message}\n${said}`, { cause: error ?? cause }) // oxlint-disable-line preserve-caught-error -- the first error says more
  } finally {
    endGroup(server) // some wait for what never comes
    if (server.pid !== undefined && server.exitCode === null && server.signalCode === null) await once(server, 'exit')
  }
}

function endGroup({ pid }) {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // All of them have ended.
  }
}

/** Counts what was tried. `end()` prints the last line and sets the exit code. */
export function score() {
  let [passed, failed, skipped] = [0, 0, 0]
  return {
    /** True where it worked. What needs the registry and cannot have it is skipped, and says so. */
    had(what, get) {
      try {
        get()
        return true
      } catch (error) {
        skipped += 1
        console.log(`skipped ${what}: it could not be installed\n${error.message}`)
        return false
      }
    },
    /** One thing that must not throw. */
    async attempt(what, act) {
      try {
        await act()
        passed += 1
        console.log(`ok     ${what}`)
      } catch (error) {
        failed += 1
        console.log(`FAILED ${what}\n${error.message}`)
      }
    },
    end() {
      console.log(`${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`)
      process.exitCode = failed === 0 ? 0 : 1
    },
  }
}

async function answering(origin, isOver) {
  for (let attempt = 0; attempt < 1000 && !isOver(); attempt += 1) {
    if ((await fetch(origin).catch(() => undefined)) !== undefined) return
    await setTimeout(100)
  }
  throw new Error('the server does not answer')
}

// A program is this Node, npm, a path, or one that a package of the folder brings.
function commandOf(command) {
  const [program, ...args] = command.split(' ')
  if (program === 'node') return [process.execPath, args]
  return [program === 'npm' || program.includes('/') ? program : `./node_modules/.bin/${program}`, args]
}
