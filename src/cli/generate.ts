/** `bearer generate`: makes a token, and what stands for it in a list. */
import { checkedPrefix, generateToken } from '../static/generated-token.js'
import { hashToken } from '../static/token-digest.js'
import { CommandError } from './command.js'
import type { AddCommand } from './command.js'

const DESCRIPTION = `Makes a token of 256 random bits, with a prefix by which it is found where it should not be, and a checksum. \
Prints the token on standard output, for its holder, and its digest on standard error, for the list of StaticProvider.`

interface Options {
  readonly prefix?: string
  readonly json?: true
}

export const generate: AddCommand = (program, { stdout, stderr }) => {
  const command = program.command('generate')
  command.summary('makes a token and its digest').description(DESCRIPTION).allowExcessArguments()
  command.option('--prefix <prefix>', 'what it begins with, such as acme (default: bearer)')
  command.option('--json', 'prints both on standard output: {"token":"…","digest":"sha256:…"}')
  command.action(({ prefix, json }: Options) => {
    if (command.args.length > 0) throw new CommandError(64, 'generate takes no arguments besides its options; a prefix is given as --prefix acme')
    const token = generateToken({ prefix: prefixOf(prefix) })
    const digest = hashToken(token)
    if (json === true) return void stdout.write(`${JSON.stringify({ token, digest })}\n`)
    stdout.write(`${token}\n`)
    stderr.write(`${digest}\n`)
    if (stderr.isTTY === true) stderr.write('\nThe first is the token: give it to its holder. The second goes into the list.\n')
  })
}

function prefixOf(prefix: string | undefined): string | undefined {
  try {
    return prefix === undefined ? undefined : checkedPrefix(prefix)
  } catch (error) {
    throw error instanceof TypeError ? new CommandError(64, error.message.replace('"prefix"', '--prefix')) : error
  }
}
