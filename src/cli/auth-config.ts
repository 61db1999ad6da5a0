/** This file finds and loads the module that says how a server verifies tokens: the provider itself, and the options of its gate. */
import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CommandError } from './command.js'
import type { GateOptions } from '../gate/gate-options.js'
import type { BearerAuthProvider } from '../provider.js'

/** What such a module exports as its default: this, or the provider alone. */
export interface AuthConfig {
  readonly provider: BearerAuthProvider
  /** The options that the server gives to `bearerAuth`. Default: none. */
  readonly gate?: GateOptions
}

const NAMES = ['auth.config.mjs', 'auth.config.js', 'auth.config.ts', 'auth.config.mts']

/**
 * Runs the module, as a server would that imports it.
 *
 * @param path Default: the first of `auth.config.mjs`, `.js`, `.ts` and `.mts` in the working directory.
 * @throws CommandError for a module that is not there, cannot be read, fails, or exports something else.
 */
export async function loadAuthConfig(path?: string, directory = process.cwd()): Promise<AuthConfig> {
  const found = path ?? NAMES.find((name) => existsSync(resolve(directory, name)))
  if (found === undefined) throw new CommandError(64, `there is no ${NAMES.slice(0, 3).join(', ')} here; name the module with --config, write one with "bearer init", or use --preset`)
  const file = resolve(directory, found)
  if (!existsSync(file)) throw new CommandError(64, `${found} is not there`)
  const loaded = await defaultOf(file, found)
  if (isProvider(loaded)) return { provider: loaded }
  const { provider, gate } = (typeof loaded === 'object' && loaded !== null ? loaded : {}) as Partial<AuthConfig> // looked at below
  if (!isProvider(provider)) throw new CommandError(64, `${found} must have a provider as its default export, or { provider, gate } with the options of the gate`)
  if (typeof gate === 'function') throw new CommandError(64, `"gate" of ${found} must be the options of the gate, and not a gate: { provider, gate: { resource: … } }`)
  return { provider, ...(gate !== undefined && { gate }) }
}

async function defaultOf(file: string, name: string): Promise<unknown> {
  const load = /\.[cm]?ts$/.test(file) && !readsTypeScript() ? jitiOf(file, name) : undefined
  // By its age: a module that has changed since is read anew.
  const url = `${pathToFileURL(file).href}?${statSync(file).mtimeMs}`
  try {
    const loaded: unknown = await (load === undefined ? import(url) : load())
    return defaultIn(loaded)
  } catch (error) {
    // Of the user's own module: its words are for its author, and there is no token in this process yet.
    throw new CommandError(2, `${name} could not be loaded: ${error instanceof Error ? error.message : 'it threw something that is no error'}${mendOf(error, name)}`)
  }
}

/** Of a folder whose package.json says `"type": "commonjs"`, as `npm init` writes it. */
function mendOf(error: unknown, name: string): string {
  const isTakenForCommonJs = error instanceof Error && error.name === 'SyntaxError' && /outside a module|Unexpected token 'export'/.test(error.message) && /\.[jt]s$/.test(name)
  return isTakenForCommonJs ? `; by its package.json it is no ES module: call it ${name.replace(/\.(?=[jt]s$)/, '.m')}, or write "type": "module" there` : ''
}

/** Node from 22.18 on, Bun and Deno take the types out by themselves. */
function readsTypeScript(): boolean {
  const features: object = process.features
  return ('typescript' in features && features.typescript !== false) || 'Bun' in globalThis || 'Deno' in globalThis
}

/** By `jiti`, where the project of the module has it. @see https://github.com/unjs/jiti */
function jitiOf(file: string, name: string): () => Promise<unknown> {
  try {
    const { createJiti } = createRequire(file)('jiti') as Jiti
    return () => createJiti(file, { moduleCache: false }).import(file)
  } catch {
    throw new CommandError(64, `${name} is TypeScript, which Node reads by itself from 22.18 on; before, run: npm install --save-dev jiti`)
  }
}

/** As much of it as is used. */
interface Jiti {
  readonly createJiti: (id: string, options: { readonly moduleCache: boolean }) => { import(id: string): Promise<unknown> }
}

function defaultIn(loaded: unknown): unknown {
  return typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : undefined
}

function isProvider(value: unknown): value is BearerAuthProvider {
  return typeof value === 'object' && value !== null && 'verifyToken' in value && typeof value.verifyToken === 'function'
}
