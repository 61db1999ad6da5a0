/** `bearer inspect`: a page on this machine that says why a token is refused. */
import { CommandError } from './command.js'
import { takesProvider, withProvider } from './provider-source.js'
import { wholeNumber } from './values.js'
import type { LocalInspector } from '../inspector/local.js'
import type { AuthConfig } from './auth-config.js'
import type { AddCommand } from './command.js'
import type { SourceOptions } from './provider-source.js'

const DESCRIPTION = `Runs a page on this machine until Ctrl-C, and prints the link to it, which is good once. Paste a token there: it shows every check, \
the road through your providers, claims, scopes and what made them, and what a client is answered. The token goes to this process alone, and to \
whom your providers ask about tokens anyway; it is not kept.`

interface Options extends SourceOptions {
  readonly port: number
  readonly json?: true
}

export const inspect: AddCommand = (program, { stdout, stderr, interrupted }) => {
  const command = program.command('inspect').summary('shows why a token is refused, on a page').description(DESCRIPTION).allowExcessArguments()
  takesProvider(command)
  command.option('--port <port>', 'where it listens, on the loopback address only; 0 for any that is free', wholeNumber('--port', 0, 65_535), 0)
  command.option('--json', 'prints {"link":"http://…"}')
  command.action(async (options: Options) => {
    if (command.args.length > 0) throw new CommandError(64, 'inspect takes no arguments besides its options; a token is pasted on the page')
    await withProvider(command, options, async (config) => {
      const running = await started(config, options.port)
      try {
        stdout.write(options.json === true ? `${JSON.stringify({ link: running.link })}\n` : `${running.link}\n`)
        if (stderr.isTTY === true) stderr.write('\nOpen it within ten minutes, once. Ctrl-C ends it.\n')
        await interrupted()
      } finally {
        await running.close()
      }
    })
  })
}

async function started({ provider, gate }: AuthConfig, port: number): Promise<LocalInspector> {
  const { runInspector } = await import('../inspector/local.js')
  try {
    return await runInspector(provider, { gate, port })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE' || code === 'EACCES') throw new CommandError(1, `port ${port} is taken, or may not be used; choose another`)
    throw error
  }
}
