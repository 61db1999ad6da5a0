/** `bearer hash`: a token goes in, what stands for it in a list comes out. */
import { isMistyped } from '../static/generated-token.js'
import { faultOf, weaknessOf } from '../static/token-check.js'
import { hashToken } from '../static/token-digest.js'
import { CommandError } from './command.js'
import { readSecret } from './secret-input.js'
import type { AddCommand } from './command.js'

const DESCRIPTION = `Prints the digest of a token, as StaticProvider takes it in place of the token: sha256: and 43 characters. \
Reads the token from standard input, or asks for it without showing it.`

export const hash: AddCommand = (program, terminal) => {
  const command = program.command('hash')
  command.summary('prints the digest of a token').description(DESCRIPTION).usage('[options] < token.txt').allowExcessArguments()
  command.option('--insecure-token <token>', 'takes it from the command line, where every process on this machine can read it and the shell remembers it')
  command.option('--json', 'prints {"digest":"sha256:…"}')
  command.action(async ({ insecureToken, json }: { readonly insecureToken?: string; readonly json?: true }) => {
    if (command.args.length > 0) {
      throw new CommandError(64, 'a token on the command line is read by others and remembered by the shell; run "bearer hash" and paste it, or pipe it in')
    }
    const token = insecureToken ?? (await readSecret(terminal, 'Token (it is not shown): '))
    const fault = token === '' ? 'is empty' : faultOf(token)
    if (fault !== undefined) throw new CommandError(1, `the token ${fault}`)
    const weakness = isMistyped(token) ? 'looks generated, but its checksum does not fit; was it cut off or mistyped?' : weaknessOf(token)
    if (weakness !== undefined) terminal.stderr.write(`bearer: warning: the token ${weakness}\n`)
    const digest = hashToken(token)
    terminal.stdout.write(json === true ? `${JSON.stringify({ digest })}\n` : `${digest}\n`)
  })
}
