/** `bearer probe`: tries whether a server that runs is guarded. */
import { isLoopback } from '../lib/net/web-url.js'
import { CommandError, hasColours } from './command.js'
import { listening } from './listening.js'
import { jsonText } from './tables/plain-text.js'
import { proofTable } from './tables/proof-table.js'
import { readSecret } from './secret-input.js'
import { collected, wholeNumber } from './values.js'
import type { Proof, ProveOptions } from '../testing/index.js'
import type { AddCommand, Terminal } from './command.js'

const DESCRIPTION = `Sends a server what attackers, and clients that are wrong, would send, and prints a table by clause: holds, open, cannot tell. \
Sends requests by every method, DELETE too: only to a server of your own, with data of a test. Without a good token it can tell what happens to \
strangers only: hand one over with --token, or let the server trust a test issuer and name its port with --issuer-port.`

interface Options {
  readonly route?: readonly string[]
  readonly open?: readonly string[]
  readonly scope?: readonly string[]
  readonly token?: true
  readonly issuerPort?: number
  readonly audience?: string
  readonly dpop?: true
  readonly timeout?: number
  readonly json?: true
  readonly junit?: true
  readonly thisServerIsMine?: true
}

export const probe: AddCommand = (program, terminal) => {
  const command = program.command('probe').summary('tries whether a server is guarded').description(DESCRIPTION).argument('<url>', 'where it runs, such as http://localhost:3000/mcp')
  command.option('--route <route>', 'a request that needs a token, such as "POST /mcp"; may come several times', collected)
  command.option('--open <path>', 'a path that everybody may read, such as /health; may come several times', collected)
  command.option('--token', 'reads a good token from standard input, or asks for it')
  command.option('--issuer-port <port>', 'runs a test issuer there, which the server must trust: http://127.0.0.1:PORT', wholeNumber('--issuer-port', 1, 65_535))
  command.option('--audience <audience>', 'whom the tokens of the test issuer are for (default: the URL)')
  command.option('--scope <scope>', 'a scope that the test issuer writes, and that every route needs; may come several times', collected)
  command.option('--dpop', 'with --issuer-port, for a server that requires DPoP: every token is bound to a key, and comes with a proof')
  command.option('--timeout <seconds>', 'until an answer is given up (default: 5)', wholeNumber('--timeout', 1, 300))
  command.option('--json', 'prints JSON')
  command.option('--junit', 'prints JUnit XML')
  command.option('--this-server-is-mine', 'lets it be another machine than this one')
  command.addHelpText('after', '\nExit codes: 0 all holds, 1 something is open, 2 nobody can tell, 64 called wrongly.')
  command.action(async (url: string, options: Options) => {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw new CommandError(64, 'the URL must be one of http or https, such as http://localhost:3000/mcp')
    if (!isLoopback(new URL(url).hostname) && options.thisServerIsMine !== true) {
      throw new CommandError(64, 'that is another machine; a probe sends what attackers send: with --this-server-is-mine you say that you may')
    }
    const proof = await proofBy(url, options, terminal)
    terminal.stdout.write(await printed(proof, options, hasColours(terminal.stdout)))
    conclude(proof)
  })
}

async function proofBy(url: string, options: Options, terminal: Terminal): Promise<Proof> {
  const { route, open, scope, token, issuerPort, audience = url, dpop, timeout } = options
  const { createTestIssuer, proofOf } = await import('../testing/index.js')
  const common = { routes: route, open, timeout }
  if (token === true && issuerPort !== undefined) throw new CommandError(64, '--token and --issuer-port do not go together: one of them says whose tokens are good')
  if (dpop === true && issuerPort === undefined) throw new CommandError(64, '--dpop needs --issuer-port: of a token that is handed over, nobody here has the key')
  if (token === true) {
    const good = await readSecret(terminal, 'A good token (it is not shown): ')
    if (good === '') throw new CommandError(64, 'the token is empty')
    return usable(() => proofOf(url, { ...common, tokens: { good } }))
  }
  const issuer = createTestIssuer({ audience })
  try {
    if (issuerPort !== undefined) await listening(issuer, issuerPort)
    const withIssuer: ProveOptions = { ...common, issuer, requiredScopes: scope, dpop }
    return await usable(() => proofOf(url, withIssuer))
  } finally {
    await issuer.close()
  }
}

/** What is wrong with an option is said as for a command. */
async function usable<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw error instanceof TypeError && /^"(?:routes|open)"/.test(error.message) ? new CommandError(64, error.message.replace(/^"(routes|open)"/, '--$1')) : error
  }
}

async function printed(proof: Proof, { json, junit }: Options, colours: boolean): Promise<string> {
  if (json === true) return jsonText(proof, 2)
  return junit === true ? proof.toJUnit() : proofTable(proof, colours)
}

/** By exit codes as grep's. */
function conclude({ open, untold, checks, routes, trusted }: Proof): void {
  if (open.length > 0) throw new CommandError(1, `the server is open in ${open.length} of ${checks.length} checks`)
  if (routes.length === 0) throw new CommandError(2, 'nothing was found that needs a token; does the server run, and is it one of --route?')
  if (!trusted) throw new CommandError(2, 'no good token was let in, and without one no refusal of a token says anything; see --token and --issuer-port')
  if (untold.length > 0) throw new CommandError(2, `of ${untold.length} checks nobody can tell`)
}
