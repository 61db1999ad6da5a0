/** `bearer init`: asks three questions, and writes a config and a server that run. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isLoopback } from '../lib/net/web-url.js'
import { CommandError } from './command.js'
import { askedFor } from './init/questions.js'
import { FILES, FRAMEWORKS, writtenFiles } from './init/written-files.js'
import type { AddCommand } from './command.js'
import type { Answers } from './init/written-files.js'

const DESCRIPTION = `Asks for the issuer, the URL of your server and the audience, and writes auth.config.mjs and server.mjs: a server whose every request \
needs a token. What is given as an option is not asked. Writes over nothing.`

interface Options extends Partial<Answers> {
  readonly directory: string
  readonly force?: true
  readonly json?: true
}

export const init: AddCommand = (program, { stdin, stdout, stderr }) => {
  const command = program.command('init').summary('writes a config and a server that run').description(DESCRIPTION)
  command.option('--issuer <url>', 'who issues the tokens, as in "iss"')
  command.option('--server <url>', 'the URL of your server, as clients see it')
  command.option('--audience <audience>', 'the audience of its tokens, as in "aud" (default without questions: the URL)')
  command.option('--framework <name>', `${Object.keys(FRAMEWORKS).join(', ')} (default without questions: node)`)
  command.option('--directory <path>', 'where it is written', '.')
  command.option('--force', 'writes over what is there')
  command.option('--json', 'prints JSON')
  command.action(async (options: Options) => {
    checkGiven(options)
    const { directory, force } = options
    const there = FILES.find((name) => force !== true && existsSync(resolve(directory, name)))
    if (there !== undefined) throw new CommandError(1, `${there} is there already; --force writes over it`)
    const answers = stdin.isTTY === true ? await askedFor(options, problemOf) : withoutQuestions(options)
    if (answers === undefined) throw new CommandError(130, 'broken off')
    const files = Object.entries(writtenFiles(answers))
    for (const [name, text] of files) await written(resolve(directory, name), text, force === true)
    const install = `npm install ${['bearer-auth-providers', ...FRAMEWORKS[answers.framework]].join(' ')}`
    const names = files.map(([name]) => name)
    stdout.write(options.json === true ? `${JSON.stringify({ files: names, install, run: 'node server.mjs' })}\n` : `${names.join('\n')}\n`)
    if (stderr.isTTY === true) stderr.write(`\n${install}\nnode server.mjs\nnpx bearer-auth-providers doctor ${inShell(answers.issuer)} --audience ${inShell(answers.audience)}\n`)
  })
}

function checkGiven({ issuer, server, audience, framework }: Options): void {
  const wrong = Object.entries({ issuer, server }).flatMap(([name, url]) => (url === undefined ? [] : (problemOf(url)?.replace(/^/, `--${name}: `) ?? [])))[0]
  if (wrong !== undefined) throw new CommandError(64, wrong)
  if (audience === '') throw new CommandError(64, '--audience must not be empty')
  if (framework !== undefined && !Object.hasOwn(FRAMEWORKS, framework)) throw new CommandError(64, `--framework must be one of ${Object.keys(FRAMEWORKS).join(', ')}`)
}

function withoutQuestions({ issuer, server, audience = server, framework = 'node' }: Options): Answers {
  if (issuer === undefined || server === undefined || audience === undefined) throw new CommandError(64, 'without a terminal to ask on, give --issuer and --server')
  return { issuer, server, audience, framework }
}

/** Undefined for a URL that issuers and servers may have. */
function problemOf(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isWeb = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (url === undefined || !isWeb) return 'must be an https URL, or one of this machine, such as http://localhost:3000/mcp'
  return url.username !== '' || url.password !== '' || url.hash !== '' ? 'must have no user name, password or fragment' : undefined
}

/** For people who copy the command: an answer stays one word, and is not run. */
function inShell(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

async function written(path: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: force ? 'w' : 'wx' })
  } catch {
    throw new CommandError(1, `${path} cannot be written`)
  }
}
