/** This file makes a provider of what the command was told: a config module, a preset with its options, or an issuer and an audience. */
import { readFile } from 'node:fs/promises'
import { loadAuthConfig } from './auth-config.js'
import { CommandError } from './command.js'
import { atTime, instantOf } from './source/clock.js'
import { withoutNetwork } from './source/offline.js'
import { presetProvider } from './source/preset-provider.js'
import { flagOf, PRESET_OPTIONS, SHOWN } from './source/preset-options.js'
import { collected } from './values.js'
import type { Command } from 'commander'
import type { AuthConfig } from './auth-config.js'
import type { Offline } from './source/offline.js'
import type { Words } from './source/preset-provider.js'

export interface SourceOptions {
  readonly config?: string
  readonly preset?: string
  readonly issuer?: string
  readonly clientId?: string
  readonly clientSecretEnv?: string
  readonly allowInsecureHttp?: true
  readonly resource?: string
  readonly scope?: readonly string[]
  readonly at?: number
  readonly offline?: true
  readonly jwks?: string
}

/** Gives a command the options that name a provider. */
export function takesProvider(command: Command): void {
  command.option('--config <file>', 'the module with your provider (default: auth.config.mjs, .js or .ts here)')
  command.option('--preset <name>', 'a preset instead, with its options as below: keycloak, entra, auth0, …')
  command.option('--issuer <url>', 'an issuer instead, with --audience; or the "issuer" of a preset')
  for (const name of PRESET_OPTIONS) {
    const option = command.createOption(`${flagOf(name)} <value>`, `the option "${name}" of a preset`)
    command.addOption(option.argParser(collected).hideHelp(!SHOWN.has(name)))
  }
  command.option('--client-id <id>', 'who asks about opaque tokens, with --client-secret-env')
  command.option('--client-secret-env <name>', 'the variable with its secret')
  command.option('--allow-insecure-http', 'takes plain http beyond this machine: whoever is on the way can read and forge')
  command.option('--resource <url>', 'the URL of your server, as its gate has it')
  command.option('--scope <scope>', 'a scope that the gate requires; may come several times', collected)
}

/** Gives a command the options that move it to another time, or off the network. */
export function takesTime(command: Command): void {
  command.option('--at <time>', 'looks at it as of then, such as 2026-11-30T09:00:00Z', (text) => {
    const at = instantOf(text)
    if (at === undefined) throw new CommandError(64, '--at must be a time such as 2026-11-30T09:00:00Z, or seconds since the epoch')
    return at
  })
  command.option('--offline', 'asks nobody: what would take a question is not known')
  command.option('--jwks <file>', 'with --offline: the keys of the issuer, as its jwks_uri gives them')
}

/** Runs work with the provider that was named, at that time, on or off the network; closes it behind. @throws CommandError */
export async function withProvider<T>(command: Command, options: SourceOptions, work: (config: AuthConfig) => Promise<T>): Promise<T> {
  const offline = await offlineBy(options)
  let config: AuthConfig | undefined
  return atTime(options.at, () =>
    withoutNetwork(offline, () => config?.provider.issuers ?? [], async () => {
      config = await providerBy(command, options)
      try {
        return await work(config)
      } finally {
        await config.provider.close?.()
      }
    }),
  )
}

async function offlineBy({ offline, jwks }: SourceOptions): Promise<Offline> {
  if (jwks === undefined) return offline === true ? { keys: undefined } : undefined
  if (offline !== true) throw new CommandError(64, '--jwks goes with --offline: else the keys are those of the issuer')
  try {
    return { keys: JSON.parse(await readFile(jwks, 'utf8')) as unknown }
  } catch {
    throw new CommandError(64, '--jwks must name a file with a JWK Set: {"keys":[…]}')
  }
}

async function providerBy(command: Command, options: SourceOptions): Promise<AuthConfig> {
  const { config, preset, issuer, resource, scope, clientId, clientSecretEnv, allowInsecureHttp } = options
  const words = wordsIn(command)
  if (preset === undefined && issuer === undefined) {
    const [extra] = Object.keys(words)
    if (extra !== undefined) throw new CommandError(64, `${flagOf(extra)} goes with --preset or --issuer`)
    const loaded = await loadAuthConfig(config)
    return { ...loaded, gate: { ...loaded.gate, ...gateBy(resource, scope) } }
  }
  if (config !== undefined) throw new CommandError(64, 'give --config, or --preset, or --issuer')
  try {
    const client = clientId === undefined ? undefined : ([clientId, variable('--client-secret-env', clientSecretEnv)] as const)
    const choice = { preset, words: { ...words, ...(issuer !== undefined && { issuer }) }, client, insecure: allowInsecureHttp === true }
    return { provider: await presetProvider(choice), gate: gateBy(resource, scope) }
  } catch (error) {
    throw error instanceof TypeError ? new CommandError(64, inFlags(error.message)) : error
  }
}

function gateBy(resource: string | undefined, scope: readonly string[] | undefined): NonNullable<AuthConfig['gate']> {
  return { ...(resource !== undefined && { resource }), ...(scope !== undefined && { requiredScopes: scope }) }
}

function wordsIn(command: Command): Words {
  const given = command.opts<Readonly<Record<string, readonly string[] | undefined>>>()
  return Object.fromEntries(
    PRESET_OPTIONS.flatMap((name) => {
      const [first, ...others] = given[name] ?? []
      return first === undefined ? [] : [[name, others.length === 0 ? first : [first, ...others]]]
    }),
  )
}

/** The value of a variable of the environment that the user named. @throws CommandError */
export function variable(flag: string, name: string | undefined): string {
  if (name === undefined) throw new CommandError(64, `${flag} must name the variable of the environment`)
  const value = process.env[name]
  if (value === undefined || value === '') throw new CommandError(64, `the variable that ${flag} names is not set`)
  return value
}

/** What is wrong with an option is said as for a command. */
function inFlags(message: string): string {
  return message.replaceAll(/"([a-zA-Z]+)"/g, (quoted, name: string) => (['issuer', 'preset'].includes(name) || PRESET_OPTIONS.some((one) => one === name) ? flagOf(name) : quoted))
}
