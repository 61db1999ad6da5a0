/**
 * Starts the real proxies of docs/gate.md, each with the recipe that stands there. Imports nothing of ours, so that the tests
 * of peers have it too: a newer Node runs it as it is.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

interface Proxy {
  /** What surrounds the recipe, in a file of its own. */
  config(recipe: string, port: number, folder: string): string
  command(file: string, folder: string): readonly [string, ...string[]]
  /** Says its version, and nothing else. */
  readonly version: string
}

const PROXIES = {
  nginx: {
    config: (recipe, port, folder) => `
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c; uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  server {
    listen 127.0.0.1:${port};
    ${recipe}
  }
}`,
    command: (file, folder) => ['nginx', '-e', `${folder}/error.log`, '-c', file],
    version: '-v',
  },
  haproxy: {
    config: (recipe, port) => `
defaults
  mode http
  timeout client 30s
  timeout server 30s
  timeout connect 5s
frontend all
  bind 127.0.0.1:${port}
  use_backend team if { path_beg /team/ }
${recipe}`,
    command: (file) => ['haproxy', '-f', file],
    version: '-v',
  },
  caddy: {
    config: (recipe, port) => `
{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
${recipe}
}
`,
    command: (file) => ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'],
    version: 'version',
  },
} satisfies Readonly<Record<string, Proxy>>

export type ProxyName = keyof typeof PROXIES

export const PROXY_NAMES = Object.keys(PROXIES) as ProxyName[]

export function isInstalled(name: ProxyName): boolean {
  return spawnSync(name, [PROXIES[name].version]).status === 0
}

/** Starts one that takes `/team` away, in front of the server at `inner`, such as `127.0.0.1:40123`. */
export async function startProxy(name: ProxyName, recipe: string, port: number, inner: string): Promise<{ close(): Promise<void> }> {
  const { config, command }: Proxy = PROXIES[name]
  const folder = mkdtempSync(join(tmpdir(), 'prefix-proxy-'))
  const file = join(folder, 'proxy.conf')
  writeFileSync(file, config(recipe.replaceAll('127.0.0.1:3000', inner), port, folder))
  const [program, ...args] = command(file, folder)
  // Caddy keeps its state in the home of whoever starts it.
  const child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder } })
  const close = async (): Promise<void> => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    rmSync(folder, { recursive: true, force: true })
  }
  while (!(await isOpen(port))) {
    if (child.exitCode !== null) {
      await close()
      throw new Error(`${program} ended at once: ${spawnSync(program, args, { encoding: 'utf8', timeout: 5_000 }).stderr}`)
    }
    await setTimeout(10)
  }
  return { close }
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
