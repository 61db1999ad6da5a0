/** `bearer plan`: who decides about which tokens. */
import { takesProvider, withProvider } from './provider-source.js'
import { jsonText, plainText } from './tables/plain-text.js'
import type { BearerAuthProvider } from '../provider.js'
import type { ChainPlan } from '../routing/chain-plan.js'
import type { AddCommand } from './command.js'
import type { SourceOptions } from './provider-source.js'

const DESCRIPTION = `Says who decides about which tokens: by issuer, by how they begin, by a list, and all others. Asks nobody.`

interface Options extends SourceOptions {
  readonly mermaid?: true
  readonly json?: true
}

export const plan: AddCommand = (program, { stdout }) => {
  const command = program.command('plan').summary('says who decides about which tokens').description(DESCRIPTION)
  takesProvider(command)
  command.option('--mermaid', 'prints a picture, for a block of Markdown of the kind mermaid')
  command.option('--json', 'prints JSON')
  command.action(async (options: Options) => {
    const made = await withProvider(command, options, ({ provider }) => planOf(provider))
    if (options.json === true) return void stdout.write(jsonText({ ask: made.ask, routes: made.routes }))
    const lines = (options.mermaid === true ? made.toMermaid() : String(made)).split('\n')
    stdout.write(`${lines.map((line) => plainText(line)).join('\n')}\n`)
  })
}

/** A provider alone is a chain of one. */
async function planOf(provider: BearerAuthProvider & { readonly plan?: unknown }): Promise<ChainPlan> {
  const { ChainProvider } = await import('../../providers/chain.js')
  return (provider instanceof ChainProvider ? provider : new ChainProvider([provider])).plan()
}
