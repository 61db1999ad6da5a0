/** This file asks a person what `bearer init` needs to know. */
import { FRAMEWORKS } from './written-files.js'
import type { Answers, Framework } from './written-files.js'

/** What is known already is not asked. Undefined where the person breaks it off. `problemOf`: what is wrong with a URL. */
export async function askedFor(known: Partial<Answers>, problemOf: (url: string) => string | undefined): Promise<Answers | undefined> {
  const { isCancel, select, text } = await import('@clack/prompts')
  const output = process.stderr
  const validate = (value: string | undefined): string | undefined => problemOf(value ?? '')
  const issuer = known.issuer ?? (await text({ message: 'Who issues the tokens? Its issuer, as in "iss"', placeholder: 'https://id.example.com', validate, output }))
  if (isCancel(issuer)) return undefined
  const server = known.server ?? (await text({ message: 'The URL of your server, as clients see it', placeholder: 'https://mcp.example.com/mcp', validate, output }))
  if (isCancel(server)) return undefined
  const audience = known.audience ?? (await text({ message: 'The audience of its tokens, as in "aud"', initialValue: server, output }))
  if (isCancel(audience)) return undefined
  const kinds = Object.keys(FRAMEWORKS) as Framework[] // the keys of a constant of ours
  const framework = known.framework ?? (await select<Framework>({ message: 'Which kind of server?', options: kinds.map((value) => ({ value })), output }))
  return isCancel(framework) ? undefined : { issuer, server, audience, framework }
}
